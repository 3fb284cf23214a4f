"""Recommendations of a report: written before it is issued, actions with owners from then on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from actions.plans import Plan
from actions.services.raising import KINDS, Occasion, faults, raise_by_hand
from core.moves import Refused
from core.trail import record
from people.models import OrgUnit, PostHolding, User
from reporting.models import Recommendation, Report, ReportVersion
from reporting.selectors import reports
from reporting.services.writing import named_in
from standards.models import FrameworkVersion
from standards.selectors import edition

SOURCE = "report"
ANSWERED = "Management has answered this recommendation: it stays as it was answered."
ISSUED = "This recommendation is issued: it is an action now, and is changed there."


@dataclass(frozen=True)
class Wish:
    """What somebody recommends: what, why, who, by when, about which themes."""

    text: str
    why: str
    owner: User
    due_on: date
    themes: tuple[str, ...] = ()
    for_staff: bool = True


@transaction.atomic
def write_recommendation(
    report: Report,
    wish: Wish,
    *,
    row: Recommendation | None = None,
    by: User,
    at: datetime,
) -> Recommendation:
    """Write a recommendation, or change one that is not issued.

    Raises PermissionDenied for whoever may not write the report; Refused with everything that would keep it from
    becoming an action.
    """
    report = locked(report, by)
    if row is not None:
        row = Recommendation.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if row.action_id:
            raise Refused(ISSUED)
        if row.replies.exists():
            raise Refused(ANSWERED)
    problems = problems_of(report, wish, by=by, at=at)
    if found := named_in(f"{wish.text} {wish.why}", report.council_id):
        problems.append(f"Say it without names: it seems to name {', '.join(found)}.")
    if problems:
        refuse(problems)
    if row is None:
        last = report.recommendations.aggregate(last=Max("number"))["last"] or 0
        row = Recommendation(report=report, number=last + 1)
    row.text, row.why, row.owner, row.due_on = wish.text, wish.why, wish.owner, wish.due_on
    row.themes, row.for_staff = list(wish.themes), wish.for_staff
    row.written_by, row.written_at = by, at
    row.save()
    record("write recommendation", row, by=by, at=at, council_id=report.council_id)
    return row


def refuse(problems: list[str]) -> NoReturn:
    """Say everything that is missing."""
    raise Refused("The recommendation is not complete.", problems)


def locked(report: Report, by: User) -> Report:
    """The report, kept from others."""
    row = Report.objects.select_for_update(of=("self",)).select_related("council").get(pk=report.pk)
    if not by.has_perm("reporting.write_report", row):
        raise PermissionDenied
    return row


@transaction.atomic
def drop_recommendation(row: Recommendation, *, by: User, at: datetime) -> None:
    """Take out a recommendation that is not issued and that no response speaks of; those after it move up."""
    report = locked(row.report, by)
    row = Recommendation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.action_id:
        raise Refused(ISSUED)
    if row.replies.exists():
        raise Refused("Management has answered this recommendation. It stays.")
    record("drop recommendation", row, by=by, at=at, council_id=report.council_id)
    number = row.number
    row.delete()
    report.recommendations.filter(number__gt=number).update(number=F("number") - 1)


def problems_of(report: Report, wish: Wish, *, by: User, at: datetime) -> list[str]:
    """What would keep a recommendation from becoming an action, in words for the screen."""
    version = reports.framework_of(report)
    plan, occasion = plan_of(wish, version, at), occasion_of(report, wish.owner, 1, 1, at)
    rules = edition(version).policy.actions
    kinds = {one.code: one.label for one in rules.kinds} or KINDS
    return faults(plan, occasion, rules, kinds, by=by, at=at)


def plan_of(wish: Wish, version: FrameworkVersion, at: datetime) -> Plan:
    """A recommendation as the action that it becomes: of the framework's first kind, in the class that allows its date."""
    rules = edition(version).policy.actions
    kind = rules.kinds[0].code if rules.kinds else next(iter(KINDS))
    plan = Plan(
        kind=kind,
        what=wish.text,
        why=wish.why,
        owner=wish.owner,
        due_on=wish.due_on,
        success=wish.why if rules.success_asked else "",
        themes=wish.themes,
    )
    return plan.in_class(rules)


def occasion_of(report: Report, owner: User, number: int, row: int, at: datetime) -> Occasion:
    """Where the action comes from: the report, in its owner's unit."""
    on = timezone.localdate(at)
    held = PostHolding.objects.current(on).filter(user=owner, post__council=report.council_id)
    holding = held.select_related("post__unit__council").first()
    unit = (
        holding.post.unit
        if holding
        else OrgUnit.objects.select_related("council")
        .filter(council=report.council_id)
        .order_by("path")[0]
    )
    label = f"Recommendation {number} of {report}"
    return Occasion(source=SOURCE, label=label[:160], unit=unit, row=row)


def raise_actions(version: ReportVersion, *, by: User, at: datetime) -> int:
    """Make each recommendation that is none yet an action with its owner; returns how many.

    Refused with the number of the first one that cannot become an action.
    """
    rows = version.report.recommendations.select_for_update(of=("self",)).filter(action=None)
    made = 0
    for row in rows.select_related("owner"):
        wish = Wish(row.text, row.why, row.owner, row.due_on, tuple(row.themes), row.for_staff)
        occasion = occasion_of(version.report, row.owner, row.number, row.pk, at)
        plan = plan_of(wish, version.version, at)
        try:
            row.action = raise_by_hand(plan, occasion, version=version.version, by=by, at=at)
        except Refused as fault:
            words = f"Recommendation {row.number} cannot become an action yet."
            raise Refused(words, fault.problems) from None
        row.save(update_fields=["action"])
        made += 1
    return made
