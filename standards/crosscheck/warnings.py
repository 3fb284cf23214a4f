"""What is allowed and still looks like an oversight: each warning has a name, and is acknowledged by it.

Each check yields a name, a place and a sentence.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from standards.crosscheck.forms import Form
from standards.crosscheck.groups import at
from standards.crosscheck.moderation import has_verdict, panels
from standards.crosscheck.paths import place_of
from standards.crosscheck.people import roles_carried
from standards.crosscheck.references import Document, Found, Place

Warned = Iterator[tuple[str, Place, str]]

# Every warning and what it means, as docs/framework-format.md lists them.
NAMES = {
    "class-without-limit": "a class of action says nothing of how soon",
    "question-nobody-answers": "a question, or a whole section, that nobody can answer",
    "report-nobody-receives": "a report that goes to nobody",
    "grade-without-descriptor": "nothing says what a grade looks like, here or anywhere",
    "trigger-tells-nobody": "a grade sets something off, and nobody hears of it",
    "ladder-empty": "a ladder without rungs",
    "rung-tells-nobody": "a rung that goes to nobody",
    "instrument-without-fields": "feedback is asked for in the service, without a question to ask",
    "instrument-without-help": "an anonymous link that does not say where to get help",
    "standard-linked-nowhere": "a practice standard that opens beside no question",
    "area-linked-nowhere": "a descriptor area that opens beside no question",
    "moderation-chooses-nothing": "moderation without a rule that chooses audits",
    "moderation-without-moderator": "moderation that nobody may do",
    "panel-without-verdict": "a panel that is not asked for its verdict",
}
# What the service itself puts before people, and so needs questions for; the others may bring their own.
ASKED_HERE = frozenset({"link", "call", "in_audit"})
BROUGHT_IN = frozenset({"log", "upload"})


def classes(document: Document) -> Warned:
    for place, one in at(document, "actions.classes.*"):
        if "limit" not in one:
            yield (
                "class-without-limit",
                place,
                f"Actions of the class “{one['label']}” are due on any day. Give the class a limit.",
            )


def questions(document: Document) -> Warned:
    workers = "practitioner" in roles_carried(document)
    for step, tool in enumerate(document["tools"]):
        form = Form(("tools", step), tool)
        for place, section in form.sections():
            if section["respondent"] == "practitioner" and not workers:
                yield (
                    "question-nobody-answers",
                    place,
                    "The practitioner answers here, and no kind of post carries that role. Give it to one under post_types.",
                )
        for place, question in form.questions():
            parts = question["parts"]
            listed = tool["part_sets"][parts] if isinstance(parts, str) else parts
            if all(part["kind"] == "guidance" for part in listed):
                yield (
                    "question-nobody-answers",
                    place,
                    "Nothing is answered in this question. Add a part that is.",
                )


def reports(document: Document) -> Warned:
    for place, report in at(document, "reports.*"):
        if not report.get("to"):
            yield (
                "report-nobody-receives",
                place,
                f"Nobody receives “{report['title']}”. Write “to” with bodies or recipients.",
            )


def descriptors(document: Document) -> Warned:
    """Each area says what each described grade looks like; without areas, a general definition does."""
    described = [grade for grade in document["grades"] if grade.get("descriptors", True)]
    for place, area in at(document, "descriptor_areas.*"):
        absent = [grade["label"] for grade in described if grade["code"] not in area["cells"]]
        if absent:
            yield (
                "grade-without-descriptor",
                place,
                f"“{area['title']}” does not say what {', '.join(absent)} looks like. Add it under cells.",
            )
    if document.get("descriptor_areas"):
        return
    defined = document["overall_grade"].get("definitions", {})
    for step, grade in enumerate(document["grades"]):
        if grade in described and grade["code"] not in defined:
            yield (
                "grade-without-descriptor",
                ("grades", step),
                f"Nothing says what “{grade['label']}” means. Define it under overall_grade.definitions, "
                "add descriptor_areas, or write “descriptors: false”.",
            )


def triggers(document: Document) -> Warned:
    for place, trigger in at(document, "grade_triggers.*"):
        tells = any(trigger.get(key) for key in ("tell", "show", "watch"))
        if not tells and not any("owner" in task for task in trigger.get("tasks", [])):
            yield (
                "trigger-tells-nobody",
                place,
                "Nobody hears that this has been set off. Write “tell”, “show” or “watch”.",
            )


def ladders(document: Document) -> Warned:
    for place, ladder in at(document, "ladders.*"):
        if "rungs" not in ladder:
            yield (
                "ladder-empty",
                place,
                f"“{ladder['title']}” has no rungs and tells nobody. Add them.",
            )
        for step, rung in enumerate(ladder.get("rungs", [])):
            if not rung.get("to"):
                yield (
                    "rung-tells-nobody",
                    (*place, "rungs", step),
                    f"“{rung['title']}” goes to nobody. Write “to”.",
                )


def instruments(document: Document) -> Warned:
    for place, one in at(document, "instruments.*"):
        ways = set(one.get("delivery", []))
        if ways & ASKED_HERE and not ways & BROUGHT_IN and "fields" not in one:
            yield (
                "instrument-without-fields",
                place,
                f"“{one['title']}” is asked in the service and has no questions. Add fields.",
            )
        if one["privacy"] == "anonymous" and "link" in ways and "help_text" not in one:
            yield (
                "instrument-without-help",
                place,
                f"Nobody can follow up what somebody writes in “{one['title']}”. Say under “help_text” where to get help.",
            )


def linked(document: Document, *keys: str) -> set[str]:
    """Everything that questions name under these keys."""
    found: set[str] = set()
    for step, tool in enumerate(document["tools"]):
        for _, question in Form(("tools", step), tool).questions():
            for key in keys:
                value = question.get(key, [])
                found.update([value] if isinstance(value, str) else value)
    return found


def standards(document: Document) -> Warned:
    """A whole section that is linked nowhere is told once."""
    named = linked(document, "standards")
    for place, group in at(document, "standards.*"):
        if group["section"]["code"] in named:
            continue
        absent = [step for step, item in enumerate(group["items"]) if item["number"] not in named]
        if len(absent) == len(group["items"]):
            yield (
                "standard-linked-nowhere",
                place,
                f"No question opens the section “{group['section']['title']}”. Name it with a question.",
            )
            continue
        for step in absent:
            yield (
                "standard-linked-nowhere",
                (*place, "items", step),
                f"No question opens the standard {group['items'][step]['number']}. Name it with a question.",
            )


def areas(document: Document) -> Warned:
    named = linked(document, "area", "areas")
    for place, area in at(document, "descriptor_areas.*"):
        if area["code"] not in named:
            yield (
                "area-linked-nowhere",
                place,
                f"No question opens “{area['title']}”. Name it with a question.",
            )


def moderation(document: Document) -> Warned:
    rule, place = document.get("moderation"), ("moderation",)
    if rule is None:
        return
    if "selection" not in rule:
        yield (
            "moderation-chooses-nothing",
            place,
            "No audit would ever be moderated. Write “selection”; by_hand will do.",
        )
    if "moderators" not in rule and "roles" not in rule:
        yield (
            "moderation-without-moderator",
            place,
            "Nobody may moderate. Write “moderators” (posts) or “roles”.",
        )


def panel(document: Document) -> Warned:
    place = next(panels(document), None)
    if place and not has_verdict(document):
        yield (
            "panel-without-verdict",
            place,
            "The panel is not asked whether the grade is supported. Add one of kind “verdict” to contents.",
        )


WARNINGS = (
    classes,
    questions,
    reports,
    descriptors,
    triggers,
    ladders,
    instruments,
    standards,
    areas,
    moderation,
    panel,
)


def acknowledged(document: Document) -> Found:
    """What is acknowledged must be a warning, and a place in the file, once."""
    seen: set[tuple[Any, ...]] = set()
    for step, one in enumerate(document.get("acknowledged", [])):
        place = ("acknowledged", step)
        if one["warning"] not in NAMES:
            near = difflib.get_close_matches(one["warning"], NAMES, n=1, cutoff=0)
            yield (
                (*place, "warning"),
                f"There is no warning “{one['warning']}”. Did you mean “{near[0]}”?",
            )
        where = place_of(one["path"], document)
        if where is None:
            yield (
                (*place, "path"),
                f"There is nothing at “{one['path']}” in this file. Correct the path.",
            )
        elif (one["warning"], where) in seen:
            yield place, "This warning is acknowledged twice. Keep one of them."
        seen.add((one["warning"], where))


CHECKS = (acknowledged,)
