"""The forms of charts as frozen values: what is drawn, not how. Plain.

Shares lie from 0 to 1. Colours are names of `reporting.charts.palette`, never the only cue.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Series:
    """One part of each bar: its words and its colour's name."""

    label: str
    colour: str = "blue"


@dataclass(frozen=True)
class Bar:
    """One bar: how many in each series; `note` stands at its end, such as “12 audits”."""

    label: str
    parts: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class StackedBars:
    """Bars that each fill the whole width: how each group is made up."""

    series: tuple[Series, ...]
    bars: tuple[Bar, ...]
    form: Literal["stacked"] = "stacked"


@dataclass(frozen=True)
class Point:
    """One point of a control chart. `value` is None where nothing was counted.

    `joined`: enough are counted for a line to go through it. `signal` names the rule that the point breaks, or is empty.
    `better`: whether that signal is an improvement; None where the measure has no better side.
    """

    label: str
    n: int
    of: int
    value: float | None
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    joined: bool = True
    signal: str = ""
    better: bool | None = None


@dataclass(frozen=True)
class Mark:
    """A note at a point of a control chart, or the beginning of new limits."""

    at: int
    words: str
    rebased: bool = False


@dataclass(frozen=True)
class ControlChart:
    """A p-chart: shares over time with their centre and limits. `ceiling` is a level not to be passed."""

    measure: str
    points: tuple[Point, ...]
    marks: tuple[Mark, ...] = ()
    ceiling: float | None = None
    form: Literal["control"] = "control"


@dataclass(frozen=True)
class Heat:
    """One cell of a heat map: its level from 0 (worst) to 1 (best), None where nothing may be shown, and its words."""

    level: float | None
    words: str


@dataclass(frozen=True)
class HeatMap:
    """Rows by columns; `low` and `high` say what the ends of the shading mean."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Heat, ...], ...]
    low: str
    high: str
    form: Literal["heat"] = "heat"


@dataclass(frozen=True)
class DotRow:
    """One row of a dot plot: now, and before from the oldest; None where there is too little."""

    label: str
    now: float | None
    before: tuple[float | None, ...]
    note: str = ""


@dataclass(frozen=True)
class DotPlot:
    """Where each row stands now beside where it stood before, on one axis from `lowest` to `highest`."""

    rows: tuple[DotRow, ...]
    lowest: float
    highest: float
    unit: str = ""
    percent: bool = False
    form: Literal["dots"] = "dots"


@dataclass(frozen=True)
class Step:
    """The share that is still open after so many days, with its 95 % interval."""

    days: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class StepCurve:
    """A curve that falls in steps from 1 at day 0; `marks` are days worth a line, with their words."""

    steps: tuple[Step, ...]
    last: int
    marks: tuple[tuple[int, str], ...] = ()
    across: str = "Days"
    up: str = "Still open"
    form: Literal["steps"] = "steps"


@dataclass(frozen=True)
class Funnel:
    """From many to few: each step is part of the one before; `aside` are those who left, and why."""

    steps: tuple[tuple[str, int], ...]
    aside: tuple[tuple[str, int], ...] = ()
    form: Literal["funnel"] = "funnel"


@dataclass(frozen=True)
class PairRow:
    """Two shares of one group; `differs` where they lie further apart than chance explains."""

    label: str
    first: float | None
    second: float | None
    differs: bool = False


@dataclass(frozen=True)
class PairedBars:
    """Two shares beside each other for each group, such as audited files and the caseload. A row may be a heading."""

    first: str
    second: str
    rows: tuple[PairRow, ...]
    form: Literal["pairs"] = "pairs"


@dataclass(frozen=True)
class Transitions:
    """From each grade (row) to each grade (column), best first: how many."""

    grades: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    rows_are: str
    columns_are: str
    form: Literal["transitions"] = "transitions"


@dataclass(frozen=True)
class SpanRow:
    """A value with its interval; None where there is too little."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    note: str = ""


@dataclass(frozen=True)
class Spans:
    """Values with their intervals around a middle line, on an axis from `lowest` to `highest`."""

    rows: tuple[SpanRow, ...]
    lowest: float
    highest: float
    middle: float
    left: str
    right: str
    percent: bool = False
    form: Literal["spans"] = "spans"


@dataclass(frozen=True)
class CountRow:
    """One count, and what was wanted, where that is known."""

    label: str
    n: float
    of: float | None = None


@dataclass(frozen=True)
class Counts:
    """Plain bars of counts, each with a line at what was wanted."""

    rows: tuple[CountRow, ...]
    unit: str = ""
    form: Literal["counts"] = "counts"


Chart = (
    StackedBars
    | ControlChart
    | HeatMap
    | DotPlot
    | StepCurve
    | Funnel
    | PairedBars
    | Transitions
    | Spans
    | Counts
)
