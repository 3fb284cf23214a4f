"""Finding what can be coded: a reference to each new text, never the text. Twice is harmless."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from actions.models import Action, ImpactAnswer
from audits.models import Answer, Audit, Loop
from audits.states import AuditState
from feedback.models import Reply, Summary
from feedback.states import Outcome
from learning.kinds import DEVELOP, DIFFERENCE, SAID, kind_of
from learning.models import Extract, Gathered
from learning.selectors.texts import editions_of
from learning.states import Source
from moderation.models import MeetingRecord, ModerationItem, Panel
from moderation.states import ModerationState, PanelState
from people.models import Council
from standards.edition import Edition, PartForm, ToolForm

LONG = "long_text"
# What a moderator writes as a text; a reason for a view of the grade teaches nothing about practice.
TEXTS = "text"
TAKEN = "audit"
FRESH = timedelta(minutes=5)


@dataclass(frozen=True)
class Found:
    """One text that can be coded."""

    source_id: int
    month: date
    version_id: int
    place: str = ""
    audit_id: int | None = None
    unit_id: int | None = None
    grade: str = ""
    kind: str = ""


def gather(council: Council, *, at: datetime) -> int:
    """Keep a reference to each text that can be coded and has none yet; gives how many there were.

    The same few queries whatever there is. A text that changes later is read as it then is.
    """
    made = 0
    for source, find in SOURCES.items():
        rows = [
            Extract(
                council=council,
                source=source,
                source_id=one.source_id,
                place=one.place,
                audit_id=one.audit_id,
                month=one.month,
                unit_id=one.unit_id,
                grade=one.grade,
                version_id=one.version_id,
                kind=one.kind,
                found_at=at,
            )
            for one in find(council)
        ]
        Extract.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
        made += len(rows)
    return made


def gather_when_due(council: Council, *, at: datetime) -> int:
    """Find what is new, unless that was done a few minutes ago; gives how many there were."""
    if Gathered.objects.filter(council=council, at__range=(at - FRESH, at)).exists():
        return 0
    made = gather(council, at=at)
    Gathered.objects.update_or_create(council=council, defaults={"at": at})
    return made


def new_in(found: "QuerySet[Any]", source: str) -> "QuerySet[Any]":
    """Rows of a source that no extract refers to."""
    there = Extract.objects.filter(source=source, source_id=OuterRef("pk"))
    return found.filter(~Exists(there))


def month_of(moment: datetime | date) -> date:
    """The first day of the month in which a moment or a day lies."""
    day = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return day.replace(day=1)


def from_audits(council: Council) -> Iterator[Found]:
    """The long answers of returned audits, those of one audit in the order of its form."""
    rows = new_in(
        Answer.objects.filter(
            audit__council=council, audit__state=AuditState.RETURNED, part__kind=LONG
        ).exclude(text=""),
        Source.AUDIT,
    ).order_by(
        "audit_id", "part__question__section__order", "part__question__order", "part__order", "pk"
    )
    columns = ("pk", "text", "part__code", "respondent", "instance", "audit_id")
    audits = (
        "audit__month",
        "audit__version_id",
        "audit__unit_id",
        "audit__grade",
        "audit__tool__code",
    )
    read = list(rows.values_list(*columns, *audits))
    editions = editions_of(row[7] for row in read)
    for pk, text, code, respondent, instance, audit, month, version, unit, grade, tool in read:
        if not text.strip():
            continue
        form = editions[version].tools[tool]
        place = f"{code}:{respondent}" + (f":{instance}" if instance > 1 else "")
        yield Found(
            pk, month, version, place[:80], audit, unit, grade, kind_in(form, form.part(code))
        )


def kind_in(tool: ToolForm, part: PartForm) -> str:
    """What a part of a form asks for, by its words and its section's."""
    section = tool.section(part.section_code)
    return kind_of(part.code, part.label, f"{section.code} {section.title}")


def from_moderations(council: Council) -> Iterator[Found]:
    """What moderators wrote as texts, once the grade is final."""
    rows = new_in(
        ModerationItem.objects.filter(
            moderation__council=council, moderation__state=ModerationState.FINAL
        ).exclude(text=""),
        Source.MODERATION,
    ).order_by("moderation_id", "pk")
    read = list(
        rows.values_list(
            "pk", "content", "about", "moderation__audit_id", *of_audit("moderation__")
        )
    )
    editions = editions_of(row[5] for row in read)
    for pk, content, place, audit, month, version, unit, grade in read:
        label = learning_content(editions[version], content)
        if label is not None:
            where = f"{content}:{place}" if place else content
            yield Found(
                pk,
                month,
                version,
                where[:80],
                audit,
                unit,
                grade,
                kind_of(content, label) or DEVELOP,
            )


def of_audit(before: str) -> tuple[str, ...]:
    """The columns of an audit that an extract keeps: month, edition, unit, grade."""
    return tuple(f"{before}audit__{name}" for name in ("month", "version_id", "unit_id", "grade"))


def learning_content(found: Edition, code: str) -> str | None:
    """The label of what a moderator writes as a text; None for what says or explains a grade."""
    rule = found.policy.moderation
    contents = {one.code: one for one in rule.contents} if rule else {}
    one = contents.get(code)
    return one.label if one and one.kind == TEXTS else None


def from_meetings(council: Council) -> Iterator[Found]:
    """What auditor and moderator learned from their meeting."""
    rows = new_in(
        MeetingRecord.objects.filter(
            moderation__council=council, moderation__state=ModerationState.FINAL
        ).exclude(learning=""),
        Source.MEETING,
    ).order_by("pk")
    for pk, audit, month, version, unit, grade in rows.values_list(
        "pk", "moderation__audit_id", *of_audit("moderation__")
    ):
        yield Found(pk, month, version, "", audit, unit, grade, DEVELOP)


def from_panels(council: Council) -> Iterator[Found]:
    """The messages for learning of panels that are closed."""
    rows = new_in(
        Panel.objects.filter(council=council, state=PanelState.CLOSED).exclude(messages=""),
        Source.PANEL,
    ).order_by("pk")
    for pk, held_on, version in rows.values_list("pk", "held_on", "version_id"):
        yield Found(pk, month_of(held_on), version, kind=DEVELOP)


def from_replies(council: Council) -> Iterator[Found]:
    """The long answers of replies that are no worries; of an audit once it is returned."""
    rows = new_in(
        Reply.objects.filter(
            Q(audit=None) | Q(audit__state=AuditState.RETURNED),
            council=council,
            outcome=Outcome.ANSWERED,
        ),
        Source.REPLY,
    ).order_by("pk")
    columns = ("pk", "instrument", "answers", "received_on", "version_id")
    read = list(
        rows.values_list(
            *columns, "audit_id", "audit__month", "audit__unit_id", "audit__grade", "case__unit_id"
        )
    )
    editions = editions_of(row[4] for row in read)
    for pk, code, answers, received_on, version, audit, month, unit, grade, other in read:
        for field, label in long_fields(editions[version], code):
            if str(answers.get(field, "")).strip():
                yield Found(
                    pk,
                    month or month_of(received_on),
                    version,
                    f"{code}:{field}"[:80],
                    audit,
                    unit or other,
                    grade or "",
                    kind_of(field, label, "feedback"),
                )


def long_fields(found: Edition, code: str) -> list[tuple[str, str]]:
    """The fields of an instrument that are answered in sentences, but for what worries somebody."""
    try:
        instrument = found.instrument(code)
    except KeyError:
        return []
    return [
        (one.code, one.label) for one in instrument.fields if one.kind == LONG and not one.worry
    ]


def from_summaries(council: Council) -> Iterator[Found]:
    """What groups of people said, and what was learned from it."""
    rows = new_in(Summary.objects.filter(council=council), Source.SUMMARY).order_by("pk")
    for pk, held_on, version, learning in rows.values_list(
        "pk", "held_on", "version_id", "learning"
    ):
        yield Found(pk, month_of(held_on), version, "heard", kind=SAID)
        if learning.strip():
            yield Found(pk, month_of(held_on), version, "learning", kind=DEVELOP)


def from_impact(council: Council) -> Iterator[Found]:
    """What difference actions made, in the words of who was asked."""
    rows = new_in(
        ImpactAnswer.objects.filter(council=council, at__isnull=False).exclude(
            Q(difference="") | Q(action__version=None)
        ),
        Source.IMPACT,
    ).order_by("pk")
    read = list(
        rows.values_list(
            "pk", "at", "action__version_id", "action__unit_id", "action__grade", "action_id"
        )
    )
    audits = audits_of(row[5] for row in read)
    for pk, at, version, unit, grade, action in read:
        yield Found(pk, month_of(at), version, "", audits.get(action), unit, grade, DIFFERENCE)


def audits_of(actions: Iterable[int]) -> dict[int, int]:
    """The audits from which actions stem, by the actions' ids; two queries."""
    found = {}
    rows = Action.objects.filter(pk__in=list(actions)).values_list(
        "pk", "source", "source_id", "instead_of__source", "instead_of__source_id"
    )
    for pk, source, source_id, first, first_id in rows:
        if source == TAKEN or first == TAKEN:
            found[pk] = source_id if source == TAKEN else first_id
    there = set(Audit.objects.filter(pk__in=found.values()).values_list("pk", flat=True))
    return {pk: audit for pk, audit in found.items() if audit in there}


def from_loops(council: Council) -> Iterator[Found]:
    """What is different for the child, once it is authorised."""
    rows = new_in(
        Loop.objects.filter(council=council, authorised_at__isnull=False).exclude(different=""),
        Source.LOOP,
    ).order_by("pk")
    for pk, at, audit, _, version, unit, grade in rows.values_list(
        "pk", "authorised_at", "audit_id", *of_audit("")
    ):
        yield Found(pk, month_of(at), version, "", audit, unit, grade, DIFFERENCE)


SOURCES = {
    Source.AUDIT: from_audits,
    Source.MODERATION: from_moderations,
    Source.MEETING: from_meetings,
    Source.PANEL: from_panels,
    Source.REPLY: from_replies,
    Source.SUMMARY: from_summaries,
    Source.IMPACT: from_impact,
    Source.LOOP: from_loops,
}
