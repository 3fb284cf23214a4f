"""Two shares of each group beside each other."""

from reporting.charts.forms import PairedBars, PairRow
from reporting.charts.palette import INK, MUTED, PALE, colour
from reporting.charts.rows import Place, Rows
from reporting.charts.svg import SMALL, Sheet
from reporting.measures.numerals import percent

HIGH = 12
COLOURS = ("blue", "turquoise")


def draw(chart: PairedBars, sheet: Sheet) -> None:
    """Two bars for each group on one scale; a diamond where they differ by more than chance explains."""
    if not chart.rows:
        return
    bottom = sheet.key(0, [(chart.first, colour(COLOURS[0])), (chart.second, colour(COLOURS[1]))])
    most = max([one for row in chart.rows for one in (row.first, row.second) if one] or [1.0])
    rows = Rows(sheet, bottom + 18, 110, thick=2 * HIGH + 3)
    for row in chart.rows:
        if row.first is None and row.second is None:
            rows.heading(row.label)
        else:
            _row(row, rows.row(row.label), rows, sheet, most)
    if any(row.differs for row in chart.rows):
        sheet.diamond((rows.left + 7, rows.y + 6), colour("orange"), 6)
        sheet.words(
            rows.left + 19,
            rows.y + 10,
            "They differ by more than chance explains",
            sheet.width - rows.left - 20,
            size=SMALL,
        )


def _row(row: PairRow, place: Place, rows: Rows, sheet: Sheet, most: float) -> None:
    top = place.middle - rows.thick / 2
    for number, share in enumerate((row.first, row.second)):
        y = top + number * (HIGH + 3)
        sheet.box(rows.left, y, rows.end - rows.left, HIGH, PALE)
        end = rows.left
        if share is not None:
            end = rows.at(share / most)
            sheet.box(rows.left, y, end - rows.left, HIGH, colour(COLOURS[number]))
        words = "–" if share is None else percent(share)
        sheet.text(end + 6, y + HIGH - 2, words, size=SMALL, colour=INK if share else MUTED)
    if row.differs:
        sheet.diamond((sheet.width - 46, place.middle), colour("orange"))
        sheet.text(sheet.width - 36, place.middle + 4, "differs", size=SMALL)
