"""The story of an invented year: how many audits there are each month, and how good the work is that they find."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from standards.deadlines import months_after

# Shares of Good or better before and after what was learned in the year, and how much less of it in one service.
BEFORE, AFTER = 0.44, 0.72
WEAKER = 0.2
# Of those that are Good or better so many are the best; of the others so many the worst.
BEST, WORST = 0.16, 0.14
# The month in which much goes wrong: the shares of the grades from the worst to the best.
CRISIS = (0.42, 0.46, 0.12, 0.0)
# Where in the year that month and the learning lie.
CRISIS_AT, LEARNING_AT = 0.45, 0.6
RANKS = 4


@dataclass(frozen=True)
class Chapter:
    """One month: how many audits are given out, the share of Good or better, whether much goes wrong in it."""

    month: date
    number: int
    share: float
    crisis: bool


def chapters(
    on: date,
    *,
    months: int,
    per_month: tuple[int, int],
    without: Collection[int],
    rng: Random,
) -> list[Chapter]:
    """The months that are over before a day, the oldest first; none in a month without audits."""
    first = [months_after(on.replace(day=1), -n) for n in range(months, 0, -1)]
    found = [one for one in first if one.month not in without]
    crisis = round(CRISIS_AT * (len(found) - 1))
    learned = round(LEARNING_AT * (len(found) - 1))
    return [
        Chapter(
            month, rng.randint(*per_month), share_at(place, learned, len(found)), place == crisis
        )
        for place, month in enumerate(found)
    ]


def share_at(place: int, learned: int, of: int) -> float:
    """The share of Good or better at a place in the year: level first, rising once something was learned."""
    if place <= learned:
        return BEFORE
    return BEFORE + (AFTER - BEFORE) * (place - learned) / max(1, of - 1 - learned)


def rank(chapter: Chapter, *, weak: bool, rng: Random) -> int:
    """The rank of the grade that one audit finds; 1 is the worst, 4 the best."""
    if chapter.crisis:
        return rng.choices(range(1, RANKS + 1), CRISIS)[0]
    better = chapter.share - (WEAKER if weak else 0)
    if rng.random() < better:
        return RANKS if rng.random() < BEST else RANKS - 1
    return 1 if rng.random() < WORST * (1.5 if weak else 1) else 2


def moderated(rank: int, rng: Random) -> int:
    """The rank that a moderator gives to it: mostly the same, more often lower than higher."""
    chance = rng.random()
    if chance < 0.2:
        return max(1, rank - 1)
    return min(RANKS, rank + 1) if chance > 0.94 else rank


def quality(rank: int, rng: Random) -> float:
    """How good one thing is in the work of an audit, from 0 to 1, around what its grade says."""
    return min(1.0, max(0.0, rng.gauss((rank - 0.5) / RANKS, 0.14)))


def place_on(values: Sequence[int], good: float) -> int:
    """The value of a scale that stands for how good something is."""
    return values[min(len(values) - 1, int(good * len(values)))]
