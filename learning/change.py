"""Whether a theme is found more or less often after a learning activity than before, with chance kept apart. Plain.

Shares with the interval of Wilson (1927, JASA 22:209-212); their difference with that of Newcombe (1998, Stat. Med.
17:873-890, method 10), which is made of the two.
"""

from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal

from core.shares import percent, wilson
from learning.quarters import months_after

Signal = Literal["fewer", "more", "none", "few", "early"]
MONTHS = 3


@dataclass(frozen=True)
class Share:
    """`n` of `of` audits, with the 95 % interval of the share; no interval where nothing was counted."""

    n: int
    of: int
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        """The share from 0 to 1."""
        return self.n / self.of if self.of else None

    @property
    def percent(self) -> str:
        """The share in whole per cent; empty where there is none."""
        return percent(self.value) if self.value is not None else ""

    @property
    def interval(self) -> str:
        """The interval in whole per cent: “9% to 53%”."""
        if self.low is None or self.high is None:
            return ""
        return f"{percent(self.low)} to {percent(self.high)}"


@dataclass(frozen=True)
class Change:
    """Before and after; the share after less that before with its 95 % interval; what may be said of it.

    `signal` is `fewer` or `more` where the interval leaves out 0, `none` where it does not, `few` below the minimum,
    `early` while not one month after has an audit.
    """

    before: Share
    after: Share
    signal: Signal
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> bool:
        """Whether there are enough audits for percentages."""
        return self.difference is not None

    @property
    def says(self) -> str:
        """What may be said of it, in a few words."""
        return SAYS[self.signal]

    @property
    def points(self) -> str:
        """The difference with its interval in percentage points; empty where there is none."""
        if self.difference is None or self.low is None or self.high is None:
            return ""
        value, low, high = (round(100 * one) for one in (self.difference, self.low, self.high))
        return f"{value:+d} points, 95% interval {low:+d} to {high:+d}".replace("-", "−")


SAYS = {
    "fewer": "Fewer audits than before",
    "more": "More audits than before",
    "none": "No signal: the difference may be chance",
    "few": "Too few to tell",
    "early": "Too early: no audit of the months after is coded",
}


def newcombe(n: int, of: int, other_n: int, other_of: int) -> tuple[float, float]:
    """The 95 % interval of the first share less the second."""
    p, q = n / of, other_n / other_of
    low, high = wilson(n, of)
    other_low, other_high = wilson(other_n, other_of)
    return (
        p - q - sqrt((p - low) ** 2 + (other_high - q) ** 2),
        p - q + sqrt((high - p) ** 2 + (q - other_low) ** 2),
    )


def share(n: int, of: int) -> Share:
    """A share with its interval."""
    return Share(n, of, *(wilson(n, of) if of else (None, None)))


def change(before: tuple[int, int], after: tuple[int, int], *, minimum: int) -> Change:
    """What changed from `n` of `of` before to `n` of `of` after; too few below the minimum on either side."""
    first, second = share(*before), share(*after)
    if not second.of:
        return Change(first, second, "early")
    if min(first.of, second.of) < max(minimum, 1):
        return Change(first, second, "few")
    low, high = newcombe(*after, *before)
    value = second.n / second.of - first.n / first.of
    signal: Signal = "more" if low > 0 else "fewer" if high < 0 else "none"
    return Change(first, second, signal, value, low, high)


def windows(held_on: date, months: int = MONTHS) -> tuple[tuple[date, date], tuple[date, date]]:
    """The first and last month before, and those after; the month of the activity itself is neither."""
    return (
        (months_after(held_on, -months), months_after(held_on, -1)),
        (months_after(held_on, 1), months_after(held_on, months)),
    )
