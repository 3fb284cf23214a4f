"""Shares with their 95 % interval, and cells in words. Plain.

Wilson EB (1927), Probable inference, the law of succession, and statistical inference, Journal of the American
Statistical Association 22:209-212; Newcombe RG (1998), Two-sided confidence intervals for the single proportion:
comparison of seven methods, Statistics in Medicine 17:857-872 (his method 3).
"""

import math

from reporting.figure import Cell, Column
from reporting.measures.numerals import number, percent

# The 97.5 % point of the normal distribution: two sides of a 95 % interval.
Z = 1.959963984540054
NOTHING = "–"
WITHHELD = "withheld"


def wilson(n: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share. Raises ValueError unless 0 <= n <= of and of > 0."""
    if not 0 <= n <= of or not of:
        raise ValueError(f"{n} of {of} is no share")
    middle = (n + Z * Z / 2) / (of + Z * Z)
    half = Z / (of + Z * Z) * math.sqrt(n * (of - n) / of + Z * Z / 4)
    return (0.0 if n == 0 else middle - half), (1.0 if n == of else middle + half)


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
