"""What the years and the other councils cost: the same jobs beside their floors in runs of several sizes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.results import ONE, Bar, Found, table
from benchmarks.sizes import SIZES
from reporting.charts.palette import GRID, INK, MUTED, RANKS, WHITE, colour
from reporting.charts.svg import SMALL, Sheet, Spot

# What a page may cost a council's user more with every council's ten years than with one council's year.
MORE = 1.2


@dataclass(frozen=True)
class Growth:
    """One job: its ratio to its floor and its queries with each size, the smallest first."""

    job: str
    ratios: tuple[float, ...]
    queries: tuple[int | None, ...]

    @property
    def times(self) -> float:
        """The largest size's ratio over the smallest's."""
        return self.ratios[-1] / self.ratios[0] if self.ratios[0] else 0.0

    @property
    def time_held(self) -> Bar:
        """Whether it costs about the same."""
        return Bar(round(self.times, 2), MORE)

    @property
    def queries_equal(self) -> bool:
        """Whether every size asks the same number of queries."""
        return len(set(self.queries)) == 1


def by_size(runs: Sequence[Found]) -> list[Found]:
    """Runs from the smallest size to the largest."""
    order = list(SIZES)
    return sorted(runs, key=lambda one: order.index(one["size"]))


def growths(runs: Sequence[Found]) -> list[Growth]:
    """Every job of one client that all of these runs have measured; the floors are what it is measured by."""
    known = [
        {one["job"]: one for one in run["pages"] if one["clients"] == ONE} for run in by_size(runs)
    ]
    return [
        Growth(
            job,
            tuple(float(run[job]["ratio"]) for run in known),
            tuple(run[job]["queries"] for run in known),
        )
        for job, one in known[0].items()
        if one["queries"] is not None and all(job in run for run in known)
    ]


def growth_table(runs: Sequence[Found]) -> str:
    """Each job's ratios, how many times as much the largest costs, and its queries."""
    sizes = [one["size"] for one in by_size(runs)]
    rows = [
        (
            one.job,
            *(f"{ratio:.2f}" for ratio in one.ratios),
            f"{one.times:.2f} ×",
            one.time_held.words,
            " / ".join("–" if each is None else str(each) for each in one.queries),
            "equal" if one.queries_equal else "not equal",
        )
        for one in growths(runs)
    ]
    heads = ("job", *sizes, f"{sizes[-1]} ÷ {sizes[0]}", f"≤ {MORE:g} ×", "queries", "held equal")
    return table(heads, rows)


HIGH, LEFT, RIGHT, TOP = 320.0, 40.0, 210.0, 34.0


def plot(runs: Sequence[Found]) -> str:
    """How many times as much each job costs as with the smallest size, beside its floor, over the number of audits: SVG."""
    ordered, found = by_size(runs), growths(runs)
    steps = [[ratio / (one.ratios[0] or 1.0) for ratio in one.ratios] for one in found]
    most = 0.2 * math.ceil(5 * max(1.4, *(max(one) for one in steps))) if steps else 1.4
    each = 0.2 if most <= 3 else most / 10
    sheet = Sheet()
    sheet.box(-12, -12, sheet.width + 24, TOP + HIGH + 72, WHITE)
    said = f"Ratio to the floor, times that of {ordered[0]['size']}; the bar is {MORE:g}"
    sheet.text(0, 12, said, size=SMALL, colour=MUTED)
    wide, bottom = sheet.width - LEFT - RIGHT, TOP + HIGH

    def down(times: float) -> float:
        return bottom - HIGH * times / most

    for number in range(round(most / each) + 1):
        sheet.line((LEFT, down(number * each)), (LEFT + wide, down(number * each)), GRID)
        label = f"{number * each:.1f}"
        sheet.text(LEFT - 8, down(number * each) + 4, label, size=SMALL, at="end", colour=MUTED)
    sheet.line((LEFT, down(MORE)), (LEFT + wide, down(MORE)), INK, 1.5, "2 3")
    across = [LEFT + wide * one for one in places([run["data"]["audits"] for run in ordered])]
    for x, run in zip(across, ordered, strict=True):
        sheet.line((x, TOP), (x, bottom), GRID)
        sheet.text(x, bottom + 18, run["size"], size=SMALL, at="middle")
        audits = f"{run['data']['audits']:,} audits"
        sheet.text(x, bottom + 34, audits, size=SMALL, at="middle", colour=MUTED)
    labels = apart([down(one[-1]) for one in steps], 15)
    for place, (one, times, y) in enumerate(zip(found, steps, labels, strict=True)):
        spots = [(x, down(step)) for x, step in zip(across, times, strict=True)]
        draw(sheet, place, spots, (across[-1] + 16, y))
        words = f"{one.job} {one.times:.2f} ×"
        sheet.text(across[-1] + 20, y + 4, words, size=SMALL, colour=INK)
    told = "; ".join(
        f"{one.job} {', '.join(f'{each:.2f}' for each in one.ratios)}" for one in found
    )
    return sheet.svg("What growth costs", f"Ratios to the floor by size: {told}.", "growth") + "\n"


def draw(sheet: Sheet, place: int, spots: list[Spot], label: Spot) -> None:
    """One job's line, in a colour and a dash of its own, and a thin line to its words."""
    ink, dash = colour(RANKS[place % len(RANKS)]), "" if place < len(RANKS) else "5 3"
    sheet.lines(spots, ink, 2, dash)
    for spot in spots:
        sheet.dot(spot, ink, 3.5)
    sheet.line((spots[-1][0] + 5, spots[-1][1]), label, ink)


def places(audits: Sequence[int]) -> list[float]:
    """Where sizes stand from left (0) to right (1): each tenfold is as far as the next."""
    logs = [math.log10(max(1, one)) for one in audits]
    span = logs[-1] - logs[0]
    return [(one - logs[0]) / span if span else 0.0 for one in logs]


def apart(wanted: Sequence[float], least: float) -> list[float]:
    """The same heights, moved down as far as is needed for none to stand on another."""
    found = list(wanted)
    last = -math.inf
    for place in sorted(range(len(wanted)), key=lambda one: wanted[one]):
        found[place] = last = max(wanted[place], last + least)
    return found
