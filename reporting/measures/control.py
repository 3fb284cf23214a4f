"""Shares over time: what chance explains and what it does not. Plain.

A Shewhart p-chart: the centre is all that were counted so over all that there were; each point has limits of three
standard errors from it, sqrt(p(1 - p) / n) with the point's own n, floored at 0 and capped at 1 (Montgomery DC,
Introduction to Statistical Quality Control, section 7.2: control limits for the fraction nonconforming, also with variable
sample size).

The rules are those of NHS England's Making Data Count as the package NHSRplotthedots has them (ptd_calculate_point_type):

    outside: a point beyond a limit.
    shift:   seven points or more in a row on one side of the centre; a point exactly on it ends the run.
    trend:   seven points or more in a row, each above (or below) the one before; an equal one ends it.
    near:    two of three points in a row beyond two standard errors, all three on the same side of the centre (its issue
             143); points beyond three count too (Making Data Count's change of November 2023, its issue 194). Only the
             points beyond two are marked.

Seven, not the six that some of its tools offer (issue 202). Because the limits move with n, "beyond two standard errors"
is asked of each point's own standard error; a trend is one of the shares themselves, which is what a reader sees.

A point with fewer than the minimum counts in no rule and ends no run: its share says next to nothing, and a quiet August
must neither make a signal nor hide one. It weighs in the centre by what it counts. So it is with a point of which more
than a tenth is still open: what is settled first need not be like the rest.

Where fewer than five are expected to be counted so, or not so (n p or n(1 - p) below 5), standard errors mislead: the
distribution is lopsided and its numbers are whole. There the limits are the last counts whose exact binomial tail is more
than what lies beyond three standard errors of a normal distribution, 0.00135 on each side, and those of the near rule
with what lies beyond two, 0.0228 (Montgomery, same section, on samples too small for the normal approximation; exact
binomial limits: Ryan TP, Statistical Methods for Quality Improvement, 3rd edition, 2011, chapter on attribute charts).
A single point then raises a false alarm with a probability of at most 0.00135 on each side, and often less.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from reporting.charts.forms import ControlChart, Mark, Point

RUN = 7
LEAST = 12
CLOSE = 1e-9
# Of a point more of which is open than this, nothing is judged.
OPEN = 0.1
# Where fewer are expected, limits are exact; how much of a normal distribution lies beyond two and three standard errors.
EXPECTED = 5
TAILS = {2: 0.0228, 3: 0.00135}

Better = Literal["up", "down"] | None

OUTSIDE, SHIFT, TREND, NEAR = "outside", "shift", "trend", "near"
# Of several rules that a point breaks, the first is named.
ORDER = (OUTSIDE, SHIFT, TREND, NEAR)


@dataclass(frozen=True)
class Counted:
    """One point in time: how many of how many; `open`: how many more are not counted yet, such as provisional grades."""

    label: str
    n: int
    of: int
    open: int = 0

    @property
    def unsettled(self) -> bool:
        """Whether too much is open for the point to be judged."""
        return self.open > OPEN * (self.of + self.open) + CLOSE


@dataclass(frozen=True)
class Rebase:
    """From this point on the limits are worked out anew, and why."""

    at_index: int
    reason: str


@dataclass(frozen=True)
class Found:
    """One signal: its rule, the points that break it, and on which side (1 above or rising, -1 below or falling)."""

    rule: str
    points: tuple[int, ...]
    side: int


@dataclass(frozen=True)
class Control:
    """The chart, whether the latest points hold a signal (`signal`, `no signal`, or empty where nobody can tell), and what it says."""

    chart: ControlChart
    signal: str
    says: tuple[str, ...]
    found: tuple[Found, ...] = ()


def control(
    measure: str,
    rows: Sequence[Counted],
    *,
    minimum: int = 10,
    least: int = LEAST,
    better: Better = None,
    baseline: int | None = None,
    rebases: Iterable[Rebase] = (),
    marks: Iterable[Mark] = (),
    ceiling: float | None = None,
    latest: int = 1,
    unit: str = "months",
) -> Control:
    """A control chart of a share, such as “The share of audits graded Good or better”.

    `baseline`: how many points at the beginning of each stretch set its centre; all of them where it is None. `latest`:
    whether there is a signal is said of so many last points. A stretch with fewer than `least` points of the minimum
    has its shares but no limits, and nobody can tell.
    """
    rebases = sorted(rebases, key=lambda one: one.at_index)
    starts = [0, *(one.at_index for one in rebases if 0 < one.at_index < len(rows)), len(rows)]
    points: list[Point] = []
    found: list[Found] = []
    for first, end in pairwise(starts):
        stretch = _stretch(rows[first:end], minimum, least, baseline)
        signals = _signals(stretch)
        points.extend(_marked(stretch, signals, better))
        found.extend(replace(one, points=tuple(first + at for at in one.points)) for one in signals)
    notes = (*marks, *(Mark(one.at_index, one.reason, rebased=True) for one in rebases))
    chart = ControlChart(
        measure, tuple(points), tuple(sorted(notes, key=lambda one: one.at)), ceiling
    )
    signal = _signal(points, found, latest)
    says = _says(measure, points, found, signal, better, least, unit)
    return Control(chart, signal, (*says, *_open_said(rows, points, unit)), tuple(found))


def limits(centre: float, of: int, errors: int = 3) -> tuple[float, float]:
    """Three standard errors either side of the centre for a point of so many, between 0 and 1; exact where few are expected."""
    if rare(centre, of):
        low, high = exact(centre, of, TAILS[errors])
        return low / of, high / of
    wide = errors * _error(centre, of)
    return max(0.0, centre - wide), min(1.0, centre + wide)


def rare(centre: float, of: int) -> bool:
    """Whether so few are expected to be counted so, or not so, that standard errors mislead."""
    return min(centre, 1 - centre) * of < EXPECTED - CLOSE


@cache
def exact(centre: float, of: int, tail: float) -> tuple[int, int]:
    """The least and the most counts that chance explains: beyond either lies no more than the tail (binomial)."""
    from scipy.stats import binom  # noqa: PLC0415 - slow to load, and only some charts need it

    return int(binom.ppf(tail, of, centre)), int(binom.isf(tail, of, centre))


def _error(centre: float, of: int) -> float:
    return math.sqrt(centre * (1 - centre) / of)


def _stretch(
    rows: Sequence[Counted], minimum: int, least: int, baseline: int | None
) -> list[Point]:
    """The points of one stretch, with centre and limits where there are enough of them."""
    base = rows[:baseline]
    counted = sum(row.of for row in base)
    centre = sum(row.n for row in base) / counted if counted else None
    joined = sum(_judged(row, minimum) for row in rows)
    made = []
    for row in rows:
        point = Point(row.label, row.n, row.of, row.n / row.of if row.of else None)
        point = replace(point, joined=_judged(row, minimum))
        if centre is not None and joined >= least:
            point = replace(point, centre=centre)
            if point.joined and 0 < centre < 1:
                low, high = limits(centre, row.of)
                point = replace(point, low=low, high=high)
        made.append(point)
    return made


def _judged(row: Counted, minimum: int) -> bool:
    """Whether a point counts in the rules: of enough, and settled."""
    return row.of >= minimum and row.of > 0 and not row.unsettled


def _signals(points: Sequence[Point]) -> list[Found]:
    """Every signal of one stretch; its points are counted from 0 in the stretch."""
    judged = [(at, one) for at, one in enumerate(points) if one.low is not None]
    if not judged:
        return []
    where = [at for at, _ in judged]
    values = [one.value or 0.0 for _, one in judged]
    far = [_far(one) for _, one in judged]
    sides = [_sign((one.value or 0.0) - (one.centre or 0.0)) for _, one in judged]
    steps = [0, *(_sign(after - before) for before, after in pairwise(values))]
    found = [
        Found(OUTSIDE, (at,), side)
        for at, one, side in zip(where, far, sides, strict=True)
        if one == 3
    ]
    found += [
        Found(SHIFT, tuple(where[first:end]), sides[first])
        for first, end in _runs(sides)
        if sides[first] and end - first >= RUN
    ]
    # A rise of six steps joins seven points: the one before the first step belongs to it.
    found += [
        Found(TREND, tuple(where[first - 1 : end]), steps[first])
        for first, end in _runs(steps)
        if steps[first] and end - first >= RUN - 1
    ]
    return found + _near(where, far, sides)


def _near(where: Sequence[int], far: Sequence[int], sides: Sequence[int]) -> list[Found]:
    """Two of three in a row beyond two standard errors, all three on one side; overlapping ones are one signal."""
    close = [one >= 2 for one in far]
    marked = {
        at
        for first in range(len(far) - 2)
        if sum(close[first : first + 3]) >= 2 and abs(sum(sides[first : first + 3])) == 3
        for at in range(first, first + 3)
        if close[at]
    }
    together: list[list[int]] = []
    for at in sorted(marked):
        if together and at - together[-1][-1] <= 2 and sides[at] == sides[together[-1][-1]]:
            together[-1].append(at)
        else:
            together.append([at])
    return [Found(NEAR, tuple(where[at] for at in some), sides[some[0]]) for some in together]


def _far(point: Point) -> int:
    """How far a point lies from the centre: 3 beyond its limits, 2 beyond those of the near rule, else 0."""
    value, centre = point.value or 0.0, point.centre or 0.0
    for errors in (3, 2):
        if rare(centre, point.of):
            low, high = exact(centre, point.of, TAILS[errors])
            beyond = not low <= point.n <= high
        else:
            beyond = abs(value - centre) > (errors + CLOSE) * _error(centre, point.of)
        if beyond:
            return errors
    return 0


def _sign(step: float) -> int:
    return 0 if abs(step) <= CLOSE else int(math.copysign(1, step))


def _runs(values: Sequence[int]) -> list[tuple[int, int]]:
    """Where equal values stand in a row: the first, and the one after the last."""
    edges = [at for at in range(1, len(values)) if values[at] != values[at - 1]]
    return list(pairwise([0, *edges, len(values)]))


def _marked(points: Sequence[Point], found: Sequence[Found], better: Better) -> list[Point]:
    made = list(points)
    for rule in reversed(ORDER):
        for one in found:
            if one.rule == rule:
                for at in one.points:
                    made[at] = replace(made[at], signal=rule, better=_better(one.side, better))
    return made


def _better(side: int, better: Better) -> bool | None:
    return None if better is None else (side > 0) == (better == "up")


def _signal(points: Sequence[Point], found: Sequence[Found], latest: int) -> str:
    """Whether the last points that count hold a signal; nobody can tell without limits in the last stretch."""
    judged = [at for at, one in enumerate(points) if one.joined]
    if not judged or points[judged[-1]].low is None:
        return ""
    watched = set(judged[-latest:])
    return "signal" if any(watched & set(one.points) for one in found) else "no signal"


# Words --------------------------------------------------------------------------------------------


def _says(
    measure: str,
    points: Sequence[Point],
    found: Sequence[Found],
    signal: str,
    better: Better,
    least: int,
    unit: str,
) -> tuple[str, ...]:
    last = max((at for at, one in enumerate(points) if one.joined), default=None)
    if last is None or points[last].centre is None:
        return (f"{measure}: too few points to tell; it takes {least} {unit} with enough counted.",)
    if not signal:
        return (
            f"{measure} has been {_always(points[last])} so far: there is nothing to tell apart.",
        )
    now = [one for one in found if one.points[-1] == last]
    now.sort(key=lambda one: ORDER.index(one.rule))
    said = [_sentence(measure, points, one, better, unit) for one in now[:1]]
    before = [one for one in found if one.points[-1] != last]
    if not said and before:
        said.append(f"{measure} lies within what chance explains in {points[last].label}.")
    elif not said:
        said.append(f"{measure} moves within what chance explains.")
    elif len(now) > 1:
        said.extend(_sentence(measure, points, one, better, unit) for one in now[1:])
    if before:
        months = sorted({at for one in before for at in one.points})
        said.append(f"Earlier signals: {', '.join(points[at].label for at in months)}.")
    return tuple(said)


def _open_said(rows: Sequence[Counted], points: Sequence[Point], unit: str) -> tuple[str, ...]:
    """That some points are not judged because too much of them is open, once."""
    late = [at for at, row in enumerate(rows) if row.unsettled]
    if not late:
        return ()
    last = max((at for at, one in enumerate(points) if one.joined), default=-1)
    which = "The last" if late[0] > last else "Some"
    return (f"{which} {unit} are not judged yet: too many grades are provisional.",)


def _always(point: Point) -> str:
    return "nought" if point.centre == 0 else "all"


def _sentence(measure: str, points: Sequence[Point], one: Found, better: Better, unit: str) -> str:
    first, last, many = points[one.points[0]].label, points[one.points[-1]].label, len(one.points)
    above = "above" if one.side > 0 else "below"
    limit = "upper" if one.side > 0 else "lower"
    said = {
        OUTSIDE: f"lies {above} what chance explains in {last}",
        SHIFT: f"has been {above} its average for {many} {unit} in a row, since {first}",
        TREND: f"has {'risen' if one.side > 0 else 'fallen'} over {many} {unit} in a row, since {first}",
        NEAR: f"was close to its {limit} limit in {many} of the last {_span(points, one)} {unit}, up to {last}",
    }[one.rule]
    verdict = _better(one.side, better)
    change = {None: "", True: ", for the better", False: ", for the worse"}[verdict]
    more = "" if one.rule == OUTSIDE else ": more than chance explains"
    return f"{measure} {said}{more}{change}."


def _span(points: Sequence[Point], one: Found) -> int:
    """From the first to the last point of a signal, those that count in no rule left out."""
    between = points[one.points[0] : one.points[-1] + 1]
    return max(3, sum(point.joined for point in between))
