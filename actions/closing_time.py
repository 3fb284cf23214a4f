"""How long actions take to be closed, with those that are still open counted as what they are (Kaplan and Meier). No Django.

A plain median of the closed ones would be too short: the longest ones are not closed yet. The estimate takes every
action for as long as it has been watched; where fewer than half are closed, there is no median and none is shown.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

CLOSE = 1e-12


class Watched(NamedTuple):
    """So many actions that were watched for so many days, and whether they were closed at the end of them."""

    days: int
    closed: bool
    number: int = 1


@dataclass(frozen=True)
class Times:
    """The days after which a quarter, half and three quarters are closed; `closed` of `number` have been."""

    lower: int | None
    median: int | None
    upper: int | None
    closed: int
    number: int


def curve(rows: Iterable[tuple[int, bool, int]]) -> list[tuple[int, float]]:
    """The share still open after each day on which any was closed (the product-limit estimate)."""
    closed: dict[int, int] = defaultdict(int)
    left: dict[int, int] = defaultdict(int)
    for days, ended, number in rows:
        left[days] += number
        if ended:
            closed[days] += number
    at_risk, share, made = sum(left.values()), 1.0, []
    for days in sorted(left):
        if days in closed:
            share *= 1 - closed[days] / at_risk
            made.append((days, share))
        at_risk -= left[days]
    return made


def after(points: list[tuple[int, float]], part: float) -> int | None:
    """The first day by which this part is closed; None where it has not come to that yet."""
    return next((days for days, share in points if share <= 1 - part + CLOSE), None)


def times(rows: Iterable[tuple[int, bool, int]]) -> Times:
    """Quartiles and median of the time to close."""
    rows = list(rows)
    points = curve(rows)
    return Times(
        after(points, 0.25),
        after(points, 0.5),
        after(points, 0.75),
        sum(number for _, ended, number in rows if ended),
        sum(number for _, _, number in rows),
    )
