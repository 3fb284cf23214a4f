"""Dots: where each row stands now beside where it stood before."""

from reporting.charts.forms import DotPlot, DotRow
from reporting.charts.palette import GRID, LINE, MUTED, colour
from reporting.charts.rows import Rows
from reporting.charts.svg import SMALL, Sheet
from reporting.measures.numerals import percent


def draw(chart: DotPlot, sheet: Sheet) -> None:
    """One line for each row with a filled dot for now and hollow ones for before, the older the smaller."""
    if not chart.rows:
        return
    _key(chart, sheet)
    rows = Rows(sheet, max(30, sheet.height + 10), 165 if sheet.narrow else 190, thick=34)
    first, ticks = rows.y, _ticks(chart)
    for row in chart.rows:
        place = rows.row(row.label)
        sheet.line((rows.left, place.middle), (rows.end, place.middle), GRID, 2)
        before = row.before
        for number, value in enumerate(before, 1):
            if value is not None:
                size = 3 + 1.5 * number / len(before)
                sheet.dot((_x(chart, rows, value), place.middle), LINE, size, hollow=True, wide=1.4)
        if row.now is not None:
            sheet.dot((_x(chart, rows, row.now), place.middle), colour("blue"), 6.5)
        now = "too few" if row.now is None else _words(chart, row.now)
        rows.number(place, now, "; ".join(one for one in (row.note, _before(chart, row)) if one))
    for value in ticks:
        x = _x(chart, rows, value)
        sheet.line((x, first), (x, rows.y - 4), GRID)
        at = "start" if x < 15 else "middle"
        sheet.text(x, rows.y + 11, _words(chart, value), size=SMALL, at=at, colour=MUTED)
    sheet.lines_first()


def _key(chart: DotPlot, sheet: Sheet) -> None:
    x = 7.0
    sheet.dot((x, 8), colour("blue"), 6)
    sheet.text(x + 11, 12, "Now", size=SMALL)
    sheet.dot((x + 60, 8), LINE, 4.5, hollow=True)
    sheet.text(x + 70, 12, "Before, the oldest smallest", size=SMALL)
    if chart.unit and not sheet.narrow:
        sheet.words(sheet.width, 12, chart.unit, 380, size=SMALL, at="end", colour=MUTED)


def _x(chart: DotPlot, rows: Rows, value: float) -> float:
    return rows.at((value - chart.lowest) / ((chart.highest - chart.lowest) or 1))


def _ticks(chart: DotPlot) -> list[float]:
    part = (chart.highest - chart.lowest) / 4
    return [chart.lowest + part * at for at in range(5)]


def _words(chart: DotPlot, value: float) -> str:
    return percent(value) if chart.percent else f"{value:g}"


def _before(chart: DotPlot, row: DotRow) -> str:
    if not row.before:
        return ""
    return "before " + ", ".join("–" if one is None else _words(chart, one) for one in row.before)
