"""A figure: a table of cells with what it says and a chart of it. The same on a page, on paper, in a file and over the API.

Plain and frozen: nothing here knows a query, a page or HTML. `dump` and `load` carry a figure into JSON and back, so that
an issued report keeps its figures as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from reporting.charts.forms import Chart

Kind = Literal["words", "count", "share", "mean", "days", "day"]
# The three questions (I-127, BX §6): how much, how well, is anyone better off.
Question = Literal["", "much", "well", "better"]
Kept = Literal["", "few", "withheld"]


@dataclass(frozen=True)
class Column:
    """One column: how its cells are read. `total`: it adds up the others of its kind in each row."""

    code: str
    label: str
    kind: Kind = "count"
    total: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell. `n` is the count, the upper number of a share, the mean or the days; `of` the lower number.

    `low` and `high` bound the 95 % interval: of a share from 0 to 1, of a mean or of days in their own unit. `kept`:
    `few` where a share stands without a percentage because too few are counted, `withheld` where no number is shown.
    `to` is the path of the list behind the number.
    """

    n: float | None = None
    of: int | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    kept: Kept = ""
    to: str = ""

    @property
    def share(self) -> float | None:
        """The share from 0 to 1; None where there is none or it is not shown."""
        return self.n / self.of if self.n is not None and self.of and not self.kept else None


@dataclass(frozen=True)
class Row:
    """One row; `total`: it adds up the rows above it."""

    label: str
    cells: tuple[Cell, ...]
    total: bool = False
    code: str = ""


@dataclass(frozen=True)
class Value:
    """One number of a figure that a sentence may hold: filled into commentary where its name stands in braces."""

    label: str
    words: str


@dataclass(frozen=True)
class Figure:
    """One measure as it stands: what is counted, the table, the chart, what it says.

    `says` are whole sentences, the first one the headline. `signal` is `signal` or `no signal` where statistical process
    control has decided, else empty. `about` says in a sentence or two what is counted and how. `rows_are` heads the
    first column.
    """

    code: str
    title: str
    about: str
    rows_are: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    says: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    question: Question = ""
    signal: str = ""
    chart: Chart | None = None
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows


@cache
def _adapter() -> Any:
    """What turns figures into JSON and back; it is loaded only when it is needed."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - slow to load, and most pages need none

    return TypeAdapter(Figure)


def dump(figure: Figure) -> dict[str, Any]:
    """A figure as JSON values."""
    found: dict[str, Any] = _adapter().dump_python(figure, mode="json")
    return found


def load(found: Mapping[str, Any]) -> Figure:
    """The figure that `dump` gave. Raises ValueError for anything else."""
    figure: Figure = _adapter().validate_python(found)
    return figure
