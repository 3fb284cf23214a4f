"""Whether shares differ by more than chance explains. Plain.

Several groups at once: Pearson's chi-squared test of independence; where fewer than five are expected in any cell, the
test of Fisher, Freeman and Halton (Freeman GH, Halton JH (1951), Note on an exact treatment of contingency, goodness of
fit and other problems of significance, Biometrika 38:141-149), from tables drawn at random with a fixed seed where there
are more than two groups.

Two shares: the interval of their difference (Newcombe RG (1998), Interval estimation for the difference between
independent proportions, Statistics in Medicine 17:873-890, method 10). Where several such questions are asked together,
the chance of one false answer is shared among them (Bonferroni).
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

# The chance of saying that there is a difference where there is none.
LEVEL = 0.05
EXPECTED = 5
DRAWS, SEED = 19_999, 8


def differ(groups: Sequence[tuple[int, int]]) -> float:
    """The chance of differences as large as those between groups, each so many of so many, were there none.

    1.0 where there is nothing to differ: all of them count, or none does. Raises ValueError for fewer than two groups,
    or a group of nobody.
    """
    if len(groups) < 2 or not all(0 <= n <= of and of for n, of in groups):
        raise ValueError("Groups to compare are at least two, each some of at least one.")
    yes, everybody = sum(n for n, _ in groups), sum(of for _, of in groups)
    if yes in (0, everybody):
        return 1.0
    from scipy import stats  # noqa: PLC0415 - slow to load, and few pages need it

    table = [[n, of - n] for n, of in groups]
    rarer = min(yes, everybody - yes)
    if min(of for _, of in groups) * rarer / everybody >= EXPECTED:
        return float(stats.chi2_contingency(table, correction=False).pvalue)
    if len(groups) == 2:
        return float(stats.fisher_exact(table).pvalue)
    from numpy.random import default_rng  # noqa: PLC0415 - as above

    drawn = stats.MonteCarloMethod(n_resamples=DRAWS, rng=default_rng(SEED))
    return float(stats.fisher_exact(table, method=drawn).pvalue)


def difference(
    one: tuple[int, int], other: tuple[int, int], *, questions: int = 1
) -> tuple[float, float]:
    """The interval of the first share less the second, at 5 % shared among so many questions asked together.

    Raises ValueError for what is no share.
    """
    z = NormalDist().inv_cdf(1 - LEVEL / max(questions, 1) / 2)
    p, q = one[0] / max(one[1], 1), other[0] / max(other[1], 1)
    low, high = _wilson(*one, z)
    other_low, other_high = _wilson(*other, z)
    return (
        p - q - math.hypot(p - low, other_high - q),
        p - q + math.hypot(high - p, q - other_low),
    )


def side(one: tuple[int, int], other: tuple[int, int], *, questions: int = 1) -> int:
    """1 where the first share is higher by more than chance explains, -1 where it is lower, else 0."""
    low, high = difference(one, other, questions=questions)
    return 1 if low > 0 else -1 if high < 0 else 0


def _wilson(n: int, of: int, z: float) -> tuple[float, float]:
    """Wilson's interval of a share at any level."""
    if not 0 <= n <= of or not of:
        raise ValueError(f"{n} of {of} is no share")
    middle = (n + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * math.sqrt(n * (of - n) / of + z * z / 4)
    return (0.0 if n == 0 else middle - half), (1.0 if n == of else middle + half)
