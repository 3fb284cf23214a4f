"""Plain bars of counts."""

from reporting.charts.forms import CountRow, Counts
from reporting.charts.palette import INK, MUTED, PALE, colour
from reporting.charts.rows import Rows
from reporting.charts.svg import SIZE, SMALL, Sheet, width
from reporting.measures.numerals import number


def draw(chart: Counts, sheet: Sheet) -> None:
    """One bar for each count on one scale, each with a line at what was wanted."""
    if not chart.rows:
        return
    most = max((max(row.n, row.of or 0) for row in chart.rows), default=0) or 1
    said = [_said(row) for row in chart.rows]
    y = 0.0
    if chart.unit:
        y = sheet.words(0, SMALL, chart.unit, sheet.width, size=SMALL, colour=MUTED) + 10
    rows = Rows(sheet, y, max(width(one, SIZE * 1.06) for one in said) + 16)
    for row, words in zip(chart.rows, said, strict=True):
        place = rows.row(row.label)
        top = place.middle - rows.thick / 2
        sheet.box(rows.left, top, rows.end - rows.left, rows.thick, PALE)
        sheet.box(rows.left, top, (rows.at(row.n / most) - rows.left), rows.thick, colour("blue"))
        if row.of is not None:
            x = rows.at(row.of / most)
            sheet.line((x, top - 4), (x, top + rows.thick + 4), INK, 2.5)
        rows.number(place, words)
    if any(row.of is not None for row in chart.rows):
        sheet.line((rows.left + 4, rows.y), (rows.left + 4, rows.y + 14), INK, 2.5)
        sheet.text(rows.left + 12, rows.y + 11, "What was wanted", size=SMALL, colour=MUTED)


def _said(row: CountRow) -> str:
    return number(row.n) if row.of is None else f"{number(row.n)} of {number(row.of)}"
