"""Reading what extracts refer to, live: their texts, and what was asked where they stand."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from actions.models import Action, ImpactAnswer
from audits.models import Answer, Loop
from feedback.models import Reply, Summary
from learning.models import Extract
from learning.states import Source
from moderation.models import MeetingRecord, ModerationItem, Panel
from people.models import User
from standards.edition import Edition
from standards.models import FrameworkVersion
from standards.selectors import edition

ROWS: dict[str, tuple[Any, str]] = {
    Source.AUDIT: (Answer, "text"),
    Source.MODERATION: (ModerationItem, "text"),
    Source.MEETING: (MeetingRecord, "learning"),
    Source.PANEL: (Panel, "messages"),
    Source.REPLY: (Reply, "answers"),
    Source.IMPACT: (ImpactAnswer, "difference"),
    Source.LOOP: (Loop, "different"),
}
WHO = {
    "auditor": "Auditor",
    "practitioner": "Practitioner",
    "second": "Second worker",
    "joint": "Together",
}
# What a source asks that has one question only.
ASKED = {
    Source.MEETING: "What the meeting about the grade teaches about auditing",
    Source.PANEL: "Messages for learning",
    Source.IMPACT: "What difference did the action make?",
    Source.LOOP: "What is different for the child?",
}
SUMMARY_ASKS = {"heard": "What they said", "learning": "What we learn from it"}


def with_sources(found: "QuerySet[Extract]") -> "QuerySet[Extract]":
    """Extracts with what a line about them names; the edition's own text is read once in each process."""
    return found.select_related("audit__tool", "unit", "version__framework__council").defer(
        "version__source", "version__policy"
    )


def texts_of(extracts: Iterable[Extract]) -> dict[int, str]:
    """The texts of extracts that a person may read, or that the system learns from; one query for each source.

    What is gone or empty by now is left out. Extracts come through `visible_to` wherever somebody reads them.
    """
    by_source: dict[str, list[Extract]] = defaultdict(list)
    for one in extracts:
        by_source[one.source].append(one)
    found: dict[int, str] = {}
    for source, wanted in by_source.items():
        read = _summaries if source == Source.SUMMARY else _rows(source)
        there = read([one.source_id for one in wanted])
        for one in wanted:
            text = _text_in(there.get(one.source_id), one.place)
            if text:
                found[one.pk] = text
    return found


def _rows(source: str) -> Callable[[list[int]], dict[int, Any]]:
    """What reads the rows of a source."""
    model, name = ROWS[source]
    return lambda ids: dict(model.objects.filter(pk__in=ids).values_list("pk", name))


def _summaries(ids: list[int]) -> dict[int, Any]:
    """Summaries have two texts."""
    rows = Summary.objects.filter(pk__in=ids).values_list("pk", "heard", "learning")
    return {pk: {"heard": heard, "learning": learning} for pk, heard, learning in rows}


def _text_in(value: Any, place: str) -> str:
    """The text of a row: itself, or the answer to the question that its place ends with."""
    words = value.get(place.rpartition(":")[2], "") if isinstance(value, dict) else value
    return str(words or "").strip()


@dataclass(frozen=True)
class About:
    """What a line or a page says of an extract beside its text."""

    source: str
    question: str
    section: str = ""
    who: str = ""
    grade: str = ""


def about(extract: Extract) -> About:
    """What was asked where an extract stands, as its edition has it; no query once the edition is read."""
    found = edition(extract.version)
    source = Source(extract.source).label
    grade = _grade(found, extract.grade)
    match extract.source:
        case Source.AUDIT:
            return _of_audit(extract, found, grade)
        case Source.MODERATION:
            rule = found.policy.moderation
            labels = {one.code: one.label for one in rule.contents} if rule else {}
            return About(
                source, labels.get(extract.place.partition(":")[0], "Moderator’s view"), grade=grade
            )
        case Source.REPLY:
            code, _, field = extract.place.partition(":")
            return _of_reply(found, code, field, source)
        case Source.SUMMARY:
            return About(source, SUMMARY_ASKS.get(extract.place, ""))
        case _:
            return About(source, ASKED.get(Source(extract.source), ""), grade=grade)


def _of_audit(extract: Extract, found: Edition, grade: str) -> About:
    if extract.audit is None or extract.audit.tool.code not in found.tools:
        return About(Source.AUDIT.label, extract.place)
    tool = found.tools[extract.audit.tool.code]
    code, _, respondent = extract.place.partition(":")
    respondent = respondent.partition(":")[0]
    part = tool.part(code)
    question = tool.question(part.question_code)
    words = part.label if part.label else question.title
    return About(
        tool.short,
        words,
        f"{tool.section(part.section_code).title}: {question.heading}",
        WHO.get(respondent, ""),
        grade,
    )


def _of_reply(found: Edition, code: str, field: str, source: str) -> About:
    try:
        instrument = found.instrument(code)
    except KeyError:
        return About(source, field)
    asked = next((one.label for one in instrument.fields if one.code == field), field)
    return About(source, asked, instrument.title)


def _grade(found: Edition, code: str) -> str:
    return next((one.label for one in found.policy.grades if one.code == code), "")


def place_of(extract: Extract, user: User, on: date) -> str:
    """The address of the page on which an extract stands, for a person who may open it; empty for another."""
    match extract.source:
        case Source.AUDIT:
            return _question_of(extract)
        case Source.MODERATION | Source.MEETING:
            model = ROWS[extract.source][0]
            pk = model.objects.filter(pk=extract.source_id).values_list("moderation", flat=True)
            return _page("moderation", pk.first())
        case Source.PANEL:
            return _page("panel", extract.source_id)
        case Source.REPLY:
            replies = Reply.objects.visible_to(user, on).filter(pk=extract.source_id)
            return _page("reply", replies.values_list("key", flat=True).first())
        case Source.SUMMARY:
            return _page("summary", extract.source_id)
        case Source.IMPACT:
            seen = Action.objects.visible_to(user, on).filter(impact=extract.source_id)
            return _page("action-page", seen.values_list("pk", flat=True).first())
        case _:
            return _page("loop", extract.audit_id)


def _question_of(extract: Extract) -> str:
    """The question's own page of the audit."""
    if extract.audit is None:
        return ""
    tool = edition(extract.version).tools.get(extract.audit.tool.code)
    if tool is None:
        return _page("audit", extract.audit_id)
    part = tool.part(extract.place.partition(":")[0])
    return reverse("question", args=[extract.audit_id, part.section_code, part.question_code])


def _page(name: str, key: Any) -> str:
    return reverse(name, args=[key]) if key else ""


def editions_of(versions: Iterable[int]) -> dict[int, Edition]:
    """Editions by their ids; each is read once in a process."""
    rows = FrameworkVersion.objects.filter(pk__in=set(versions)).select_related(
        "framework__council"
    )
    return {one.pk: edition(one) for one in rows.defer("source", "policy")}
