"""Checks of the feedback instruments: what a field needs, where it leads, and what stays unknown."""

from collections.abc import Mapping
from typing import Any

from standards.crosscheck.forms import Form
from standards.crosscheck.groups import at
from standards.crosscheck.references import Document, Found, Place, codes, known

# What a field needs, and no other kind may have.
FIELD_NEEDS = {"scale": "scale", "choice": "options"}
# Kinds answered by a number, which may stand beside ratings; kinds answered by one of a few choices.
NUMBERS = frozenset({"scale", "agree", "faces"})
CHOICES = frozenset({"choice", "yes_no"})
# Kinds that can hold a worry: words, or a yes.
WORRIES = frozenset({"yes_no", "short_text", "long_text"})
# Where no person stands beside an answer.
NAMELESS = frozenset({"anonymous", "totals"})
# What cannot be done without knowing who answered, and what to do instead.
NEEDS_A_NAME = {
    "sees_answers": "nobody reads single answers. Take it out; “sees_totals” says who reads totals.",
    "worries_to": "nobody can be found again. Take it out, and say under “help_text” where to get help.",
    "follows": "asking people one by one would show who answered. Take it out, or use another privacy.",
}
WORRY = "nobody can be found again. Take it out, and say under “help_text” where to get help."


def fields(document: Document) -> Found:
    for place, field in at(document, "instruments.*.fields.*"):
        for kind, key in FIELD_NEEDS.items():
            yield from field_faults(field, kind, key, (*place, key))
        for key in ("low", "high", "beside"):
            if key in field and field["kind"] not in NUMBERS:
                yield (*place, key), misplaced(key, field["kind"])
        if field.get("worry") and field["kind"] not in WORRIES:
            yield (*place, "worry"), misplaced("worry", field["kind"])


def field_faults(field: Mapping[str, Any], kind: str, key: str, place: Place) -> Found:
    if field["kind"] == kind and key not in field:
        yield place, f"A field of kind “{kind}” cannot be answered without “{key}”. Add it."
    if field["kind"] != kind and key in field:
        yield place, misplaced(key, field["kind"])


def misplaced(key: str, kind: str) -> str:
    return f"“{key}” does not belong to a field of kind “{kind}”. Take it out."


def routes(document: Document) -> Found:
    """A field hangs on a choice that has been made before it."""
    for place, listed in at(document, "instruments.*.fields"):
        for step, field in enumerate(listed):
            if when := field.get("shown_when"):
                yield from route_faults(when, listed[:step], (*place, step, "shown_when"))


def route_faults(when: Mapping[str, Any], before: list[Mapping[str, Any]], place: Place) -> Found:
    named = next((one for one in before if one["code"] == when["field"]), None)
    if named is None:
        says = (
            f"No field “{when['field']}” stands before this one. Name one that does, or move it up."
        )
        yield (*place, "field"), says
        return
    if named["kind"] not in CHOICES:
        yield (*place, "field"), not_chosen(named)
        return
    for step, answer in enumerate(when["in"]):
        what = f"choice of “{named['code']}”"
        yield from known(answer, choices(named), (*place, "in", step), what)


def not_chosen(field: Mapping[str, Any]) -> str:
    kind = field["kind"]
    return f"“{field['code']}” is of kind “{kind}” and has no choices. Name a field of kind “choice” or “yes_no”."


def choices(field: Mapping[str, Any]) -> list[str]:
    """The codes that may answer a field of choices; none for any other."""
    if field["kind"] == "yes_no":
        return ["yes", "no"]
    return codes(field.get("options", []))


def breakdowns(document: Document) -> Found:
    for place, one in at(document, "instruments.*"):
        if "broken_down_by" not in one:
            continue
        listed, where = one.get("fields", []), (*place, "broken_down_by")
        named = next((row for row in listed if row["code"] == one["broken_down_by"]), None)
        if named is None:
            says = (
                f"The instrument has no field “{one['broken_down_by']}”. Name one, or take it out."
            )
            yield where, says
        elif named["kind"] not in CHOICES:
            yield where, not_chosen(named)


def privacy(document: Document) -> Found:
    """Where nobody is to be known, nothing may need to know them (D-G2, D-G6)."""
    for place, one in at(document, "instruments.*"):
        if one["privacy"] not in NAMELESS:
            continue
        before = f"The privacy is “{one['privacy']}”, and "
        yield from (
            ((*place, key), before + says) for key, says in NEEDS_A_NAME.items() if key in one
        )
        for step, field in enumerate(one.get("fields", [])):
            if field.get("worry"):
                yield (*place, "fields", step, "worry"), before + WORRY


def worries(document: Document) -> Found:
    """A worry that is asked for reaches somebody."""
    for place, one in at(document, "instruments.*"):
        asks = any(field.get("worry") for field in one.get("fields", []))
        if asks and one["privacy"] not in NAMELESS and not one.get("worries_to"):
            yield (
                (*place, "worries_to"),
                "A field asks for worries, and nobody would hear of them. Write who follows them up.",
            )


def translations(document: Document) -> Found:
    for place, field in at(document, "instruments.*.fields.*"):
        for language, words in field.get("translations", {}).items():
            where = (*place, "translations", language, "options")
            if "options" in words and field["kind"] not in CHOICES:
                yield where, misplaced("options", field["kind"])
                continue
            for option in words.get("options", {}):
                what = f"choice of “{field['code']}”"
                yield from known(option, choices(field), (*where, option), what)


def questions(document: Document) -> Found:
    """Where the same is asked, or answered, in a form, the form has the question."""
    listed = [
        question["code"]
        for step, tool in enumerate(document["tools"])
        for _, question in Form(("tools", step), tool).questions()
    ]
    for path in ("instruments.*.question", "instruments.*.fields.*.beside.*"):
        for place, code in at(document, path):
            if code not in listed:
                yield (
                    place,
                    f"No form has a question “{code}”. Write the code of one, or take it out.",
                )


CHECKS = (fields, routes, breakdowns, privacy, worries, translations, questions)
