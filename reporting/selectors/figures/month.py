"""The month's audits: given out, returned, late, left out (reports §5)."""

from datetime import date

from django.utils import timezone

from audits.states import WORKING, AuditState
from people.models import OrgUnit
from people.organisation import service_of
from reporting.charts.forms import CountRow, Counts
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.graded import audits_word
from reporting.selectors.in_months import InMonths, in_months
from reporting.selectors.lists import listed
from reporting.selectors.scope import Scope

KINDS = ("given", "returned", "late", "open", "left_out")


def month_audits(scope: Scope) -> Figure:
    """Audits that count for these months, by service: how many were given out, returned, returned late, are open, left out."""
    services = scope.services
    sums: dict[int, dict[str, int]] = {}
    for one in in_months(scope):
        if one.allocated_at <= scope.at:
            key = service_of(one.path, services)
            there = sums.setdefault(key, dict.fromkeys(KINDS, 0))
            there["given"] += 1
            there["returned"] += one.state == AuditState.RETURNED
            there["late"] += is_late(one, scope.on)
            there["open"] += one.state in WORKING
            there["left_out"] += one.state == AuditState.EXCLUDED
    whole = {kind: sum(one[kind] for one in sums.values()) for kind in KINDS}
    names = {key: services[key].name if key in services else "In no service" for key in sums}
    rows = tuple(
        Row(names[key], cells(scope, sums[key], services.get(key)), code=str(key))
        for key in sorted(sums, key=lambda key: names[key])
    )
    due = whole["given"] - whole["left_out"]
    return Figure(
        code="month-audits",
        title="Audits given out and returned",
        about="Audits that count for these months, audits raised for a single concern (flash audits) too. "
        "Late: returned after the deadline, or still open after it. Audits left out are not due.",
        rows_are="Service",
        columns=(
            Column("given", "Given out"),
            Column("returned", "Returned"),
            Column("late", "Late"),
            Column("open", "Under way"),
            Column("left_out", "Left out"),
        ),
        rows=(*rows, Row("All services", cells(scope, whole, None, total=True), total=True))
        if rows
        else (),
        says=month_said(whole, due) if rows else ("No audit counts for these months.",),
        question="much",
        chart=Counts(
            tuple(
                CountRow(
                    names[key],
                    sums[key]["returned"],
                    sums[key]["given"] - sums[key]["left_out"],
                )
                for key in sorted(sums, key=lambda key: names[key])
            ),
            "audits",
        )
        if rows
        else None,
        values={
            "given": Value("Audits given out", str(whole["given"])),
            "returned": Value("Audits returned", f"{whole['returned']} of {due}"),
            "late": Value("Audits late", str(whole["late"])),
            "left_out": Value("Audits left out", str(whole["left_out"])),
        },
    )


def is_late(one: InMonths, on: date) -> bool:
    """Whether an audit was returned after the day of its deadline, or is still open after it."""
    if one.state == AuditState.RETURNED:
        back = one.returned_at
        return back is not None and timezone.localdate(back) > one.deadline_on
    return one.state in WORKING and one.deadline_on < on


def month_said(whole: dict[str, int], due: int) -> tuple[str, ...]:
    """How many of those that are due are returned, how many late; those left out apart."""
    late, out = whole["late"], whole["left_out"]
    said = [
        f"{whole['returned']} of {audits_word(due)} {'is' if due == 1 else 'are'} returned; "
        f"{late} {'was or is' if late == 1 else 'were or are'} late."
    ]
    if out:
        said.append(f"{out} more {'was' if out == 1 else 'were'} given out and left out.")
    return tuple(said)


def cells(
    scope: Scope, one: dict[str, int], service: OrgUnit | None, *, total: bool = False
) -> tuple[Cell, ...]:
    """The numbers of one row, each with the list behind it where a filter shows just these: not of audits in no service."""
    months = {"since": scope.first_on.isoformat(), "until": scope.last_on.isoformat()}
    unit = scope.service
    if service is not None and (unit is None or service.path.startswith(unit.path)):
        unit = service
    states = {"given": "", "returned": AuditState.RETURNED, "left_out": AuditState.EXCLUDED}
    narrow = {"service": unit.pk if unit else "", **months}
    return tuple(
        Cell(
            n=one[kind],
            to=listed("audits", {"state": states[kind], **narrow})
            if kind in states and (total or service is not None)
            else "",
        )
        for kind in KINDS
    )


register(Measure("month-audits", "Audits given out and returned", "delivery", month_audits))
