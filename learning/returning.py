"""Whether what is to be developed comes back: quarter after quarter, or again after it was taught. Plain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from learning.quarters import Quarter, quarter_of

# In fewer audits than this a theme does not count as there; so many quarters make a run, so many an absence.
LEAST = 2
RUN = 3
AWAY = 2
Flag = Literal["", "running", "back"]
WORDS = {"running": "Third quarter running", "back": "Came back after learning"}


@dataclass(frozen=True)
class Counted:
    """One quarter: in how many audits the theme was to be developed, of how many coded, of how many returned."""

    quarter: Quarter
    n: int
    coded: int
    returned: int


def flag_of(
    quarters: Sequence[Counted], held_on: Iterable[date] = (), *, least: int = LEAST
) -> Flag:
    """What stands against a theme in the last of its quarters (the oldest first, none left out).

    `back`: it is there again after at least two quarters without it since a learning activity; a quarter in which
    nothing was coded is no quarter without it. `running`: it is there in each of the last three. A return says more
    than a run, but a theme that has come back is in no run yet.
    """
    if not quarters or quarters[-1].n < least:
        return ""
    if came_back(quarters, list(held_on), least):
        return "back"
    last = quarters[-RUN:]
    return "running" if len(last) == RUN and all(one.n >= least for one in last) else ""


def words_of(flag: Flag, running: int) -> str:
    """What a flag says, with how many quarters it has been."""
    return f"For {running} quarters running" if flag == "running" else WORDS.get(flag, "")


def came_back(quarters: Sequence[Counted], held_on: Sequence[date], least: int) -> bool:
    """Whether the theme is in the last quarter after it was away since an activity."""
    away = []
    for one in reversed(quarters[:-1]):
        if one.n:
            break
        if one.coded:
            away.append(one.quarter)
    if len(away) < AWAY:
        return False
    # The activity was held before the quarters without it, or in the first of them.
    return any(quarter_of(day) <= away[AWAY - 1] for day in held_on)


def running_quarters(quarters: Sequence[Counted], *, least: int = LEAST) -> int:
    """For how many quarters to the last one it has been there without a break."""
    found = 0
    for one in reversed(quarters):
        if one.n < least:
            break
        found += 1
    return found
