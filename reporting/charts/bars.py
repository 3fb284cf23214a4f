"""Stacked bars: how each group is made up."""

from reporting.charts.forms import Bar, StackedBars
from reporting.charts.palette import MUTED, colour, on
from reporting.charts.rows import Rows
from reporting.charts.svg import SMALL, Sheet, width

# White between two parts keeps them apart for everybody.
SPLIT = 1.5


def draw(chart: StackedBars, sheet: Sheet) -> None:
    """A key, then one bar for each group, as wide as all; its numbers stand in it, those without room below it."""
    if not chart.bars:
        return
    bottom = sheet.key(0, [(one.label, colour(one.colour)) for one in chart.series])
    note = max((width(bar.note) for bar in chart.bars), default=0)
    rows = Rows(sheet, bottom + 18, max(16, min(note + 16, 130)), thick=26)
    for bar in chart.bars:
        _bar(chart, bar, rows, sheet)
    for share, words in ((0.0, "0%"), (0.5, "50%"), (1.0, "100%")):
        x = rows.at(share)
        sheet.line((x, rows.y - 4), (x, rows.y + 1), MUTED)
        at = "start" if not share and sheet.narrow else "middle"
        sheet.text(x, rows.y + 14, words, size=SMALL, at=at, colour=MUTED)


def _bar(chart: StackedBars, bar: Bar, rows: Rows, sheet: Sheet) -> None:
    everything = sum(bar.parts)
    x, placed, left_out = rows.left, [], []
    for series, part in zip(chart.series, bar.parts, strict=True):
        wide = (rows.end - rows.left) * part / everything if everything else 0
        if part:
            if wide - SPLIT > width(str(part)) + 4:
                placed.append((x, wide, colour(series.colour), str(part)))
            else:
                placed.append((x, wide, colour(series.colour), ""))
                left_out.append(f"{series.label} {part}")
        x += wide
    place = rows.row(bar.label, extra=17 if left_out else 0)
    top = place.middle - rows.thick / 2
    for start, wide, filled, words in placed:
        sheet.box(start, top, max(1.5, wide - SPLIT), rows.thick, filled)
        if words:
            sheet.text(
                start + (wide - SPLIT) / 2,
                place.middle + 4.7,
                words,
                at="middle",
                colour=on(filled),
                bold=True,
            )
    if not everything:
        sheet.box(rows.left, top, rows.end - rows.left, rows.thick, "#ffffff", "#8a9297")
        sheet.text(rows.left + 8, place.middle + 4.7, "None", colour=MUTED)
    if left_out:
        y, wide = top + rows.thick + 13, rows.end - 4
        y = sheet.words(rows.end, y, ", ".join(left_out), wide, size=SMALL, at="end", colour=MUTED)
        rows.y = max(rows.y, y + 14)
    if bar.note:
        y = place.middle + 4.7
        y = sheet.words(rows.end + 10, y, bar.note, rows.right - 10, size=SMALL, colour=MUTED)
        rows.y = max(rows.y, y + 14)
