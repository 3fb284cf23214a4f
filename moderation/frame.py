"""Which returned audits the moderated ones stand for, and how many each stands for. Plain values.

An audit is drawn from a pool, chosen for certain, chosen by a person, or nothing has been decided about it.
A person's choice says nothing about other audits. Neither do audits that were taken for their grade while the
others of their month still wait for their draw: they would make every figure a picture of the worst grade.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import prod

from moderation.agreement import Pair, uncovered
from moderation.coverage import Returned
from moderation.leniency import Moderated

# With more than so much of all audits in lots of which nothing is moderated, no figure speaks of all.
MISSING = 0.1


class Lot(StrEnum):
    """How it was, or was not, decided whether an audit is moderated."""

    DRAWN = "drawn"
    CERTAIN = "certain"
    HAND = "by hand"
    OPEN = "open"


@dataclass(frozen=True)
class Row:
    """One returned audit: grades as ranks (1 is the worst), and how it came to be moderated or not.

    `moderated` is the moderator's own grade, none where a verdict named none; `chance` is none where no
    rule chose it. `by_rule`: the council's rule sent it to moderation; `left`: it was then left without;
    `by_person`: somebody chose it though no rule did.
    """

    audit: int
    returned_on: date
    auditor: int
    mix: tuple[str, ...]
    before: int
    lot: Lot
    chance: float | None = None
    by_grade: bool = False
    viewed: bool = False
    moderated: int | None = None
    final: int | None = None
    by_rule: bool = False
    left: bool = False
    by_person: bool = False
    chosen_on: date | None = None
    finished_on: date | None = None

    @property
    def month(self) -> date:
        """The first day of the month of the return."""
        return self.returned_on.replace(day=1)

    @property
    def place(self) -> tuple[str, date]:
        """What it was chosen from: the drawn, or the certain ones, of its month."""
        return str(self.lot), self.month

    @property
    def by_chance(self) -> bool:
        """Whether its moderation counts: the view is in, and a rule with a known chance chose it."""
        return self.viewed and self.chance is not None


@dataclass(frozen=True)
class Pool:
    """One draw by chance: the days of return, the ids it could choose and those it chose."""

    from_on: date
    to_on: date
    ids: frozenset[int]
    chosen: frozenset[int]


def draws_of(audit: int, returned_on: date, pools: Iterable[Pool]) -> list[Pool]:
    """The draws that could choose an audit, in their order; one in which it would have stood had an earlier one

    not chosen it counts too, so that audits of the same days have the same chance.
    """
    found: list[Pool] = []
    for pool in pools:
        covers = pool.from_on <= returned_on <= pool.to_on
        if covers and (audit in pool.ids or any(audit in one.chosen for one in found)):
            found.append(pool)
    return found


def chance_of(draws: Collection[Pool]) -> float:
    """The chance of being chosen in at least one of some draws."""
    return 1 - prod(1 - len(one.chosen) / len(one.ids) for one in draws)


# What the moderated ones stand for ----------------------------------------------------------------


def counted(rows: Sequence[Row]) -> list[Row]:
    """The audits that figures speak of; of months that still wait for their draw, none taken for its grade."""
    drawn = {row.month for row in rows if row.lot == Lot.DRAWN}
    by_hand = {row.month for row in rows if row.lot == Lot.HAND}
    waiting = {row.month for row in rows if row.lot == Lot.OPEN} | (by_hand - drawn)
    return [
        row
        for row in rows
        if row.lot in {Lot.DRAWN, Lot.CERTAIN} and not (row.by_grade and row.month in waiting)
    ]


@dataclass(frozen=True)
class Sample:
    """Pairs of grades of the moderated audits, how many audits each stratum holds, and how many none speaks of."""

    pairs: tuple[Pair, ...]
    sizes: Mapping[str, int]
    missing: int

    @property
    def speaks(self) -> bool:
        """Whether so little is missing that the pairs are a picture of all."""
        return self.missing <= MISSING * sum(self.sizes.values())


def sample(rows: Sequence[Row], ranks: Callable[[Row], tuple[int | None, int | None]]) -> Sample:
    """The pairs that `ranks` takes from the counted audits, by month and lot.

    A month of which nothing is moderated is counted with the nearest one of the same lot (collapsed strata,
    Cochran 1977, Sampling Techniques, 3rd ed., 5A.12): left out, its share would go to audits taken for certain.
    """
    base = counted(rows)
    known = [(row, *ranks(row)) for row in base if row.by_chance]
    used = [(row, before, after) for row, before, after in known if before and after]
    homes = strata({row.place for row in base}, {row.place for row, _, _ in used})
    sizes = Counter(homes[row.place] for row in base)
    pairs = tuple(
        Pair(before, after, row.chance, homes[row.place])
        for row, before, after in used
        if row.chance is not None
    )
    return Sample(pairs, sizes, uncovered(pairs, sizes))


def strata(
    places: Collection[tuple[str, date]], used: Collection[tuple[str, date]]
) -> dict[tuple[str, date], str]:
    """The stratum of each lot and month: its own, or that of the nearest month with something moderated."""
    found = {}
    for lot, month in places:
        months = [other for kind, other in used if kind == lot]
        nearest = min(months, key=lambda other: (between(month, other), other), default=month)
        found[lot, month] = f"{nearest:%Y-%m} {lot}"
    return found


def between(month: date, other: date) -> int:
    """How many months lie from one to the other."""
    return abs((other.year - month.year) * 12 + other.month - month.month)


# Other readings of the same audits ----------------------------------------------------------------


def differences(rows: Iterable[Row]) -> list[Moderated]:
    """How far auditor and moderator lie apart in each audit that a rule chose."""
    return [
        Moderated(row.auditor, row.before - row.moderated, 1 / row.chance, row.mix)
        for row in rows
        if row.viewed and row.moderated and row.chance
    ]


def returns(rows: Iterable[Row]) -> list[Returned]:
    """The audits as coverage counts them: due is what the rule sent to moderation."""
    return [Returned(row.returned_on, row.by_rule, row.chosen_on, row.finished_on) for row in rows]
