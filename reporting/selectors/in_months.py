"""The audits that count for a scope's months, read once as narrow rows: what many figures of a page count from."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from audits.models import Audit
from audits.states import AuditState
from reporting.selectors.in_general import Question
from reporting.selectors.scope import Scope


class InMonths(NamedTuple):
    """One audit: where it counts, where it stands, its grade as it counts now, and its days."""

    pk: int
    month: date
    path: str
    state: str
    grade: str
    final: bool
    flash_source: str
    tool: str
    version: int
    version_state: str
    checksum: str
    deadline_on: date
    allocated_at: datetime
    returned_at: datetime | None


def asked_in_months(scope: Scope) -> "QuerySet[Audit, Any]":
    """The audits that count for a scope's months, each as the columns of `InMonths`."""
    rows = scope.audits().filter(month__range=(scope.first_on, scope.last_on)).order_by()
    return rows.values_list(
        "pk",
        "month",
        "unit__path",
        "state",
        "grade",
        "grade_final",
        "flash_source",
        "tool__code",
        "version_id",
        "version__state",
        "version__checksum",
        "deadline_on",
        "allocated_at",
        "returned_at",
    )


IN_MONTHS = Question(asked_in_months)


def in_months(scope: Scope) -> list[InMonths]:
    """The audits that count for the scope's months, in whatever state; one query for all figures of a scope."""
    key = ("in months",)
    if key not in scope.kept:
        scope.kept[key] = [InMonths(*row) for row in IN_MONTHS.rows(scope)]
    found: list[InMonths] = scope.kept[key]  # type: ignore[assignment]
    return found


def returned_in(scope: Scope) -> list[InMonths]:
    """Those that have been returned by the moment of reading, as `Scope.returned` has them."""
    return [
        one
        for one in in_months(scope)
        if one.state == AuditState.RETURNED
        and one.returned_at is not None
        and one.returned_at <= scope.at
    ]


def chosen_in(scope: Scope) -> list[InMonths]:
    """Those of them that figures on grades speak of: no flash audits, which are raised for a concern (E-30)."""
    return [one for one in returned_in(scope) if not one.flash_source]
