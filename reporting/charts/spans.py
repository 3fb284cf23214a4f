"""Values with their intervals around a middle line."""

from reporting.charts.forms import SpanRow, Spans
from reporting.charts.palette import GRID, INK, LINE, MUTED, colour
from reporting.charts.rows import Rows
from reporting.charts.svg import SMALL, Sheet
from reporting.measures.numerals import percent


def draw(chart: Spans, sheet: Sheet) -> None:
    """One line for each row: its interval, its value on it, and its numbers; the middle line runs through all."""
    if not chart.rows:
        return
    rows = Rows(sheet, 26, 140, thick=30)
    middle = _x(chart, rows, chart.middle)
    sheet.words(rows.left, 12, "← " + chart.left, middle - rows.left - 6, size=SMALL, colour=MUTED)
    sheet.words(
        rows.end, 12, chart.right + " →", rows.end - middle - 6, size=SMALL, at="end", colour=MUTED
    )
    first = sheet.height + 6
    rows.y = first
    for row in chart.rows:
        place = rows.row(row.label)
        sheet.line((rows.left, place.middle), (rows.end, place.middle), GRID)
        if row.value is not None:
            if row.low is not None and row.high is not None:
                low, high = (_x(chart, rows, one) for one in (row.low, row.high))
                sheet.line((low, place.middle), (high, place.middle), colour("blue"), 2.5)
                for x in (low, high):
                    sheet.line((x, place.middle - 5), (x, place.middle + 5), colour("blue"), 2)
            sheet.dot((_x(chart, rows, row.value), place.middle), colour("blue"), 5.5)
        said, interval = _said(chart, row)
        rows.number(place, said, interval)
    sheet.line((middle, first - 4), (middle, rows.y - 2), INK, 1.5, "4 3")
    for value in (chart.lowest, chart.middle, chart.highest):
        x = _x(chart, rows, value)
        sheet.line((x, rows.y - 4), (x, rows.y + 1), LINE)
        at = "start" if value == chart.lowest and sheet.narrow else "middle"
        sheet.text(x, rows.y + 14, _words(chart, value), size=SMALL, at=at, colour=MUTED)


def _x(chart: Spans, rows: Rows, value: float) -> float:
    value = min(chart.highest, max(chart.lowest, value))
    return rows.at((value - chart.lowest) / ((chart.highest - chart.lowest) or 1))


def _words(chart: Spans, value: float) -> str:
    return (
        percent(value)
        if chart.percent
        else f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")
    )


def _said(chart: Spans, row: SpanRow) -> tuple[str, str]:
    """A row's number, and its interval with its note."""
    if row.value is None:
        return "too few", row.note
    between = ""
    if row.low is not None and row.high is not None:
        between = f"{_words(chart, row.low)} to {_words(chart, row.high)}"
    return _words(chart, row.value), "; ".join(one for one in (between, row.note) if one)
