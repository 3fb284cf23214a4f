"""Whether auditors and moderators grade alike: estimates for all audits from those that were moderated.

Every audit graded at the worst grade is moderated and the others by lot, so those that were moderated are
no picture of all: each one stands for 1 / chance audits (Horvitz and Thompson 1952, JASA 47:663-685).
An estimate speaks of one of two things. `practice`: how these people grade, of which the period's audits are
themselves a chance part; where every audit was moderated this gives the published formulas. `period`: the
audits of this period and no others, so that nothing is left to chance once all are moderated.
Grades are ranks from 1 (worst) to `grades` (best). What is too few to tell is `TooFew`, never a number.
The sums are in `moderation.estimation`, which is loaded only when a figure is asked for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

About = Literal["practice", "period"]
Sizes = Mapping[str, int]

SHARE_MINIMUM = 10
AGREEMENT_MINIMUM = 20
CASES_MINIMUM = 10


@dataclass(frozen=True)
class Pair:
    """One moderated audit: its grade before and after, and the chance with which it was chosen.

    `stratum` names what it was drawn from: the audits of a month that were drawn from, or all taken.
    """

    before: int
    after: int
    chance: float = 1.0
    stratum: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.chance <= 1:
            raise ValueError("A chance lies above 0 and is at most 1.")
        if self.before < 1 or self.after < 1:
            raise ValueError("Grades are ranks from 1.")


@dataclass(frozen=True)
class Estimate:
    """A figure, its 95 % interval, the number of pairs (or cases) behind it and its standard error."""

    value: float
    low: float
    high: float
    n: int
    error: float


@dataclass(frozen=True)
class TooFew:
    """Too few to tell: what there is counts for `n`, and `needed` would be enough.

    Audits that stand for many others weigh unevenly, so `n` may be less than the number of pairs.
    """

    n: int
    needed: int


@dataclass(frozen=True)
class OneGrade:
    """Everybody gave one and the same grade, so agreement beyond chance has no meaning."""

    n: int


Found = Estimate | TooFew
FoundAgreement = Estimate | TooFew | OneGrade


@dataclass(frozen=True)
class Changes:
    """The shares of all audits whose grade moderation raises or lowers, and raised less lowered."""

    up: Found
    down: Found
    net: Found


@dataclass(frozen=True)
class Matrix:
    """From each grade before (row, worst first) to each grade after (column).

    `counts`: moderated audits as they are; `shares`: estimated shares of all audits, which add up to 1.
    """

    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...] | TooFew


@dataclass(frozen=True)
class Spread:
    """How several people graded one case: how many gave each grade, the middle, the share of the commonest."""

    counts: tuple[int, ...]
    n: int
    median: float
    modal_share: float


def checked(pairs: Sequence[Pair], grades: int) -> None:
    """Raises ValueError where a grade is not on the scale."""
    if grades < 2:
        raise ValueError("A scale has at least two grades.")
    if any(max(pair.before, pair.after) > grades for pair in pairs):
        raise ValueError("A grade is not on the scale.")


def effective(pairs: Sequence[Pair]) -> float:
    """How many evenly weighing pairs these count for: (sum of w) squared / sum of w squared.

    Kish 1965, Survey Sampling, section 11.7, and 1992, J. Off. Stat. 8:183-200.
    """
    weights = [1 / pair.chance for pair in pairs]
    return sum(weights) ** 2 / sum(w * w for w in weights) if weights else 0.0


def too_few(pairs: Sequence[Pair], needed: int) -> TooFew | None:
    """Says TooFew where the pairs count for fewer than are needed."""
    counted = int(effective(pairs) + 1e-9)
    return TooFew(counted, needed) if not pairs or counted < needed else None


def uncovered(pairs: Sequence[Pair], sizes: Sizes) -> int:
    """How many audits lie in strata of which none has been moderated: no estimate speaks of them."""
    seen = {pair.stratum for pair in pairs}
    return sum(size for stratum, size in sizes.items() if stratum not in seen)


def matrix(
    pairs: Sequence[Pair],
    grades: int,
    *,
    sizes: Sizes | None = None,
    minimum: int = SHARE_MINIMUM,
) -> Matrix:
    """From which grade to which: counts as they are, and the shares of all audits they stand for."""
    checked(pairs, grades)
    times = Counter((pair.before, pair.after) for pair in pairs)
    ranks = range(1, grades + 1)
    counts = tuple(tuple(times[b, a] for a in ranks) for b in ranks)
    if few := too_few(pairs, minimum):
        return Matrix(counts, few)
    from moderation import estimation  # noqa: PLC0415 - NumPy and SciPy are slow to load

    shares = estimation.sample(pairs, grades, sizes).shares
    return Matrix(counts, tuple(tuple(float(one) for one in row) for row in shares))


def changes(
    pairs: Sequence[Pair],
    grades: int,
    *,
    sizes: Sizes | None = None,
    about: About = "practice",
    minimum: int = SHARE_MINIMUM,
) -> Changes:
    """The shares of audits whose grade rises, falls, and the one less the other, with 95 % intervals.

    Shares: Wilson at the design-effective number (`estimation.share`). Raised less lowered: Agresti and
    Min 2005 (`estimation.changes`). Below `minimum` there is no figure: with 10 pairs an interval still
    spans about 30 points at the least, and with fewer it says next to nothing.
    """
    checked(pairs, grades)
    if few := too_few(pairs, minimum):
        return Changes(few, few, few)
    from moderation import estimation  # noqa: PLC0415 - NumPy and SciPy are slow to load

    drawn = estimation.sample(pairs, grades, sizes)
    up, down, net = estimation.changes(drawn, about)
    return Changes(*(estimate(one, len(pairs)) for one in (up, down, net)))


def agreement(
    pairs: Sequence[Pair],
    grades: int,
    *,
    within: int = 0,
    sizes: Sizes | None = None,
    about: About = "practice",
    minimum: int = SHARE_MINIMUM,
) -> Found:
    """The share of audits whose two grades lie at most `within` grades apart: 0 is exact, 1 within one."""
    checked(pairs, grades)
    if few := too_few(pairs, minimum):
        return few
    from moderation import estimation  # noqa: PLC0415 - NumPy and SciPy are slow to load

    drawn = estimation.sample(pairs, grades, sizes)
    return estimate(estimation.share(drawn, estimation.apart(grades) <= within, about), len(pairs))


def kappa(
    pairs: Sequence[Pair],
    grades: int,
    *,
    sizes: Sizes | None = None,
    about: About = "practice",
    minimum: int = AGREEMENT_MINIMUM,
) -> FoundAgreement:
    """Quadratic-weighted kappa (Cohen 1968, Psychol. Bull. 70:213-220), see `estimation.kappa`.

    Below `minimum` there is no figure: with 20 pairs the large-sample errors of Fleiss, Cohen and
    Everitt begin to hold (Cicchetti 1981, 2 k squared pairs, is 32 for four grades), with fewer they do not.
    """
    checked(pairs, grades)
    if few := too_few(pairs, minimum):
        return few
    if len({grade for pair in pairs for grade in (pair.before, pair.after)}) == 1:
        return OneGrade(len(pairs))
    from moderation import estimation  # noqa: PLC0415 - NumPy and SciPy are slow to load

    drawn = estimation.sample(pairs, grades, sizes)
    return estimate(estimation.agreed(drawn, estimation.kappa, about), len(pairs))


def ac2(
    pairs: Sequence[Pair],
    grades: int,
    *,
    sizes: Sizes | None = None,
    about: About = "practice",
    minimum: int = AGREEMENT_MINIMUM,
) -> Found:
    """Gwet's AC2 with quadratic weights (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ch. 5).

    It stays steady where nearly all audits have one grade, where kappa falls though people agree.
    """
    checked(pairs, grades)
    if few := too_few(pairs, minimum):
        return few
    from moderation import estimation  # noqa: PLC0415 - NumPy and SciPy are slow to load

    drawn = estimation.sample(pairs, grades, sizes)
    return estimate(estimation.agreed(drawn, estimation.ac2, about), len(pairs))


def estimate(found: tuple[Any, Any, Any, Any], n: int) -> Estimate:
    """A figure out of its value, lower and upper limit and standard error."""
    value, low, high, error = (float(one) for one in found)
    return Estimate(value, low, high, n, error)


# A calibration exercise: several people grade the same cases ---------------------------------------


def spread(ratings: Sequence[int | None], grades: int) -> Spread | TooFew:
    """How several people graded one case; a grade not given is None. Too few where one or none graded."""
    given = sorted(one for one in ratings if one is not None)
    if given and not 1 <= given[0] <= given[-1] <= grades:
        raise ValueError("A grade is not on the scale.")
    if len(given) < 2:
        return TooFew(len(given), 2)
    counts = tuple(given.count(rank) for rank in range(1, grades + 1))
    middle = (given[(len(given) - 1) // 2] + given[len(given) // 2]) / 2
    return Spread(counts, len(given), middle, max(counts) / len(given))


def calibration(
    cases: Sequence[Sequence[int | None]],
    grades: int,
    *,
    quadratic: bool = True,
    minimum: int = CASES_MINIMUM,
) -> Found:
    """Gwet's AC2 (or AC1, not `quadratic`) of many people over many cases; a missing grade is None.

    Cases are a chance part of all cases, so it is cases that are counted: below `minimum` with two
    grades or more there is no figure, only each case's `spread`. Gwet 2014 ch. 5, `estimation.many`.
    """
    counts = [[sum(one == rank for one in case) for rank in range(1, grades + 1)] for case in cases]
    if any(
        sum(row) != sum(one is not None for one in case)
        for row, case in zip(counts, cases, strict=True)
    ):
        raise ValueError("A grade is not on the scale.")
    twice = sum(sum(row) > 1 for row in counts)
    if twice < max(minimum, 2):
        return TooFew(twice, max(minimum, 2))
    from moderation import estimation  # noqa: PLC0415 - NumPy and SciPy are slow to load

    return estimate(estimation.many(counts, quadratic), twice)
