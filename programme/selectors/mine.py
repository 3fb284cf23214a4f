"""What one person has been given, and what of it stands in their calendar."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from audits.models import Audit
from audits.selectors import edition_of
from audits.states import WORKING, AuditState
from people.models import User
from programme.diary import Entry
from programme.models import DateChange
from standards.selectors import edition, in_force

LONDON = ZoneInfo("Europe/London")
MEETING_MINUTES = 60
MOST = 500


def year_from(user: User, on: date) -> date:
    """The first day of the programme year that a day lies in, in the person's council (T-9)."""
    version = in_force(user.council, on) if user.council else None
    month = edition(version).year_start if version else 4
    return date(on.year if on.month >= month else on.year - 1, month, 1)


def given_to(user: User, on: date) -> QuerySet[Audit]:
    """The audits that this person audits: those of this programme year, and older ones still under way."""
    return (
        Audit.objects.visible_to(user, on)
        .filter(Q(month__gte=year_from(user, on)) | Q(state__in=WORKING), auditor=user)
        .select_related("tool")
        .order_by("deadline_on", "pk")
    )


def entries(user: User, on: date, address: Callable[[int], str]) -> list[Entry]:
    """The meetings and deadlines of the audits that a person takes part in; a fixed number of queries.

    What was left out, or has passed to somebody else, is there as called off, so that a diary drops it.
    """
    mine = Q(auditor=user) | Q(worker=user) | Q(second_worker=user)
    now = Q(state__in=WORKING) | Q(state=AuditState.EXCLUDED, month__gte=year_from(user, on))
    audits = (
        Audit.objects.visible_to(user, on)
        .filter(mine, now)
        .with_edition()
        .annotate(steps=Count("moves"))
        .order_by("deadline_on", "pk")
    )
    found: list[Entry] = []
    for audit in audits[:MOST]:
        found += of_audit(audit, user, address(audit.pk))
    return found + passed_on(user, on)


def of_audit(audit: Audit, user: User, address: str) -> list[Entry]:
    """One audit's meeting, and for its auditor the day it is due back."""
    off = audit.state == AuditState.EXCLUDED
    steps: int = getattr(audit, "steps", 0)
    found = []
    if audit.auditor_id == user.pk:
        found.append(
            Entry(
                f"audit-{audit.pk}-due",
                f"Audit {audit.reference} is due back",
                audit.deadline_on,
                address=address,
                change=steps,
                cancelled=off,
            )
        )
    if audit.meeting_at:
        minutes = edition_of(audit).policy.time_budget.get("session", MEETING_MINUTES)
        found.append(
            Entry(
                f"audit-{audit.pk}-meeting",
                f"Meeting for audit {audit.reference}",
                audit.meeting_at.astimezone(LONDON),
                minutes=minutes,
                address=address,
                change=steps,
                cancelled=off,
            )
        )
    return found


def passed_on(user: User, on: date) -> list[Entry]:
    """What somebody else has taken over from this person since the year began, as called off; without a link."""
    rows = (
        DateChange.objects.filter(
            kind=DateChange.Kind.REASSIGNMENT,
            old_auditor=user,
            audit__month__gte=year_from(user, on),
        )
        .exclude(audit__auditor=user)
        .annotate(steps=Count("audit__moves"))
        .select_related("audit")
        .order_by("audit_id", "-pk")
        .distinct()
    )
    latest = {row.audit_id: row for row in reversed(list(rows[:MOST]))}
    return [
        Entry(
            f"audit-{row.audit_id}-{what}",
            f"Audit {row.audit.reference}",
            row.old_deadline_on,
            change=row.steps,
            cancelled=True,
        )
        for row in latest.values()
        for what in ("due", "meeting")
    ]
