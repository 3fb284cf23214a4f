"""What sentences and charts of a figure may still tell once its table withholds something. Plain."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from reporting.charts.forms import (
    Bar,
    Chart,
    ControlChart,
    Counts,
    DotPlot,
    DotRow,
    Funnel,
    Heat,
    HeatMap,
    PairedBars,
    SpanRow,
    Spans,
    StackedBars,
    Transitions,
)
from reporting.figure import Cell, Figure
from reporting.measures.numerals import percent
from reporting.measures.spoken import said, tells_small

Place = tuple[int, int]
Noted = TypeVar("Noted", Bar, DotRow, SpanRow)


def _spoken(cell: Cell) -> set[float]:
    """Every number that a cell tells: its counts, and its percentages as they are written."""
    found = {float(one) for one in (cell.n, cell.of) if one is not None}
    if cell.n is not None and cell.of is not None:
        found.add(float(cell.of - cell.n))
    for part in (cell.share, cell.low, cell.high):
        if part is not None and 0 <= part <= 1:
            found |= said(percent(part))
        elif part is not None:
            found.add(round(part, 1))
    return found


def teller(figure: Figure, shown: Figure, hidden: set[Place], smallest: int) -> Callable[..., bool]:
    """Whether a text tells a small number, or more than the table: one that this withholds, or that it does not hold.

    Where the table withholds nothing, a text may hold other numbers than those of the table.

    `known`: the text stands for itself, such as a note on method, and is left out only for a number withheld.
    """
    open_ones = {number for row in shown.rows for cell in row.cells for number in _spoken(cell)}
    secret = {number for at, column in hidden for number in _spoken(figure.rows[at].cells[column])}

    def tells(text: str, *, known: bool = False) -> bool:
        if tells_small(text, smallest):
            return True
        if not hidden:
            return False
        told = said(text)
        return bool(told & secret) or (not known and not told <= open_ones)

    return tells


def chart_of(
    shown: Figure, hidden: set[Place], smallest: int, tells: Callable[..., bool]
) -> Chart | None:
    """The chart's bars and rows of which the table withholds nothing; other charts are left out."""
    chart = shown.chart
    touched = {at for at, _ in hidden}
    whole = {row.label for at, row in enumerate(shown.rows) if at not in touched}
    whole -= {row.label for at, row in enumerate(shown.rows) if at in touched}
    found: Chart | None = None
    match chart:
        case StackedBars():
            bars = [bar for bar in chart.bars if bar.label in whole]
            bars = [replace(bar, note="" if tells(bar.note) else bar.note) for bar in bars]
            found = replace(chart, bars=tuple(bars))
        case Counts():
            found = replace(chart, rows=tuple(row for row in chart.rows if row.label in whole))
        case PairedBars():
            found = replace(chart, rows=tuple(row for row in chart.rows if row.label in whole))
        case HeatMap():
            cells = tuple(
                cells if label in whole else tuple(Heat(None, "withheld") for _ in cells)
                for label, cells in zip(chart.rows, chart.cells, strict=True)
            )
            found = replace(chart, cells=cells)
    found = small_free(found, smallest)
    return found if found is not None and _something(found) else None


def small_free(chart: Chart | None, smallest: int) -> Chart | None:
    """A chart none of whose counts is small, without notes that tell one; it may hold numbers that the table does not."""
    if any(0 < part < smallest for part in _counts(chart)):
        return None
    if isinstance(chart, DotPlot):
        return replace(chart, rows=tuple(_quiet(one, smallest) for one in chart.rows))
    if isinstance(chart, Spans):
        return replace(chart, rows=tuple(_quiet(one, smallest) for one in chart.rows))
    if isinstance(chart, StackedBars):
        return replace(chart, bars=tuple(_quiet(one, smallest) for one in chart.bars))
    return chart


def _quiet(one: Noted, smallest: int) -> Noted:
    """A row without its note where this tells a small number."""
    return replace(one, note="") if tells_small(one.note, smallest) else one


def _counts(chart: Any) -> Iterator[float]:
    """The counts that a chart prints or lets be worked out by one subtraction."""
    match chart:
        case StackedBars():
            yield from (part for bar in chart.bars for part in bar.parts)
        case Counts():
            yield from (part for row in chart.rows for part in (row.n, row.of or 0))
        case Transitions():
            yield from (one for line in chart.counts for one in line)
        case ControlChart():
            yield from (part for one in chart.points for part in (one.n, one.of, one.of - one.n))
        case Funnel():
            steps = [n for _, n in chart.steps]
            yield from (*steps, *(n for _, n in chart.aside))
            yield from (before - after for before, after in pairwise(steps))


def _something(chart: Chart) -> bool:
    """Whether anything is left to draw."""
    if isinstance(chart, StackedBars):
        return bool(chart.bars)
    if isinstance(chart, Counts | PairedBars):
        return bool(chart.rows)
    return isinstance(chart, HeatMap) and any(
        heat.words != "withheld" for cells in chart.cells for heat in cells
    )
