"""How much of what the council's rule sends to moderation is moderated, and how long it takes. Whole days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from moderation.agreement import TooFew

MINIMUM = 10


@dataclass(frozen=True)
class Returned:
    """One audit that was returned: whether the rule chose it for moderation, when, and when that was final."""

    returned_on: date
    chosen: bool = False
    chosen_on: date | None = None
    finished_on: date | None = None


@dataclass(frozen=True)
class Delay:
    """Days from return to the final grade: half took at most `median`, nine of ten at most `most`."""

    median: int
    most: int
    n: int


@dataclass(frozen=True)
class Coverage:
    """Returned audits, those due for moderation, and of these the finished, the open and the late.

    `late`: not finished within the rule's days, whether finished since or still open.
    """

    returned: int
    due: int
    finished: int
    open: int
    late: int
    delay: Delay | TooFew


def coverage(
    rows: Iterable[Returned], *, on: date, within: int | None = None, minimum: int = MINIMUM
) -> Coverage:
    """Moderation as it stands on a day; what happens later has not happened yet.

    `within`: the days the council's rule leaves from return; without one, nothing is late. The delay is of
    finished moderations only: while many are open, the long ones are still missing from it.
    """
    back = [row for row in rows if row.returned_on <= on]
    due = [row for row in back if row.chosen and (row.chosen_on or row.returned_on) <= on]
    finished = [row for row in due if row.finished_on is not None and row.finished_on <= on]
    days = sorted(taken(row, on) for row in finished)
    late = sum(within is not None and taken(row, on) > within for row in due)
    delay = Delay(at(days, 50), at(days, 90), len(days)) if enough(days, minimum) else None
    return Coverage(
        len(back),
        len(due),
        len(finished),
        len(due) - len(finished),
        late,
        delay or TooFew(len(days), minimum),
    )


def taken(row: Returned, on: date) -> int:
    """The days from return to the final grade, or until this day; never below 0."""
    until = row.finished_on if row.finished_on is not None and row.finished_on <= on else on
    return max((until - row.returned_on).days, 0)


def enough(days: Sequence[int], minimum: int) -> bool:
    """Whether there are so many finished that a tenth of them is at least one."""
    return len(days) >= max(minimum, 1)


def at(days: Sequence[int], percent: int) -> int:
    """The smallest number of days that so many per cent took at most (Hyndman and Fan 1996, definition 1)."""
    return days[-(-percent * len(days) // 100) - 1]
