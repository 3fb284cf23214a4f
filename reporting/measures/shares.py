"""Shares as cells, and cells in words. Plain."""

from core.shares import Z, percent, wilson
from reporting.figure import Cell, Column
from reporting.measures.numerals import number

NOTHING = "–"
WITHHELD = "withheld"


def share(n: int, of: int, *, minimum: int, to: str = "") -> Cell:
    """The cell of a share: with its interval, without a percentage of fewer than the minimum, empty out of nothing."""
    if of == 0 and n == 0:
        return Cell(n=0, of=0, to=to)
    low, high = wilson(n, of)
    if of < minimum:
        return Cell(n=n, of=of, kept="few", to=to)
    return Cell(n=n, of=of, low=low, high=high, to=to)


def words(cell: Cell, column: Column) -> str:
    """A cell as it reads: “8 of 12 (67%, 39% to 86%)”, “2 of 5” where few are counted, “withheld”, or a dash."""
    if cell.kept == "withheld":
        return WITHHELD
    if cell.text:
        return cell.text
    if cell.n is None:
        return NOTHING
    if column.kind == "share":
        return _share(cell)
    if column.kind in ("mean", "days"):
        return _measured(cell)
    return number(cell.n)


def _share(cell: Cell) -> str:
    if not cell.of:
        return NOTHING
    counts = f"{number(cell.n or 0)} of {number(cell.of)}"
    if cell.share is None:
        return counts
    if cell.low is None or cell.high is None:
        return f"{counts} ({percent(cell.share)})"
    return f"{counts} ({percent(cell.share)}, {percent(cell.low)} to {percent(cell.high)})"


def _measured(cell: Cell) -> str:
    said = f"{cell.n:,.1f}" if cell.of is not None else number(cell.n or 0)
    brackets = []
    if cell.low is not None and cell.high is not None:
        brackets.append(f"{cell.low:,.1f} to {cell.high:,.1f}")
    if cell.of is not None:
        brackets.append(f"of {number(cell.of)}")
    return f"{said} ({', '.join(brackets)})" if brackets else said


__all__ = ["NOTHING", "WITHHELD", "Z", "number", "percent", "share", "wilson", "words"]
