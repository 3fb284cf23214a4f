"""Returned audits counted by grade: what figures on grades are made of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from audits.models import Audit
from audits.querysets import AuditQuerySet
from audits.states import AuditState
from people.models import OrgUnit
from people.organisation import service_of
from reporting.measures.shares import percent, share
from reporting.selectors.in_general import Question
from reporting.selectors.in_months import returned_in
from reporting.selectors.scope import Scope
from reporting.wording import plural
from standards.deadlines import months_after

FINAL = "A grade is final once it is moderated, settled, or passed over by the sampling."
NO_FLASH = "Audits raised for a single concern (flash audits) are left out."
# Of a p-chart: two years of months (reports §4, C2: 12 to 24).
MONTHS = 24


@dataclass(frozen=True)
class Graded:
    """So many audits of one service and month with one grade, final or not."""

    month: date
    service: int
    grade: str
    final: bool
    number: int


def chosen_audits(scope: Scope) -> AuditQuerySet:
    """The returned audits that figures on grades speak of: all but flash audits, which are raised for a concern (E-30)."""
    found: AuditQuerySet = scope.audits().filter(
        state=AuditState.RETURNED, flash_source="", returned_at__lte=scope.at
    )
    return found


def graded(scope: Scope, first_on: date | None = None) -> list[Graded]:
    """The returned audits from a month on (the scope's first, unless another is given), counted.

    They are read from two years back, once for all figures of a scope.
    """
    first = first_on or scope.first_on
    since = min(first, scope.first_on, first_month(scope))
    key = ("graded", since)
    if key not in scope.kept:
        scope.kept[key] = read_graded(scope, since)
    rows: list[Graded] = scope.kept[key]  # type: ignore[assignment]
    return [row for row in rows if row.month >= first]


def counted_by_grade(scope: Scope) -> "QuerySet[Audit, Any]":
    """The returned audits from a month on, by what figures on grades tell apart."""
    return (
        chosen_audits(scope)
        .filter(month__range=(SINCE, scope.last_on))
        .order_by()
        .values_list("month", "unit__path", "grade", "grade_final")
        .annotate(number=Count("pk"))
    )


# What stands in the query for the first month.
SINCE = date(1, 1, 21)
GRADED = Question(counted_by_grade)


def read_graded(scope: Scope, since: date) -> list[Graded]:
    """The returned audits from a month on, counted; one query."""
    services = scope.services
    rows: Counter[tuple[date, int, str, bool]] = Counter()
    for month, path, grade, final, number in GRADED.rows(scope, {SINCE: since}):
        rows[month, service_of(path, services), grade, final] += number
    return [Graded(*key, number) for key, number in sorted(rows.items())]


def first_month(scope: Scope) -> date:
    """The first month of a chart over time: two years back."""
    return months_after(scope.last_on.replace(day=1), 1 - MONTHS)


def months(scope: Scope, rows: list[Graded]) -> list[date]:
    """Every month from the first with an audit to the last of the scope, none after the month of reading."""
    last = min(scope.last_on, scope.on)
    first = min((row.month for row in rows), default=last.replace(day=1))
    found, month = [], first
    while month <= last:
        found.append(month)
        month = months_after(month, 1)
    return found


def services_in(scope: Scope) -> list[OrgUnit]:
    """The services that a scope looks at, by name."""
    found = sorted(scope.services.values(), key=lambda one: one.name)
    if scope.service is None:
        return found
    path = scope.service.path
    return [one for one in found if one.path.startswith(path) or path.startswith(one.path)]


def flash(scope: Scope) -> int:
    """How many flash audits the figures leave out; counted once."""
    key = ("flash",)
    if key not in scope.kept:
        scope.kept[key] = sum(bool(one.flash_source) for one in returned_in(scope))
    found: int = scope.kept[key]  # type: ignore[assignment]
    return found


def amount(rows: Iterable[Graded]) -> int:
    """How many audits these rows count."""
    return sum(row.number for row in rows)


def counts(rows: Iterable[Graded]) -> Counter[str]:
    """How many audits have each grade."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row.grade] += row.number
    return found


def audits_word(number: int) -> str:
    """1 audit, 12 audits."""
    return plural(number, "audit")


def left_out(scope: Scope) -> tuple[str, ...]:
    """What a figure without flash audits does not count, in words."""
    number = flash(scope)
    if not number:
        return ()
    are = "is" if number == 1 else "are"
    return (f"{audits_word(number)} raised for a single concern (flash audits) {are} not counted.",)


def of_words(scope: Scope, n: int, of: int) -> str:
    """8 of 12, with the percentage and its interval where there are enough."""
    cell = share(n, of, minimum=scope.minimum)
    if cell.share is None or cell.low is None or cell.high is None:
        return f"{n} of {of}"
    return f"{n} of {of} ({percent(cell.share)}, {percent(cell.low)} to {percent(cell.high)})"
