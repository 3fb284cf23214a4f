"""A curve that falls in steps, with its interval as a band."""

from collections.abc import Callable

from reporting.charts.forms import StepCurve
from reporting.charts.palette import BAND, GRID, INK, LINE, MUTED, colour
from reporting.charts.svg import SIZE, SMALL, Sheet, Spot, width, wrap
from reporting.measures.numerals import percent

TALL = 250
At = Callable[[float, float], Spot]


def draw(chart: StepCurve, sheet: Sheet) -> None:
    """The share still open over the days, the band around it, and a line at each day worth one."""
    if not chart.steps:
        return
    left, right = 44.0, sheet.width - 18.0
    notes = [(day, _said(chart, day, words)) for day, words in sorted(chart.marks)]
    y = sheet.words(0, SIZE, chart.up, sheet.width, size=SMALL, colour=MUTED)
    flags = []
    for day, words in notes:
        lines = wrap(words, right - left, SMALL)
        flags.append((day, y + 17, lines))
        y += 17 + (len(lines) - 1) * SMALL * 1.25
    top = y + 16
    bottom = top + TALL
    last = max(chart.last, chart.steps[-1].days, 1)

    def at(days: float, share: float) -> Spot:
        return left + (right - left) * days / last, bottom - TALL * share

    for quarter in range(5):
        y = bottom - TALL * quarter / 4
        sheet.line((left, y), (right, y), GRID)
        sheet.text(left - 7, y + 4, percent(quarter / 4), size=SMALL, at="end", colour=MUTED)
    _band(chart, sheet, at, last)
    _curve(chart, sheet, at, last)
    for day, y, lines in flags:
        x = at(min(day, last), 0)[0]
        sheet.line((x, y + (len(lines) - 1) * SMALL * 1.25 + 4), (x, bottom), INK, 1, "3 3")
        long = max(width(one, SMALL) for one in lines)
        start = max(4.0, min(x - 4, right - long))
        sheet.words(start, y, " ".join(lines), right - left, size=SMALL)
    sheet.line((left, bottom), (right, bottom), LINE)
    for day in _days(last, 4 if sheet.narrow else 8):
        x = at(day, 0)[0]
        sheet.line((x, bottom), (x, bottom + 4), LINE)
        sheet.text(x, bottom + 17, str(day), size=SMALL, at="middle", colour=MUTED)
    x = (left + right) / 2
    sheet.words(x, bottom + 34, chart.across, right - left, size=SMALL, at="middle", colour=MUTED)
    for step in chart.steps:
        sheet.tell(
            f"After {step.days}: {percent(step.share)} ({percent(step.low)} to {percent(step.high)})."
        )


def _band(chart: StepCurve, sheet: Sheet, at: At, last: int) -> None:
    upper, lower, high, low = [at(0, 1)], [at(0, 1)], 1.0, 1.0
    for step in chart.steps:
        upper += [at(step.days, high), at(step.days, step.high)]
        lower += [at(step.days, low), at(step.days, step.low)]
        high, low = step.high, step.low
    sheet.area([*upper, at(last, high), at(last, low), *reversed(lower)], BAND)


def _curve(chart: StepCurve, sheet: Sheet, at: At, last: int) -> None:
    spots, share = [at(0, 1)], 1.0
    for step in chart.steps:
        spots += [at(step.days, share), at(step.days, step.share)]
        share = step.share
    sheet.lines([*spots, at(last, share)], colour("blue"), 2.4)


def _said(chart: StepCurve, day: int, words: str) -> str:
    """A day's words, and how much is still open then."""
    return f"{words} ({chart.across.lower().rstrip('s')} {day}): {percent(_open(chart, day))}"


def _open(chart: StepCurve, day: int) -> float:
    return next((one.share for one in reversed(chart.steps) if one.days <= day), 1.0)


def _days(last: int, many: int) -> range:
    """Round days along the axis, no more than so many."""
    step = next(
        (one for one in (1, 2, 5, 7, 10, 14, 20, 28, 50, 70, 100, 140, 200) if last / one <= many),
        max(1, last // many),
    )
    return range(0, last + 1, step)
