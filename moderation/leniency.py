"""Whether one auditor grades more generously than the others, told only where there is enough to tell.

For the QA lead and the person alone. A difference is the auditor's rank less the moderator's, in grades:
above 0 the auditor was the more generous. What is told is how far an auditor lies from all auditors together,
once the mix of cases is allowed for and pulled towards them as far as the number of audits asks.
The sums are in `moderation.shrinkage`, which is loaded only when a figure is asked for.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.agreement import TooFew

MINIMUM = 8
AUDITORS = 3
RATE = 0.05
TIMES = 1999
WIDEST = 100
HEAVIEST = 1e6


@dataclass(frozen=True)
class Moderated:
    """One moderated audit: by whom, the difference in grades, 1 / chance, and what kind of case it was.

    `mix` names the service, the type of plan and so on, in the same order in every row.
    """

    auditor: int
    difference: float
    weight: float = 1.0
    mix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Auditor:
    """One auditor against all: grades above (more generous) or below them, and a 95 % interval.

    `chance`: how often so large a difference would be seen in somebody when nobody differs.
    `flagged`: whether that is at most the stated rate.
    """

    value: float
    low: float
    high: float
    n: int
    chance: float
    flagged: bool


@dataclass(frozen=True)
class Leniency:
    """All auditors together against their moderators (`average`), and each against all.

    `spread`: the standard deviation between auditors; `rate`: the false-alarm rate of the flags, which is
    the chance that anybody at all is flagged when nobody differs.
    """

    average: float
    spread: float
    rate: float
    auditors: Mapping[int, Auditor | TooFew]


@dataclass(frozen=True)
class Alike:
    """Every one of `n` differences is the same (`average`) in all auditors, so nobody can be told from another."""

    average: float
    n: int


def usable(rows: Iterable[Moderated]) -> list[Moderated]:
    """The rows of which something can be said: a difference on some scale, and a weight that a chance can have."""
    return [
        row
        for row in rows
        if number(row.difference)
        and abs(row.difference) <= WIDEST
        and number(row.weight)
        and 0 < row.weight <= HEAVIEST
        and isinstance(row.mix, tuple)
    ]


def seed_of(rows: Sequence[Moderated]) -> int:
    """Where chance starts from: one seed for all rows would deal alike each time, and err alike."""
    return int.from_bytes(hashlib.sha256(repr(rows).encode()).digest()[:8])


def number(value: Any) -> bool:
    """Whether something is a number that sums can be made of."""
    return isinstance(value, int | float) and math.isfinite(value)


def leniency(
    rows: Iterable[Moderated],
    *,
    minimum: int = MINIMUM,
    rate: float = RATE,
    times: int = TIMES,
) -> Leniency | Alike | TooFew:
    """How each auditor grades against all, from moderated audits; rows of which nothing can be said are left out.

    Nobody with fewer than `minimum` moderated audits gets a figure, and nobody at all does unless
    three auditors have as many: the place of one of two would tell that of the other. Eight is where a whole
    grade's difference begins to stand out: with a standard deviation of 0.6 grades, 1.96 x 0.6 / sqrt 8 is 0.4.
    The flags hold `rate` for all auditors together (Westfall and Young 1993, Resampling-Based Multiple
    Testing, algorithm 2.8, a stepwise method as Holm's that needs no normal differences).
    The same rows always give the same figures, as chance starts from the rows themselves.
    """
    kept = sorted(usable(rows), key=repr)
    minimum = max(minimum, 1)
    counts = Counter(row.auditor for row in kept)
    judged = sorted(auditor for auditor, n in counts.items() if n >= minimum)
    if len(judged) < AUDITORS:
        return TooFew(len(judged), AUDITORS)
    from moderation import shrinkage  # noqa: PLC0415 - NumPy and SciPy are slow to load

    data = shrinkage.arrays(kept)
    needed = data.x.shape[1] + minimum
    if data.w.sum() < needed:
        return TooFew(int(data.w.sum()), needed)
    if len(set(data.y)) == 1:
        return Alike(float(data.y[0]), len(kept))
    fit = shrinkage.fit(data)
    chances = shrinkage.chances(fit, judged, times, seed_of(kept))
    found: dict[int, Auditor | TooFew] = {
        auditor: TooFew(counts[auditor], minimum) for auditor in sorted(counts)
    }
    for auditor in judged:
        value, low, high = fit.auditor(auditor)
        chance = chances[auditor]
        found[auditor] = Auditor(value, low, high, counts[auditor], chance, chance <= rate)
    return Leniency(fit.average, fit.spread, rate, found)
