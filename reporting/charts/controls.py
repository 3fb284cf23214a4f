"""Control charts: shares over time with their centre and limits; on a phone time runs downwards."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reporting.charts.forms import ControlChart, Mark, Point
from reporting.charts.palette import GRID, INK, LINE, MUTED, WHITE, colour
from reporting.charts.svg import SMALL, Sheet, Spot, width, wrap
from reporting.measures.numerals import percent

TALL, LEFT, RIGHT = 250.0, 64.0, 104.0
ROW = 24.0
TINY = 10.5
LIMIT = "#6f777b"
SIGNALS = {
    "outside": "outside",
    "shift": "run of 7 or more",
    "trend": "trend of 7 or more",
    "near": "near limit",
}
MONTH = re.compile(r"((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*) (\d{4})")


@dataclass(frozen=True)
class Field:
    """Where points lie: the way of time in `steps`, the way of shares from `zero` to `full` at `most`."""

    down: bool
    begin: float
    step: float
    zero: float
    full: float
    most: float

    def spot(self, at: float, share: float) -> Spot:
        """Where a share of the point so numbered lies."""
        along = self.begin + (at + 0.5) * self.step
        across = self.zero + (self.full - self.zero) * min(1.0, share / self.most)
        return (across, along) if self.down else (along, across)


def draw(chart: ControlChart, sheet: Sheet) -> None:
    """Points, limits, signals and notes, with the numbers of each point."""
    if not chart.points:
        return
    y = _key(chart, sheet)
    if sheet.narrow:
        top = y + 34
        field = Field(True, top, ROW, 132.0, sheet.width - 16.0, _most(chart))
        _across(chart, sheet, field, top)
    else:
        top = y + (26 if chart.marks else 12)
        wide = (sheet.width - LEFT - RIGHT) / len(chart.points)
        field = Field(False, LEFT, wide, top + TALL, top, _most(chart))
        _upwards(chart, sheet, field, top)
    _limits(chart, sheet, field)
    _ceiling(chart, sheet, field)
    _marks(chart, sheet, field)
    _points(chart, sheet, field)
    y = sheet.height + 8
    for number, mark in enumerate(chart.marks, 1):
        _flag(sheet, (8, y + 8), number, mark)
        label = chart.points[mark.at].label if mark.at < len(chart.points) else ""
        words = f"{label}: {mark.words}" + (" (limits anew from here)" if mark.rebased else "")
        y = sheet.words(22, y + 12, words, sheet.width - 24, size=SMALL) + 8


def _most(chart: ControlChart) -> float:
    """The top of the axis: the next ten per cent above all that is drawn."""
    drawn = [one.value or 0 for one in chart.points] + [one.high or 0 for one in chart.points]
    return min(1.0, max(0.2, (int(max([*drawn, chart.ceiling or 0]) * 10 + 1e-9) + 1) / 10))


def _key(chart: ControlChart, sheet: Sheet) -> float:
    """What the shapes mean; only those that are drawn."""
    entries: list[tuple[str, Callable[[Spot], None]]] = [
        ("Enough counted", lambda spot: sheet.dot(spot, colour("blue"), 4.2))
    ]
    if any(one.value is not None and not one.joined for one in chart.points):
        entries.append(
            ("Too few to judge", lambda spot: sheet.dot(spot, colour("blue"), 3.6, hollow=True))
        )
    for better, words in ((True, "Signal: better"), (False, "Signal: worse"), (None, "Signal")):
        if any(one.signal and one.better is better for one in chart.points):
            entries.append((words, partial(_signal_at, sheet, better)))
    if any(one.low is not None for one in chart.points):
        entries.append(("Average", lambda spot: _stroke(sheet, spot, INK, 1.4, "")))
        entries.append(("Limits of chance", lambda spot: _stroke(sheet, spot, LIMIT, 1.4, "4 3")))
    if chart.ceiling is not None:
        entries.append(("Ceiling", lambda spot: _stroke(sheet, spot, colour("pink"), 2, "7 3")))
    x, y = 0.0, 8.0
    for words, shape in entries:
        wide = 24 + width(words, SMALL)
        if x and x + wide > sheet.width:
            x, y = 0.0, y + 19
        shape((x + 8, y))
        sheet.text(x + 20, y + 4, words, size=SMALL)
        x += wide + 14
    return y + 8


def _signal_at(sheet: Sheet, better: bool | None, spot: Spot) -> None:
    sheet.diamond(spot, _signal(better))


def _stroke(sheet: Sheet, spot: Spot, ink: str, wide: float, dash: str) -> None:
    sheet.line((spot[0] - 8, spot[1]), (spot[0] + 8, spot[1]), ink, wide, dash)


def _signal(better: bool | None) -> str:
    return colour("purple" if better is None else "blue" if better else "orange")


# Axes ---------------------------------------------------------------------------------------------


def _ticks(most: float) -> list[float]:
    step = 0.05 if most <= 0.2 else 0.1 if most <= 0.5 else 0.25 if most == 1 else 0.2
    return [at * step for at in range(int(most / step + 1e-9) + 1)]


def _upwards(chart: ControlChart, sheet: Sheet, field: Field, top: float) -> None:
    """Time to the right: months below, and the counts of each point below them."""
    end = sheet.width - RIGHT
    for tick in _ticks(field.most):
        y = field.spot(0, tick)[1]
        sheet.line((LEFT, y), (end, y), GRID)
        sheet.text(LEFT - 8, y + 4, percent(tick), size=SMALL, at="end", colour=MUTED)
    bottom = top + TALL
    sheet.line((LEFT, bottom), (end, bottom), LINE)
    labels = _labels([one.label for one in chart.points], field.step)
    deep = max((len(lines) for lines in labels), default=1)
    for at, lines in enumerate(labels):
        x = field.spot(at, 0)[0]
        sheet.line((x, bottom), (x, bottom + 4), LINE)
        for number, words in enumerate(lines):
            y = bottom + 16 + number * 13
            sheet.text(x, y, words, size=TINY, at="middle", colour=MUTED, bold=words.isdigit())
    y = bottom + 16 + deep * 13 + 4
    tight = max(width(str(one.of), TINY) for one in chart.points) >= field.step - 2
    for words, numbers in (
        ("so many", [one.n for one in chart.points]),
        ("of", [one.of for one in chart.points]),
    ):
        sheet.text(LEFT - 8, y, words, size=TINY, at="end", colour=MUTED)
        for at, number in enumerate(numbers):
            # Long numbers stand in two lines by turns.
            lower = y + 12 if tight and at % 2 else y
            sheet.text(field.spot(at, 0)[0], lower, str(number), size=TINY, at="middle")
        y += 28 if tight else 14


def _labels(labels: Sequence[str], step: float) -> list[list[str]]:
    """The words below each point: months short, with the year where it begins; others where there is room for them."""
    months = [MONTH.fullmatch(one) for one in labels]
    if all(months):
        found = []
        for at, one in enumerate(months):
            month, year = one.groups() if one else ("", "")
            short = month[:3] if step > 19 else month[0]
            found.append([short, year] if at == 0 or month[:3] == "Jan" else [short])
        # A first year that stands close to the next one is left out.
        if any(len(one) > 1 for one in found[1:2]):
            found[0] = found[0][:1]
        return found
    widest = max((width(word, TINY) for one in labels for word in one.split()), default=0)
    every = max(1, min(len(labels), -(-int(min(widest, 120) + 6) // max(1, int(step)))))
    return [
        wrap(one, max(step * every - 4, 24), TINY) if (len(labels) - 1 - at) % every == 0 else []
        for at, one in enumerate(labels)
    ]


def _across(chart: ControlChart, sheet: Sheet, field: Field, top: float) -> None:
    """Time downwards: each point's month and counts on its line."""
    bottom = top + ROW * len(chart.points)
    for tick in _ticks(field.most):
        x = field.spot(0, tick)[0]
        sheet.line((x, top - 4), (x, bottom), GRID)
        sheet.text(x, top - 9, percent(tick), size=SMALL, at="middle", colour=MUTED)
    sheet.line((field.zero, top - 4), (field.zero, bottom), LINE)
    for at, point in enumerate(chart.points):
        y = field.spot(at, 0)[1] + 4
        month = MONTH.fullmatch(point.label)
        words = f"{month[1][:3]} {month[2]}" if month else point.label
        lines = wrap(words, 68, SMALL)
        sheet.text(0, y, lines[0] + ("…" if len(lines) > 1 else ""), size=SMALL, colour=MUTED)
        sheet.text(field.zero - 6, y, f"{point.n}/{point.of}", size=SMALL, at="end")
    sheet.used(bottom)


# Lines --------------------------------------------------------------------------------------------


def _limits(chart: ControlChart, sheet: Sheet, field: Field) -> None:
    """Centre and limits as steps, each as wide as its point; the last ones with their numbers."""
    for name, ink, wide, dash in (
        ("low", LIMIT, 1.3, "4 3"),
        ("high", LIMIT, 1.3, "4 3"),
        ("centre", INK, 1.3, ""),
    ):
        spots: list[Spot] = []
        for at, point in enumerate(chart.points):
            value = getattr(point, name)
            anew = any(mark.rebased and mark.at == at for mark in chart.marks)
            if (value is None or anew) and spots:
                sheet.lines(spots, ink, wide, dash)
                spots = []
            if value is not None:
                spots += [field.spot(at - 0.5, value), field.spot(at + 0.5, value)]
        sheet.lines(spots, ink, wide, dash)
    if not field.down:
        _numbers(chart, sheet, field)


def _numbers(chart: ControlChart, sheet: Sheet, field: Field) -> None:
    """The last centre and limits, and the ceiling, in words beside their lines, apart from each other."""
    said: list[tuple[float, str, str]] = []
    last = next((one for one in reversed(chart.points) if one.low is not None), None)
    if last is not None:
        said = [
            (value, f"{words} {percent(value)}", ink)
            for value, words, ink in (
                (last.high, "Upper", MUTED),
                (last.centre, "Average", INK),
                (last.low, "Lower", MUTED),
            )
            if value is not None
        ]
    if chart.ceiling is not None:
        said.append((chart.ceiling, f"Ceiling {percent(chart.ceiling)}", colour("pink")))
    before = 0.0
    for value, words, ink in sorted(said, key=lambda one: -one[0]):
        before = max(field.spot(0, value)[1] + 4, before + 15)
        x = sheet.width - RIGHT + 8
        sheet.text(x, before, words, size=SMALL, colour=ink, bold=ink == INK)


def _ceiling(chart: ControlChart, sheet: Sheet, field: Field) -> None:
    if chart.ceiling is None:
        return
    one, two = (field.spot(at, chart.ceiling) for at in (-0.5, len(chart.points) - 0.5))
    sheet.line(one, two, colour("pink"), 2, "7 3")
    if field.down:
        words = f"Ceiling {percent(chart.ceiling)}"
        sheet.text(one[0], one[1] - 22, words, size=SMALL, at="middle", colour=colour("pink"))


def _marks(chart: ControlChart, sheet: Sheet, field: Field) -> None:
    """Numbered flags where something happened; a full line where the limits begin anew."""
    for number, mark in enumerate(chart.marks, 1):
        if not 0 <= mark.at < len(chart.points):
            continue
        at = mark.at - (0.5 if mark.rebased else 0)
        one, two = field.spot(at, 0), field.spot(at, field.most)
        sheet.line(one, two, MUTED, 1.2, "" if mark.rebased else "2 3")
        _flag(sheet, (two[0] + 6, two[1]) if field.down else (two[0], two[1] - 9), number, mark)


def _flag(sheet: Sheet, spot: Spot, number: int, mark: Mark) -> None:
    x, y = spot
    sheet.box(x - 7, y - 7, 14, 14, INK if mark.rebased else MUTED)
    sheet.text(x, y + 4, str(number), size=11, at="middle", colour=WHITE, bold=True)


def _points(chart: ControlChart, sheet: Sheet, field: Field) -> None:
    """The line through the points that count, then the points; each signal is named at its last point."""
    stretch: list[Spot] = []
    starts = {mark.at for mark in chart.marks if mark.rebased}
    for at, point in enumerate(chart.points):
        if at in starts:
            sheet.lines(stretch, colour("blue"), 1.8)
            stretch = []
        if point.joined and point.value is not None:
            stretch.append(field.spot(at, point.value))
    sheet.lines(stretch, colour("blue"), 1.8)
    spots = [
        field.spot(at, one.value) for at, one in enumerate(chart.points) if one.value is not None
    ]
    taken = [(x - 7, x + 7, y + 4) for x, y in spots]
    for at, point in enumerate(chart.points):
        if point.signal and point.value is not None and _last_of_its_run(chart.points, at):
            _name(sheet, field, at, point, taken)
    for at, point in enumerate(chart.points):
        if point.value is None:
            continue
        spot = field.spot(at, point.value)
        if point.signal:
            sheet.diamond(spot, _signal(point.better))
        else:
            sheet.dot(spot, colour("blue"), 4.2 if point.joined else 3.6, hollow=not point.joined)


def _last_of_its_run(points: Sequence[Point], at: int) -> bool:
    """Whether no later point of the same row of signals bears the same rule; points that do not count lie between.

    Points near a limit need not follow each other: one may lie between them.
    """
    rest = [one.signal for one in points[at + 1 :] if one.joined]
    rule = points[at].signal
    if rule == "near":
        return rule not in rest[:2]
    row = rest[: rest.index("")] if "" in rest else rest
    return rule not in row


def _name(
    sheet: Sheet,
    field: Field,
    at: int,
    point: Point,
    taken: list[tuple[float, float, float]],
) -> None:
    """A signal's rule in words beside its point, clear of the words already there."""
    words, size = SIGNALS.get(point.signal, point.signal), SMALL if field.down else TINY
    x, y = field.spot(at, point.value or 0)
    long = width(words, size)
    if field.down:
        start = x + 11 if x + 11 + long < sheet.width else x - 11 - long
        y += 4
    else:
        high = point.centre is None or (point.value or 0) >= point.centre
        start = min(max(x - long / 2, LEFT), sheet.width - RIGHT - long + 8)
        y += -12 if high else 20
        while any(
            abs(y - other) < 13 and start < end and begin < start + long
            for begin, end, other in taken
        ):
            y += -14 if high else 14
    taken.append((start, start + long, y))
    sheet.veil(start - 2, y - 10, long + 2, 13)
    sheet.text(start, y, words, size=size, bold=True)
