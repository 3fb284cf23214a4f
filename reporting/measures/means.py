"""Means with their 95 % interval. Plain.

Student (1908), The probable error of a mean, Biometrika 6:1-25. The quantile of t by the expansion of Abramowitz M,
Stegun IA (1964), Handbook of Mathematical Functions, 26.7.5: right to two decimals from four degrees of freedom on.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from reporting.measures.shares import Z


def quantile(freedom: int) -> float:
    """The 97.5 % point of Student's t. Raises ValueError below three degrees of freedom, where the expansion is too rough."""
    if freedom < 3:
        raise ValueError(f"{freedom} degrees of freedom are too few")
    z = Z
    parts = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(part / freedom**power for power, part in enumerate(parts))


def interval(
    numbers: Sequence[float], *, lowest: float, highest: float
) -> tuple[float, float] | None:
    """The interval of a mean within its scale; None of fewer than four numbers, or where all are the same."""
    if len(numbers) < 4 or len(set(numbers)) == 1:
        return None
    middle = fmean(numbers)
    half = quantile(len(numbers) - 1) * stdev(numbers) / math.sqrt(len(numbers))
    return max(lowest, middle - half), min(highest, middle + half)
