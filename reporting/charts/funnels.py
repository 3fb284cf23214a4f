"""From many to few."""

from reporting.charts.forms import Funnel
from reporting.charts.palette import LINE, MUTED, PALE, colour, on
from reporting.charts.rows import Rows
from reporting.charts.svg import SIZE, SMALL, Sheet, width
from reporting.measures.numerals import number


def draw(chart: Funnel, sheet: Sheet) -> None:
    """A bar for each step on one scale, joined to the next, and below them those who left."""
    if not chart.steps:
        return
    most = max(n for _, n in chart.steps) or 1
    rows = Rows(sheet, 0, 56, thick=30)
    before: tuple[float, float] | None = None
    for label, n in chart.steps:
        place = rows.row(label)
        top, end = place.middle - rows.thick / 2, rows.at(n / most)
        if before and not sheet.narrow:
            sheet.area([(rows.left, before[1]), before, (end, top), (rows.left, top)], "#dbe6ef")
        sheet.box(rows.left, top, end - rows.left, rows.thick, colour("blue"))
        words, inside = number(n), end - rows.left
        if inside > width(words) + 14:
            sheet.text(
                end - 8, place.middle + 4.7, words, at="end", colour=on(colour("blue")), bold=True
            )
        else:
            sheet.text(end + 8, place.middle + 4.7, words, bold=True)
        before = (end, top + rows.thick)
    if chart.aside:
        _aside(chart, sheet, rows)


def _aside(chart: Funnel, sheet: Sheet, rows: Rows) -> None:
    """Those who left: small boxes side by side, on as many lines as they need."""
    x, y = 0.0, rows.y + 8
    sheet.text(0, y + SMALL, "Not among them:", size=SMALL, colour=MUTED)
    y += 22
    for label, n in chart.aside:
        words = f"{label} {number(n)}"
        wide = width(words) + 22
        if x and x + wide > sheet.width:
            x, y = 0.0, y + 34
        if wide > sheet.width:
            y = sheet.words(0, y + SIZE, words, sheet.width) + 12
            continue
        sheet.box(x + 0.5, y, wide, 26, PALE, LINE)
        sheet.text(x + wide / 2, y + 17.5, words, at="middle")
        x += wide + 10
