"""How much is still open after so many days, with its 95 % interval. Plain.

The curve is the product-limit estimate of `actions.closing_time` (Kaplan and Meier 1958). Its variance is Greenwood's
(1926); the interval is symmetric for log(-log S), so that it stays between 0 and 1 (Kalbfleisch JD, Prentice RL, The
Statistical Analysis of Failure Time Data, 2nd edition 2002, section 1.4).
"""

import math
from collections import Counter
from collections.abc import Iterable

from actions.closing_time import Watched, curve
from reporting.charts.forms import Step
from reporting.measures.shares import Z


def steps(rows: Iterable[Watched]) -> tuple[Step, ...]:
    """The share still open after each day on which any was closed.

    Where nothing is left open the formula gives no interval: it then reaches from 0 to the upper bound of the step before.
    """
    rows = list(rows)
    left, closed = Counter[int](), Counter[int]()
    for row in rows:
        left[row.days] += row.number
        closed[row.days] += row.number if row.closed else 0
    at_risk, greenwood, high = sum(left.values()), 0.0, 1.0
    made = []
    shares = dict(curve(rows))
    for days in sorted(left):
        if days in shares:
            share = shares[days]
            if at_risk > closed[days]:
                greenwood += closed[days] / (at_risk * (at_risk - closed[days]))
                low, high = interval(share, greenwood)
            else:
                share, low = 0.0, 0.0
            made.append(Step(days, share, low, high))
        at_risk -= left[days]
    return tuple(made)


def interval(share: float, greenwood: float) -> tuple[float, float]:
    """The interval of a share between 0 and 1, from Greenwood's sum."""
    width = Z * math.sqrt(greenwood) / abs(math.log(share))
    return share ** math.exp(width), share ** math.exp(-width)


def at(found: Iterable[Step], days: int) -> Step:
    """The curve on a day: all open, and nothing to doubt, before the first step."""
    before = [one for one in found if one.days <= days]
    return before[-1] if before else Step(0, 1.0, 1.0, 1.0)
