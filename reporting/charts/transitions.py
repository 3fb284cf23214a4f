"""From each grade to each grade."""

from reporting.charts.forms import Transitions
from reporting.charts.palette import INK, LINE, MUTED, PALE, WHITE, on, shade
from reporting.charts.svg import SIZE, SMALL, Sheet, wrap

STEP = SMALL * 1.25
# How far from the middle of the shading a cell may lie: enough to see, and still readable.
REACH = 0.42


def draw(chart: Transitions, sheet: Sheet) -> None:
    """A table of counts: framed where nothing changed, shaded by how many became better or worse."""
    if not chart.grades:
        return
    left = 92.0 if sheet.narrow else 190.0
    wide = (sheet.width - left - 2) / len(chart.grades)
    most = max((n for line in chart.counts for n in line), default=0) or 1
    y = sheet.words(
        left + wide * len(chart.grades) / 2,
        SIZE,
        f"{chart.columns_are} →",
        sheet.width - left,
        at="middle",
        bold=True,
    )
    heads = [wrap(one, wide - 6, SMALL) for one in chart.grades]
    high = max(len(lines) for lines in heads) * STEP
    for at, grade in enumerate(chart.grades):
        first = y + 8 + high - (len(heads[at]) - 1) * STEP
        sheet.words(left + (at + 0.5) * wide, first, grade, wide - 6, size=SMALL, at="middle")
    sheet.words(0, y + 8 + high, f"{chart.rows_are} ↓", left - 8, size=SMALL, bold=True)
    y = max(y + high + 16, sheet.height + 6)
    for row, (grade, counts) in enumerate(zip(chart.grades, chart.counts, strict=True)):
        lines = wrap(grade, left - 10, SMALL)
        tall = max(44.0, len(lines) * STEP + 8)
        first = y + tall / 2 - (len(lines) - 1) * STEP / 2 + SMALL * 0.36
        sheet.words(left - 8, first, grade, left - 10, size=SMALL, at="end")
        for column, n in enumerate(counts):
            x = left + column * wide
            filled = _filled(row, column, n, most)
            sheet.box(x + 1.5, y + 1.5, wide - 3, tall - 3, filled, INK if row == column else "")
            ink = on(filled) if n else LINE
            sheet.text(
                x + wide / 2, y + tall / 2 + 5, str(n), size=15, at="middle", colour=ink, bold=n > 0
            )
        y += tall
    y += 14
    sheet.box(left, y, 12, 12, WHITE, INK)
    sheet.text(left + 18, y + 10, "Unchanged", size=SMALL, colour=MUTED)
    sheet.box(left + 100, y, 12, 12, shade(0.5 + REACH))
    sheet.text(left + 118, y + 10, "Raised", size=SMALL, colour=MUTED)
    sheet.box(left + 178, y, 12, 12, shade(0.5 - REACH))
    sheet.text(left + 196, y + 10, "Lowered", size=SMALL, colour=MUTED)


def _filled(row: int, column: int, n: int, most: int) -> str:
    if row == column:
        return WHITE
    if not n:
        return PALE
    far = (0.25 + 0.75 * n / most) * REACH
    return shade(0.5 + far if column < row else 0.5 - far)
