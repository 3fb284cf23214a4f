"""Rows by columns, shaded from worst to best; the words stand in each cell."""

from reporting.charts.forms import Heat, HeatMap
from reporting.charts.palette import MUTED, WHITE, on, shade
from reporting.charts.svg import SIZE, SMALL, Sheet, wrap

LABELS = 170
STEP = SMALL * 1.25


def draw(chart: HeatMap, sheet: Sheet) -> None:
    """A grid with its key; on a phone, a list for each row."""
    if not chart.rows or not chart.columns:
        return
    y = _key(chart, sheet)
    if sheet.narrow:
        _list(chart, sheet, y)
    else:
        _grid(chart, sheet, y)


def _key(chart: HeatMap, sheet: Sheet) -> float:
    """The shading and what its ends mean."""
    y = sheet.words(0, 11, chart.low, sheet.width * 0.3, size=SMALL)
    x = sheet.width * 0.3 + 8
    for at in range(9):
        sheet.box(x + at * 16, 1, 16, 12, shade(at / 8))
    end = x + 9 * 16 + 8
    y = max(y, sheet.words(end, 11, chart.high, sheet.width - end, size=SMALL))
    return y + 18


def _grid(chart: HeatMap, sheet: Sheet, y: float) -> None:
    wide = (sheet.width - LABELS - 10) / len(chart.columns)
    heads = [wrap(one, wide - 8, SMALL) for one in chart.columns]
    high = max(len(lines) for lines in heads) * STEP
    for at, label in enumerate(chart.columns):
        first = y + high - (len(heads[at]) - 1) * STEP
        x = LABELS + 10 + (at + 0.5) * wide
        sheet.words(x, first, label, wide - 8, size=SMALL, at="middle", colour=MUTED)
    y += high + 8
    for label, cells in zip(chart.rows, chart.cells, strict=True):
        lines = wrap(label, LABELS)
        tall = max(34.0, len(lines) * SIZE * 1.25 + 8, *(_tall(one, wide) for one in cells))
        first = y + tall / 2 - (len(lines) - 1) * SIZE * 0.625 + SIZE * 0.36
        sheet.words(LABELS, first, label, LABELS, at="end")
        for at, cell in enumerate(cells):
            _cell(sheet, cell, LABELS + 10 + at * wide, y, wide, tall)
        y += tall


def _list(chart: HeatMap, sheet: Sheet, y: float) -> None:
    for label, cells in zip(chart.rows, chart.cells, strict=True):
        y = sheet.words(0, y + SIZE, label, sheet.width, bold=True) + 8
        for name, cell in zip(chart.columns, cells, strict=True):
            lines = wrap(name, 170, SMALL)
            tall = max(26.0, len(lines) * STEP + 8, _tall(cell, 170))
            first = y + tall / 2 - (len(lines) - 1) * STEP / 2 + SMALL * 0.36
            sheet.words(0, first, name, 170, size=SMALL)
            _cell(sheet, cell, sheet.width - 170, y, 170, tall)
            y += tall
        y += 12


def _tall(cell: Heat, wide: float) -> float:
    return len(wrap(cell.words, wide - 10, SMALL)) * STEP + 12


def _cell(sheet: Sheet, cell: Heat, x: float, y: float, wide: float, tall: float) -> None:
    filled = WHITE if cell.level is None else shade(cell.level)
    sheet.box(x + 1, y + 1, wide - 2, tall - 2, filled, "#d5dadd" if cell.level is None else "")
    lines = wrap(cell.words, wide - 10, SMALL)
    first = y + tall / 2 - (len(lines) - 1) * STEP / 2 + SMALL * 0.36
    ink = MUTED if cell.level is None else on(filled)
    sheet.words(x + wide / 2, first, cell.words, wide - 10, size=SMALL, at="middle", colour=ink)
