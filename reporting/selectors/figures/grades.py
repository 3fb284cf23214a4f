"""Grades: how many of each, by service, and over time with chance kept apart from change (G-22, G-43; reports §3)."""

from typing import Any

from reporting.charts.forms import Bar, Series, StackedBars
from reporting.charts.palette import ranked
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.differences import LEVEL, differ
from reporting.measures.shares import share
from reporting.selectors.by_month import over_time
from reporting.selectors.catalogue import Measure, register
from reporting.selectors.graded import (
    FINAL,
    NO_FLASH,
    Graded,
    amount,
    audits_word,
    counts,
    graded,
    left_out,
    of_words,
    services_in,
)
from reporting.selectors.lists import audits_of
from reporting.selectors.scope import Scope
from standards.policy import Grade

# In lists of audits: those of the programme alone, as these figures count them.
PROGRAMME: dict[str, Any] = {"flash": "0"}


def grades(scope: Scope) -> Figure:
    """How many audits have each grade, final and provisional apart."""
    rows = graded(scope)
    final = [row for row in rows if row.final]
    waiting = [row for row in rows if not row.final]
    by_final, by_waiting = counts(final), counts(waiting)
    best = scope.edition.policy.grades_best_first
    total, open_ = amount(final), amount(waiting)
    table = tuple(
        Row(
            grade.label,
            (
                share(
                    by_final[grade.code],
                    total,
                    minimum=scope.minimum,
                    to=audits_of(scope, **PROGRAMME, grade=grade.code, final="1"),
                ),
                Cell(
                    n=by_waiting[grade.code],
                    to=audits_of(scope, **PROGRAMME, grade=grade.code, final="0"),
                ),
            ),
            code=grade.code,
        )
        for grade in best
    )
    whole = Row(
        "All",
        (
            Cell(n=total, of=total, kept="few", to=audits_of(scope, **PROGRAMME, final="1")),
            Cell(n=open_, to=audits_of(scope, **PROGRAMME, final="0")),
        ),
        total=True,
    )
    good = sum(by_final[code] for code in scope.edition.policy.good_grades)
    worst = scope.edition.policy.worst_grade
    return Figure(
        code="grades",
        title="Grades",
        about="Audits that count for these months and were returned, final and provisional grades apart. "
        f"{NO_FLASH} {FINAL}",
        rows_are="Grade",
        columns=(Column("final", "Final", "share"), Column("provisional", "Provisional")),
        rows=(*table, whole) if rows else (),
        says=grades_said(scope, total, open_, good, by_final[worst.code]),
        notes=left_out(scope),
        question="well",
        chart=StackedBars(
            series_of(best),
            (Bar("Final grades", tuple(by_final[g.code] for g in best), audits_word(total)),),
        )
        if total
        else None,
        values={
            "final": Value("Audits with a final grade", str(total)),
            "provisional": Value("Audits with a provisional grade", str(open_)),
            "good": Value("Final grades that are good or better", of_words(scope, good, total)),
            "worst": Value(
                f"Final grades that are {worst.label}",
                of_words(scope, by_final[worst.code], total),
            ),
        },
    )


def grades_said(scope: Scope, total: int, open_: int, good: int, worst: int) -> tuple[str, ...]:
    """What the grades say, in sentences."""
    if not total and not open_:
        return ("No audit of these months has been returned yet.",)
    policy = scope.edition.policy
    said = [
        f"{audits_word(total)} {'has' if total == 1 else 'have'} a final grade; {open_} more "
        f"{'is' if open_ == 1 else 'are'} provisional and not counted among them."
    ]
    if total:
        said.append(
            f"{of_words(scope, good, total)} are graded {policy.lowest_good.label} or better, "
            f"and {of_words(scope, worst, total)} {policy.worst_grade.label}."
        )
    return tuple(said)


def series_of(grades_best_first: tuple[Grade, ...]) -> tuple[Series, ...]:
    """A series for each grade; its colour goes by its place among them."""
    return tuple(
        Series(grade.label, ranked(place)) for place, grade in enumerate(grades_best_first)
    )


def grades_by_service(scope: Scope) -> Figure:
    """Final grades by service: counts of each grade, and the share of good or better."""
    rows = [row for row in graded(scope) if row.final]
    policy = scope.edition.policy
    best = policy.grades_best_first
    services = services_in(scope)
    known = {one.pk for one in services}
    groups: list[tuple[str, list[Graded], str]] = [
        (one.name, [row for row in rows if row.service == one.pk], str(one.pk)) for one in services
    ]
    if others := [row for row in rows if row.service not in known]:
        groups.append(("In no service", others, ""))
    groups = [group for group in groups if group[1]]

    # A service above the one that is looked at is shown as far as that goes, and so is its list.
    within = {
        str(one.pk)
        for one in services
        if scope.service is None or one.path.startswith(scope.service.path)
    }

    def listed(service: str, *, total: bool, grade: str = "") -> str:
        if not service and not total:
            return ""
        unit = service if service in within else ""
        return audits_of(scope, service=unit, **PROGRAMME, grade=grade, final="1")

    def line(name: str, some: list[Graded], service: str, *, total: bool = False) -> Row:
        by_grade = counts(some)
        cells = [
            Cell(n=by_grade[grade.code], to=listed(service, total=total, grade=grade.code))
            for grade in best
        ]
        whole = Cell(n=amount(some), to=listed(service, total=total))
        good = share(
            sum(by_grade[code] for code in policy.good_grades), amount(some), minimum=scope.minimum
        )
        return Row(name, (*cells, whole, good), total=total, code=service)

    table = [line(*group) for group in groups]
    return Figure(
        code="grades-by-service",
        title="Grades by service",
        about="Final grades of audits of these months, by the service that the child’s team is in. Provisional grades "
        f"are left out. {NO_FLASH} Services with fewer than {scope.minimum} final grades are not compared. {FINAL}",
        rows_are="Service",
        columns=(
            *(Column(grade.code, grade.label) for grade in best),
            Column("all", "All", total=True),
            Column("good", f"{policy.lowest_good.label} or better", "share"),
        ),
        rows=(*table, line("All services", rows, "", total=True)) if rows else (),
        says=services_said(scope, groups),
        notes=left_out(scope),
        question="well",
        chart=StackedBars(
            series_of(best),
            tuple(
                Bar(name, tuple(counts(some)[g.code] for g in best), audits_word(amount(some)))
                for name, some, _ in groups
            ),
        )
        if groups
        else None,
    )


def services_said(scope: Scope, groups: list[tuple[str, list[Graded], str]]) -> tuple[str, ...]:
    """Whether the services differ beyond chance, all compared together, and which stand highest and lowest."""
    policy = scope.edition.policy
    known: list[tuple[str, int, int]] = []
    for name, some, service in groups:
        by_grade = counts(some)
        if service and amount(some) >= max(scope.minimum, 1):
            known.append((name, sum(by_grade[code] for code in policy.good_grades), amount(some)))
    if len(known) < 2:
        return ("Too few audits in single services to compare them.",)
    if differ([(n, of) for _, n, of in known]) >= LEVEL:
        return ("The services do not differ by more than chance explains.",)
    shares = [(n / of, name) for name, n, of in known]
    highest, lowest = (
        " and ".join(name for part, name in shares if part == end[0])
        for end in (max(shares), min(shares))
    )
    good = f"{policy.lowest_good.label} or better"
    return (
        f"The services differ by more than chance explains (p < {LEVEL}). "
        f"The share of audits graded {good} is highest in {highest} and lowest in {lowest}.",
    )


def good_over_time(scope: Scope) -> Figure:
    """The share of final grades that are good or better, month by month."""
    policy = scope.edition.policy
    label = f"{policy.lowest_good.label} or better"
    return over_time(
        scope,
        code="good-over-time",
        title=f"{label} over time",
        measure=f"The share of audits graded {label}",
        counts_as=lambda grade: grade in policy.good_grades,
        better="up",
    )


def inadequate_over_time(scope: Scope) -> Figure:
    """The share of final grades that are the worst one, month by month, with the council's ceiling."""
    worst = scope.edition.policy.worst_grade
    return over_time(
        scope,
        code="inadequate-over-time",
        title=f"{worst.label} over time",
        measure=f"The share of audits graded {worst.label}",
        counts_as=lambda grade: grade == worst.code,
        better="down",
        ceiling=scope.edition.policy.figures.ceiling,
    )


register(
    Measure("grades", "Grades", "grades", grades),
    Measure("grades-by-service", "Grades by service", "grades", grades_by_service),
    Measure("good-over-time", "Good or better over time", "grades", good_over_time),
    Measure("inadequate-over-time", "Inadequate over time", "grades", inadequate_over_time),
)
