"""One part of a page of the form, as its template needs it and as HTML.

A part that somebody fills in is nearly all words of the edition, which are the same for everybody who may open it.
They are written once in a process and edition, with gaps for what one audit says; nothing of an answer, a person or a
case is kept.
"""

from itertools import groupby
from operator import itemgetter
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from audits import visibility
from audits.answers import Given, codes_in
from audits.forms import mark
from audits.selectors import Box, shown_fact
from audits.views.door import Door
from audits.words import answer_in_words, choices, on_scale
from core.addresses import address_in
from core.gaps import Gapped, gap
from standards.edition import PartForm, QuestionForm
from standards.policy import Policy

# Where one of several is chosen.
OFFERED = frozenset({"scale", "overall_grade", "choice", "yes_no", "grade"})
# The fields of a part beside its main one.
BESIDE = ("place", "d", "m", "y")


# --- what is written once in an edition ----------------------------------------------------------


def head_of(door: Door, question: QuestionForm, *, single: bool) -> SafeString:
    """The head of a question: its words and the way to its guidance; `single` where it has a page of its own."""
    key = ("head", door.tool.id, question.code, single)
    kept = door.edition.worked_out
    if key not in kept:
        guided = bool(question.areas or question.standards)
        about = {"question": question, "single": single, "guided": guided, "url": gap("url")}
        kept[key] = Gapped.of(render_to_string("audits/_question.html", about))
    return kept[key].filled({"url": address_in("guidance", door.audit.pk, question.code)})


def with_html(door: Door, box: Box, conflict: dict[str, Any] | None = None) -> dict[str, Any]:
    """A part as its page needs it: with its HTML where it is filled and stands as it was saved, else with its values."""
    if not box.editable or box.fault or box.typed or conflict:
        return view_of(door, box, conflict)
    return {
        "id": id_of(box),
        "kind": box.part.kind,
        "editable": True,
        "fault": "",
        "html": filled(door, box),
    }


def filled(door: Door, box: Box) -> SafeString:
    """The HTML of a part to be filled, with what is saved in it."""
    saved, earlier = box.saved_at is not None, box.earlier
    key = ("part", box.part.id, box.instance, saved, earlier)
    kept = door.edition.worked_out
    if key not in kept:
        kept[key] = gapped(door, box, saved=saved, earlier=earlier)
    return kept[key].filled(standing_in(door, box))


def gapped(door: Door, box: Box, *, saved: bool, earlier: bool) -> Gapped:
    """The words around everything that depends on an audit, its people or what was said in it."""
    blank = Box(box.part, box.name, box.respondent, box.instance, "", Given(), 0, None, "", True)
    view = view_of(door, blank)
    view |= {name: gap(name) for name in ("url", "version", "mark", "main")}
    view["typed"] = {name: gap(name) for name in BESIDE}
    if saved:
        view |= {"saved_time": gap("saved_time"), "saved_by": gap("saved_by")}
    if earlier:
        view["earlier"] = gap("earlier")
    for one in view["choices"]:
        one["checked"] = gap(f"checked-{one['code']}")
    return Gapped.of(render_to_string("audits/_part.html", {"view": view}))


def standing_in(door: Door, box: Box) -> dict[str, str]:
    """What stands in the gaps of a part."""
    part, audit = box.part, door.audit
    typed = typed_in(box)
    main = typed.get("", "")
    picked = codes_in(Given(text=main)) if part.kind == "checklist" else {main}
    values = {f"checked-{code}": " checked" for code in picked}
    values |= {name: typed.get(name, "") for name in BESIDE}
    return values | {
        "url": address_in("answer", audit.pk, part.code, box.instance),
        "version": str(box.version),
        "mark": mark(box.given),
        "main": main,
        "saved_time": time_of(box),
        "saved_by": box.saved_by,
        "earlier": earlier_url(door, part) if box.earlier else "",
    }


def part_html(request: HttpRequest, door: Door, box: Box) -> str:
    """One part as HTML, as it stands in a page."""
    view = with_html(door, box)
    html: str | None = view.get("html")
    return html or render_to_string("audits/_part.html", {"view": view, "door": door}, request)


# --- what its template needs ----------------------------------------------------------------------


def view_of(door: Door, box: Box, conflict: dict[str, Any] | None = None) -> dict[str, Any]:
    """A part as its template needs it, flat: each lookup in a template costs, and a page has hundreds."""
    part = box.part
    view = {
        "id": id_of(box),
        "name": box.name,
        "editable": box.editable,
        "code": part.code,
        "kind": part.kind,
        "label": part.label,
        "help": part.help,
        "aspect": part.aspect,
        "version": box.version,
        "saved_at": box.saved_at,
        "saved_time": time_of(box),
        "saved_by": box.saved_by,
        "fault": box.fault,
        "conflict": conflict,
        "earlier": earlier_url(door, part) if box.earlier else "",
    }
    return view | (to_fill(door, box, view["id"]) if box.editable else to_read(door, box))


def id_of(box: Box) -> str:
    """The id of a part in its page, or of its first field."""
    name = box.name.replace(".", "-").replace("~", "-")
    return name if box.editable else f"{name}-{box.respondent}"


def time_of(box: Box) -> str:
    """14:32: when it was saved; nothing where it has not been."""
    return f"{timezone.localtime(box.saved_at):%H:%M}" if box.saved_at else ""


def earlier_url(door: Door, part: PartForm) -> str:
    """The page with what an answer said before."""
    return address_in("earlier-answers", door.audit.pk, part.code)


def to_read(door: Door, box: Box) -> dict[str, Any]:
    """What stands in a part that is only read."""
    part, given, policy = box.part, box.given, door.edition.policy
    chosen = (one.colour for one in choices(part, policy, given.text) if one.chosen)
    return {
        "shown": shown_fact(door.audit, part.shows) if part.kind == "shown" else "",
        "whose": box.whose if part.respondent == visibility.PRACTITIONER else "",
        "blank": given.blank,
        "colour": next(chosen, ""),
        "words": answer_in_words(part, given, policy),
        "place": given.place if part.kind == "evidence" else "",
        "day": given.day,
    }


def to_fill(door: Door, box: Box, id_: str) -> dict[str, Any]:
    """The fields of a part that may be changed: the words in them, the choices, what describes them."""
    part, policy = box.part, door.edition.policy
    typed = typed_in(box)
    low, high = ends(door, box)
    offered = offers(part, policy, typed.get("", ""), id_)
    described = (
        (part.help, "hint"),
        (part.all_of and part.kind == "checklist", "all"),
        (box.fault, "error"),
        (low, "ends"),
    )
    return {
        "url": address_in("answer", door.audit.pk, part.code, box.instance),
        "mark": mark(box.given),
        "described": " ".join(f"{id_}-{what}" for there, what in described if there),
        "optional": not part.required_at,
        "day_id": id_ if part.kind == "date" else f"{id_}-d",
        "offered": part.kind in OFFERED,
        "unit": part.unit,
        "all_of": part.all_of,
        "main": typed.get("", ""),
        "typed": typed,
        "bands": in_bands(offered) if on_scale(part, policy) else (),
        "choices": offered,
        "low": low,
        "high": high,
        "highest": highest(part, policy),
    }


def typed_in(box: Box) -> dict[str, str]:
    """What stands in the fields of a part: as it was typed, or as it was saved."""
    given = box.given
    return box.typed or {
        "": str(given.number) if given.number is not None else given.text,
        "place": given.place,
        "d": str(given.day.day) if given.day else "",
        "m": str(given.day.month) if given.day else "",
        "y": str(given.day.year) if given.day else "",
    }


def offers(part: PartForm, policy: Policy, chosen: str, id_: str) -> list[dict[str, Any]]:
    """The choices of a part with the ids of their fields; the first has the part's own."""
    return [
        {
            "id": f"{id_}-{one.code}" if number else id_,
            "hint_id": f"{id_}-{one.code}-hint",
            "code": one.code,
            "label": one.label,
            "hint": one.hint,
            "colour": one.colour,
            "checked": " checked" if one.chosen else "",
            "band": one.band,
        }
        for number, one in enumerate(choices(part, policy, chosen))
    ]


def in_bands(offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The values of a scale under the word of their band."""
    return [
        {"word": word, "grade": grade or "plain", "choices": list(found)}
        for (word, grade), found in groupby(offered, key=itemgetter("band"))
    ]


def highest(part: PartForm, policy: Policy) -> int | None:
    """The top of a part's scale."""
    return policy.scales[part.scale].highest if part.kind == "scale" and part.scale else None


def ends(door: Door, box: Box) -> tuple[str, str]:
    """What 0 and the highest value mean: the part's own words, or those of its question."""
    part = box.part
    if part.kind != "scale":
        return "", ""
    scaling = door.tool.question(part.question_code).scaling
    return part.low or (scaling.low if scaling else ""), part.high or (
        scaling.high if scaling else ""
    )
