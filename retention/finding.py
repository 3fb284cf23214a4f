"""What is due to be erased: for each kind of record which rows it is of, what its time counts from, and who holds it back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from actions.models import Action
from audits.models import Audit
from audits.states import AuditState
from cases.models import CaseFile
from escalation.models import OfficerEscalation
from feedback.models import Invitation, Reply
from people.models import Council, PostHolding
from retention.graph import model_of, people_in, ways
from retention.models import Erased, Hold, Item, Run
from standards.deadlines import months_after
from standards.policy import RetentionRule

EIGHTEEN = 18 * 12


@dataclass(frozen=True)
class Root:
    """One table of things that a rule counts: how each is called, and the event from which its time counts.

    `events`: by the rule's `from`, an expression for a moment or a day. `later` are months that pass besides.
    """

    label: str
    reference: str
    events: Mapping[str, Any]
    council: str = "council"
    words: str = ""
    later: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Due:
    """One thing that is due: its table and id, what it is called, since when it could have gone."""

    label: str
    pk: int
    reference: str
    due_on: date


# An audit that was left out, and one never returned, ended when it was last touched.
TOUCHED = Case(When(state=AuditState.EXCLUDED, then=F("changed_at")), output_field=DateTimeField())
AUDIT_OVER = TruncDate(Coalesce("closed_at", TOUCHED))
AUDIT_BACK = TruncDate(Coalesce("returned_at", TOUCHED))
LAST_DAY = Max("holdings__to_on")
LAST_VERSION = TruncDate(Max(Coalesce("versions__issued_at", "versions__asked_at")))

ROOTS: Mapping[str, tuple[Root, ...]] = {
    "audits": (
        Root(
            "audits.Audit",
            "reference",
            {"closed": AUDIT_OVER, "returned": AUDIT_BACK},
            words="Audit",
        ),
        Root(
            "actions.Action",
            "pk",
            {"closed": F("closed_on"), "returned": F("closed_on")},
            words="Action",
        ),
    ),
    "cases": (
        Root(
            "cases.CaseFile",
            "number",
            {"closed": F("closed_on"), "eighteenth_birthday": F("date_of_birth")},
            words="Case",
            later={"eighteenth_birthday": EIGHTEEN},
        ),
    ),
    "concerns": (
        Root(
            "escalation.OfficerEscalation",
            "number",
            {"resolved": TruncDate("resolved_at")},
            words="Concern",
        ),
    ),
    "feedback": (
        Root("feedback.Reply", "pk", {"received": F("received_on")}, words="Reply"),
        Root("feedback.Invitation", "pk", {"received": TruncDate("expires_at")}, words="Link"),
        Root(
            "feedback.Summary", "pk", {"received": F("held_on")}, words="What several people said"
        ),
        Root(
            "feedback.SurveyReport",
            "pk",
            {"received": TruncDate("written_at")},
            "survey__council",
            "Report of a survey",
        ),
    ),
    "documents": (
        Root("reporting.Document", "pk", {"made": TruncDate("asked_at")}, words="Document"),
        Root("reporting.Pack", "number", {"made": TruncDate("asked_at")}, words="Pack"),
    ),
    "reports": (Root("reporting.Report", "pk", {"published": LAST_VERSION}, words="Report"),),
    "tokens": (
        Root(
            "reporting.ApiToken",
            "pk",
            {"ended": Coalesce(TruncDate("revoked_at"), "expires_on")},
            words="Key",
        ),
    ),
    "imports": (
        Root(
            "cases.ImportRun",
            "pk",
            {"ended": TruncDate(Coalesce("ended_at", "uploaded_at"))},
            words="Import",
        ),
    ),
    "people": (Root("people.User", "name", {"left": LAST_DAY}),),
    "files": (
        Root("evidence.StoredFile", "pk", {"uploaded": TruncDate("uploaded_at")}, words="File"),
    ),
    "partners": (
        Root("partners.PartnerInvitation", "pk", {"ended": F("last_day")}, words="Partner’s link"),
    ),
    "supervision_notes": (
        Root("supervision.PersonalNote", "pk", {"written": TruncDate("made_at")}, words="Note"),
    ),
}
# Kinds of which there are so many that they are counted and not listed one by one.
COUNTED = ("messages", "sign_ins", "history")


def due(
    council: Council, rule: RetentionRule, on: date, run: Run | None = None
) -> tuple[list[Due], int]:
    """The things of a kind whose time is over on a day, the oldest first; and how many more are held back.

    What stands on the list of `run` already counts as gone: a case goes with the last of what names it.
    """
    found: list[Due] = []
    held = 0
    for root in ROOTS.get(rule.kind, ()):
        ready = candidates(root, council, rule, on, run)
        free = list(dated(root, without_held(ready, root.label, council, on), rule, on))
        found += free
        held += sum(1 for _ in dated(root, ready, rule, on)) - len(free)
    return sorted(found, key=lambda one: (one.due_on, one.label, one.pk)), held


def candidates(
    root: Root, council: Council, rule: RetentionRule, on: date, run: Run | None = None
) -> "QuerySet[Any]":
    """The rows of a table that could be due: old enough at a glance, never erased, nothing else in their way."""
    rows = model_of(root.label)._base_manager.filter(**{root.council: council})
    rows = rows.annotate(_event=root.events[rule.since])
    months = rule.months + root.later.get(rule.since, 0)
    erased = Erased.objects.filter(label=root.label, object_id=OuterRef("pk"))
    rows = rows.filter(_event__lte=long_before(on, months)).filter(~Exists(erased))
    narrow = NARROWED.get(root.label)
    return narrow(rows, run) if narrow else rows


def long_before(on: date, months: int) -> date:
    """A day that is never too early, for a first choice: the days themselves are counted afterwards."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, 28) + timedelta(days=4) if year >= 1 else date.min


def dated(root: Root, rows: "QuerySet[Any]", rule: RetentionRule, on: date) -> Iterator[Due]:
    """Those whose time is over on the day, with the day on which it was."""
    months = rule.months + root.later.get(rule.since, 0)
    values = rows.order_by("pk").values_list("pk", root.reference, "_event")
    for pk, reference, event in values.iterator(chunk_size=2000):
        due_on = months_after(event, months)
        if due_on <= on:
            yield Due(root.label, pk, f"{root.words} {reference}".strip(), due_on)


def loose_actions(rows: Any, run: Run | None) -> Any:
    """Actions that no audit brings along: those of feedback, of reports and such."""
    return rows.exclude(of_audits(Audit.objects.all().values("pk")))


def of_audits(audits: Any) -> Q:
    """A condition on actions: they stem from these audits or from their moderation."""
    moderations = model_of("moderation.Moderation").objects.filter(audit__in=audits).values("pk")
    found = Q(pk__in=[])
    for source, ids in (("audit", audits), ("moderation", moderations)):
        found |= Q(source=source, source_id__in=ids)
        found |= Q(instead_of__source=source, instead_of__source_id__in=ids)
        found |= Q(
            source="impact",
            source_id__in=Action.objects.filter(source=source, source_id__in=ids).values("pk"),
        )
    return found


def cases_alone(rows: Any, run: Run | None) -> Any:
    """Cases of which nothing else is left that names them or holds texts about them, or nothing but what is listed."""
    audits = Audit.objects.filter(case=OuterRef("pk"))
    loose = Action.objects.filter(case=OuterRef("pk")).exclude(
        of_audits(Audit.objects.values("pk"))
    )
    concerns = OfficerEscalation.objects.filter(case=OuterRef("pk"))
    replies = Reply.objects.filter(case=OuterRef("pk"))
    links = Invitation.objects.filter(case=OuterRef("pk"))
    for left in (audits, loose, concerns, replies, links):
        rows = rows.filter(~Exists(still_there(left, run)))
    return rows


def still_there(rows: Any, run: Run | None) -> Any:
    """Those that have neither been erased nor stand on a run's list."""
    label = rows.model._meta.label
    gone = Erased.objects.filter(label=label, object_id=OuterRef("pk"))
    listed = Item.objects.filter(run=run, label=label, object_id=OuterRef("pk"))
    rows = rows.exclude(Exists(gone))
    return rows.exclude(Exists(listed)) if run else rows


def gone_for_good(rows: Any, run: Run | None) -> Any:
    """People whose account is closed and who hold no post that goes on."""
    going_on = PostHolding.objects.filter(user=OuterRef("pk"), to_on=None)
    return rows.filter(is_active=False).filter(~Exists(going_on))


NARROWED = {
    "actions.Action": loose_actions,
    "cases.CaseFile": cases_alone,
    "people.User": gone_for_good,
}


# Holds ---------------------------------------------------------------------------------------------


def without_held(rows: "QuerySet[Any]", label: str, council: Council, on: date) -> "QuerySet[Any]":
    """The rows that no hold of the council keeps back."""
    kept = held_rows(label, council, on)
    return rows if kept is None else rows.exclude(pk__in=kept)


def held_rows(label: str, council: Council, on: date) -> Any:
    """The ids of the rows of a table that a hold keeps back, as a query; None where there is no hold."""
    standing = Hold.objects.filter(council=council).standing(on)
    cases = list(standing.exclude(case=None).values_list("case", flat=True))
    people = list(standing.exclude(person=None).values_list("person", flat=True))
    if not cases and not people:
        return None
    found = Q(pk__in=[])
    for way in ways_to_case(label):
        found |= Q(**{f"{way}__in": cases})
    for column in people_in(label):
        found |= Q(**{f"{column}__in": people})
    if label == "people.User":
        found |= Q(pk__in=people)
        found |= Q(involvements__case__in=cases)
    return model_of(label)._base_manager.filter(found).values("pk")


def ways_to_case(label: str) -> tuple[str, ...]:
    """Every way from a table to a case; a case's own id, and what packs and files reach the other way around."""
    around = {
        "cases.CaseFile": ("pk",),
        "reporting.Pack": ("items__audit__case",),
        "evidence.StoredFile": ("attachment__audit__case", "attachment__action__case"),
    }
    return around.get(label, ()) + ways(label, "cases.CaseFile")


def held_case_numbers(council: Council, on: date) -> list[str]:
    """The numbers of the cases that are on hold: messages that name them are kept."""
    standing = Hold.objects.filter(council=council).standing(on).exclude(case=None)
    return list(
        CaseFile.objects.filter(pk__in=standing.values("case")).values_list("number", flat=True)
    )


def held_people(council: Council, on: date) -> list[int]:
    """The ids of the people who are on hold."""
    standing = Hold.objects.filter(council=council).standing(on).exclude(person=None)
    return list(standing.values_list("person", flat=True))
