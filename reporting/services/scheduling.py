"""Which reports are due on a day, asked for once each (B7-4, B7-5)."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from people.models import Council, User
from reporting.models import Report, ReportVersion
from reporting.months import Months, due, made_here, months_of
from reporting.selectors.reports import rule_of
from reporting.services.building import ask_for_version
from standards.models import FrameworkVersion
from standards.policy import ReportRule
from standards.selectors import calendar_of, edition, in_force

CAUSE = "the timetable"


@transaction.atomic
def report_for(
    council: Council, rule: ReportRule, months: Months, *, at: datetime
) -> tuple[Report, bool]:
    """The report of these months, and whether it is new."""
    return Report.objects.get_or_create(
        council=council,
        code=rule.code,
        first_on=months.first_on,
        defaults={
            "kind": rule.every,
            "last_on": months.last_on,
            "title": rule.title,
            "period": months.words,
            "made_at": at,
        },
    )


@transaction.atomic
def begin_report(
    council: Council, code: str, day: date, *, by: User, at: datetime
) -> ReportVersion:
    """Begin a report by hand, of the month or quarter in which a day lies, and ask for its first version.

    Raises PermissionDenied for whoever is not of the QA team; Refused for months that are not over, for a report that
    the framework does not ask for or the system does not make, and for one that is begun already.
    """
    if not by.has_perm("reporting.begin_report") or by.council_id != council.pk:
        raise PermissionDenied
    version = in_force(council, day)
    if version is None:
        raise Refused("No framework was in force then.")
    kept = edition(version)
    rule = rule_of(code, kept)
    if not made_here(rule):
        raise Refused("This report is not made by the system.")
    months = months_of(rule.every, day, kept.year_start)
    if months.last_on >= timezone.localdate(at):
        raise Refused("These months are not over yet.")
    report, _ = report_for(council, rule, months, at=at)
    if report.versions.exists():
        raise Refused("This report is begun already. Open it in the list.")
    return ask_for_version(report, by=by, at=at)


def ask_for_due(*, at: datetime) -> int:
    """Ask for every report whose draft should be there and that nobody has begun; returns how many.

    A report whose months are over and that has a version already is left alone, so that a second run does nothing.
    """
    made = 0
    for council in Council.objects.order_by("pk"):
        made += ask_for_due_of(council, at=at)
    return made


@transaction.atomic
def ask_for_due_of(council: Council, *, at: datetime) -> int:
    """The reports of one council that are due."""
    on = timezone.localdate(at)
    version = in_force(council, on)
    if version is None:
        return 0
    kept, calendar = edition(version), calendar_of(council.pk)
    made = 0
    for rule in kept.policy.reports:
        if not made_here(rule):
            continue
        for months in due(rule, on, kept.year_start, calendar):
            if not made_under(council, months):
                continue
            report, _ = report_for(council, rule, months, at=at)
            if not report.versions.exists():
                ask_for_version(report, at=at, cause=CAUSE)
                made += 1
    return made


def made_under(council: Council, months: Months) -> FrameworkVersion | None:
    """The edition in force at the end of these months: a report from before the framework is not made."""
    return in_force(council, months.last_on)
