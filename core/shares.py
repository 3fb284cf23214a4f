"""Shares: the 95 % interval of one, and how one is written. Plain.

Wilson EB (1927), Probable inference, the law of succession, and statistical inference, Journal of the American
Statistical Association 22:209-212; Newcombe RG (1998), Two-sided confidence intervals for the single proportion:
comparison of seven methods, Statistics in Medicine 17:857-872 (his method 3).
"""

import math

# The 97.5 % point of the normal distribution: two sides of a 95 % interval.
Z = 1.959963984540054


def wilson(n: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share. Raises ValueError unless 0 <= n <= of and of > 0."""
    if not 0 <= n <= of or not of:
        raise ValueError(f"{n} of {of} is no share")
    middle = (n + Z * Z / 2) / (of + Z * Z)
    half = Z / (of + Z * Z) * math.sqrt(n * (of - n) / of + Z * Z / 4)
    # At the ends the limit is the end itself, whatever the last digit of the sum.
    return (0.0 if n == 0 else middle - half), (1.0 if n == of else middle + half)


def percent(part: float) -> str:
    """A share as a whole percentage, half up; never 0% of something or 100% of less than all."""
    whole = math.floor(part * 100 + 0.5 + 1e-9)
    if whole == 0 and part > 0:
        return "under 1%"
    if whole == 100 and part < 1:
        return "over 99%"
    return f"{whole}%"
