"""Numbers as they are written. Plain."""

import math


def percent(part: float) -> str:
    """A share as a whole percentage, half up; never 0% of something or 100% of less than all."""
    whole = math.floor(part * 100 + 0.5 + 1e-9)
    if whole == 0 and part > 0:
        return "under 1%"
    if whole == 100 and part < 1:
        return "over 99%"
    return f"{whole}%"


def number(n: float) -> str:
    """A number as it reads: with commas, one decimal only where it has one."""
    return f"{n:,.0f}" if float(n).is_integer() else f"{n:,.1f}"
