"""A share of final grades month by month, with chance kept apart from change (G-22, G-43; reports §3)."""

from collections.abc import Callable
from datetime import date

from core.prepared import COUNCIL, MOMENT, Prepared
from reporting.charts.forms import Mark
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.control import Counted, Rebase, control
from reporting.measures.shares import share
from reporting.models import Annotation
from reporting.selectors.graded import (
    FINAL,
    NO_FLASH,
    amount,
    audits_word,
    first_month,
    graded,
    months,
    of_words,
)
from reporting.selectors.lists import audits_of
from reporting.selectors.scope import Scope
from standards.deadlines import months_after

# For how many months before the present one grades are still settling.
SETTLES = 3
SIGNALS = {
    "outside": "Outside the limits",
    "shift": "Run on one side of the average",
    "trend": "Run up or down",
    "near": "Two of three near a limit",
}

NOTES = Prepared(
    lambda: Annotation.objects.of_all_figures(COUNCIL, MOMENT).values_list(
        "figure", "month", "rebased", "words"
    )
)


def over_time(
    scope: Scope,
    *,
    code: str,
    title: str,
    measure: str,
    counts_as: Callable[[str], bool],
    better: str,
    ceiling: int | None = None,
) -> Figure:
    """A p-chart of a share of final grades by month, with its table, its signals and what was noted beside it."""
    rows = graded(scope, first_month(scope))
    final = [row for row in rows if row.final]
    days = months(scope, final) if final else []
    rows = [row for row in rows if not days or row.month <= days[-1]]
    # A council may leave most grades unmoderated: only of the last months is it a matter of time.
    settling = months_after(scope.on.replace(day=1), -SETTLES)
    points = []
    for day in days:
        there = [row for row in rows if row.month == day]
        points.append(
            Counted(
                f"{day:%b %Y}",
                amount(row for row in there if row.final and counts_as(row.grade)),
                amount(row for row in there if row.final),
                open=amount(row for row in there if not row.final) if day >= settling else 0,
            )
        )
    marks, rebases = noted(scope, code, days)
    found = control(
        measure,
        points,
        minimum=scope.minimum,
        better=better,  # type: ignore[arg-type]
        rebases=rebases,
        marks=marks,
        ceiling=ceiling / 100 if ceiling else None,
    )
    table = tuple(
        Row(
            f"{day:%B %Y}",
            (
                share(
                    one.n,
                    one.of,
                    minimum=scope.minimum,
                    to=audits_of(scope, first_on=day, last_on=day, flash="0", final="1"),
                ),
                Cell(text=SIGNALS.get(place.signal, "")),
            ),
            code=day.isoformat(),
        )
        for day, one, place in zip(days, points, found.chart.points, strict=True)
    )
    waiting = amount(row for row in rows if not row.final)
    notes = [
        "Limits: three standard errors around the average of all months shown, for each month’s own number of audits "
        "(p-chart). A month with too few audits has a hollow point and no line through it."
    ]
    if waiting:
        notes.append(
            f"{audits_word(waiting)} whose grade is provisional {'is' if waiting == 1 else 'are'} not counted yet, "
            "so the last months can still change."
        )
    last = next((at for at in reversed(range(len(points))) if points[at].of), None)
    return Figure(
        code=code,
        title=title,
        about=f"{measure}, by the month for which they count; final grades only. {NO_FLASH} {FINAL}",
        rows_are="Month",
        columns=(Column("share", "Audits", "share"), Column("signal", "Signal", "words")),
        rows=table,
        says=found.says if points else ("No grade is final yet.",),
        notes=tuple(notes),
        question="well",
        signal=found.signal,
        chart=found.chart if points else None,
        values={
            "last": Value(
                f"{measure} in {days[last]:%B %Y}"
                if last is not None
                else f"{measure} in the last month with a final grade",
                of_words(scope, points[last].n, points[last].of) if last is not None else "none",
            ),
            "signal": Value("Signal or no signal", found.signal or "too few months to tell"),
        },
    )


def noted(scope: Scope, code: str, days: list[date]) -> tuple[list[Mark], list[Rebase]]:
    """What the QA team has noted at months of a chart, and from which months the limits are worked out anew.

    One query for all figures of a scope.
    """
    if not days:
        return [], []
    key = ("notes",)
    if key not in scope.kept:
        scope.kept[key] = NOTES.rows({COUNCIL: scope.council.pk, MOMENT: scope.at})
    found: list[tuple[str, date, bool, str]] = scope.kept[key]  # type: ignore[assignment]
    marks, rebases = [], []
    for figure, month, rebased, words in found:
        if figure == code and days[0] <= month <= days[-1]:
            at = days.index(month)
            if rebased:
                rebases.append(Rebase(at, words))
            else:
                marks.append(Mark(at, words))
    return marks, rebases
