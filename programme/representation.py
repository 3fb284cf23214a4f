"""Whether the audited files are like the open caseload, as plain values (I-19).

Sources:
    Austin PC (2009), Balance diagnostics for comparing the distribution of baseline covariates between
        treatment groups in propensity-score matched samples, Statistics in Medicine 28:3083–3107: the
        standardised difference of two proportions, and 0.1 as the size from which it matters.
    Yang D, Dalton JE (2012), A unified approach to measuring the effect size between two groups using
        SAS, SAS Global Forum, paper 335-2012: one standardised difference for all groups together, as a
        Mahalanobis distance.
    Cochran WG (1954), Some methods for strengthening the common χ² tests, Biometrics 10:417–451: an
        expected count of five as the least that a comparison stands on.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

MATTERS = 0.1
LEAST_EXPECTED = 5
# A fair draw is at least so far out, on this side, in one draw of forty; on either side in one of twenty.
CHANCE = 0.025


class Verdict(StrEnum):
    """What a group's difference means."""

    NONE_AUDITED = "none audited yet"
    FEWER = "fewer than expected"
    MORE = "more than expected"
    EXPECTED = "about as expected"
    TOO_FEW = "too few to tell"


def standardised_difference(audited: float, caseload: float) -> float:
    """The difference of two proportions over their pooled standard deviation (Austin 2009).

    d = (p₁ − p₂) / √((p₁(1 − p₁) + p₂(1 − p₂)) / 2), with p₁ among the audited files and p₂ in the
    caseload; nought where both are the same, endless where one is all and the other is nothing.
    """
    if audited == caseload:
        return 0.0
    pooled = math.sqrt((audited * (1 - audited) + caseload * (1 - caseload)) / 2)
    if pooled == 0:
        return math.copysign(math.inf, audited - caseload)
    return (audited - caseload) / pooled


def overall_difference(audited: Sequence[float], caseload: Sequence[float]) -> float:
    """The standardised difference of all groups together (Yang and Dalton 2012), never below nought.

    d = √((t − c)ᵀ S⁻¹ (t − c)), where t and c hold the proportions of all groups but one and S is the mean
    of the two covariance matrices of multinomial proportions. Because S is the covariance of the mean
    proportions less eeᵀ, with e = (t − c) / 2, the Sherman–Morrison formula gives the same without a
    matrix: d² = 4q / (1 − q), q = Σ (t − c)² / (2(t + c)) over all groups. With two groups it is the
    size of Austin's d.
    """
    q = sum((t - c) ** 2 / (2 * (t + c)) for t, c in zip(audited, caseload, strict=True) if t + c)
    return 2 * math.sqrt(q / (1 - q)) if q < 1 - 1e-12 else math.inf


def by_chance(files: int, groups: Iterable[int], audited: int) -> float:
    """About what the overall difference is after a fair draw: from the mean of q, worked out group by group.

    `groups`: how many files each has. Nought where all files were audited.
    """
    if not audited:
        return 0.0
    q = math.fsum(
        chance * (n / audited - group / files) ** 2 / (2 * (n / audited + group / files))
        for group in groups
        if group
        for n, chance in fair_draws(files, group, audited)
    )
    return 2 * math.sqrt(q / (1 - q)) if q < 1 else math.inf


def fair_draws(files: int, group: int, audited: int) -> Iterator[tuple[int, float]]:
    """How many of a group a fair draw of `audited` out of `files` finds, and how often (hypergeometric)."""
    whole = log_ways(files, audited)
    for n in range(max(0, audited + group - files), min(group, audited) + 1):
        ways = log_ways(group, n) + log_ways(files - group, audited - n)
        yield n, math.exp(ways - whole)


def chance_of(files: int, group: int, audited: int, found: int) -> float:
    """How often a fair draw finds so few of a group or fewer; so many or more, where it is above what is expected."""
    few = found * files <= audited * group
    return math.fsum(
        chance
        for n, chance in fair_draws(files, group, audited)
        if (n <= found if few else n >= found)
    )


def log_ways(n: int, k: int) -> float:
    """The logarithm of how many ways there are to choose k out of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@dataclass(frozen=True)
class Group:
    """One group of files: how many are open and how many of them were audited, out of how many in all."""

    name: str
    open: int
    audited: int
    all_open: int
    all_audited: int

    def __post_init__(self) -> None:
        if not 0 <= self.audited <= self.open:
            raise ValueError(f"{self.audited} of {self.open} files cannot have been audited")

    @property
    def open_share(self) -> float:
        """The group's part of the caseload."""
        return self.open / self.all_open

    @property
    def audited_share(self) -> float | None:
        """The group's part of the audited files; none where nothing was audited."""
        return self.audited / self.all_audited if self.all_audited else None

    @property
    def points(self) -> float | None:
        """By how many percentage points the audited files differ from the caseload."""
        share = self.audited_share
        return None if share is None else 100 * (share - self.open_share)

    @property
    def difference(self) -> float | None:
        """The standardised difference."""
        share = self.audited_share
        return None if share is None else standardised_difference(share, self.open_share)

    @property
    def words(self) -> tuple[str, str, str, str]:
        """Both shares, the difference in points and the standardised difference, as they are shown."""
        return (
            percent(self.open_share),
            percent(self.audited_share),
            signed(self.points, 1),
            signed(self.difference, 2),
        )

    @property
    def coverage(self) -> float:
        """The part of the group's files that was audited at least once."""
        return self.audited / self.open if self.open else 0.0

    @cached_property
    def verdict(self) -> Verdict:
        """What the difference means; nothing is said where a fair draw could as well have given it."""
        if self.difference is None:
            return Verdict.NONE_AUDITED
        if abs(self.difference) < MATTERS:
            return Verdict.EXPECTED if self.enough else Verdict.TOO_FEW
        if chance_of(self.all_open, self.open, self.all_audited, self.audited) > CHANCE:
            return Verdict.TOO_FEW
        return Verdict.FEWER if self.difference < 0 else Verdict.MORE

    @property
    def stands_out(self) -> bool:
        """Whether there are clearly fewer or more audited files than a fair draw would give."""
        return self.verdict in {Verdict.FEWER, Verdict.MORE}

    @property
    def enough(self) -> bool:
        """Whether a small difference says anything: five files or more expected on either side, or nothing left out."""
        if self.all_audited == self.all_open or self.open == self.all_open:
            return True
        inside = self.all_audited * self.open_share
        return min(inside, self.all_audited - inside) >= LEAST_EXPECTED


@dataclass(frozen=True)
class Comparison:
    """All groups of one characteristic: audited files against the caseload that they are part of."""

    groups: tuple[Group, ...]

    @property
    def open(self) -> int:
        """How many files are in the caseload."""
        return sum(group.open for group in self.groups)

    @property
    def audited(self) -> int:
        """How many of them were audited at least once."""
        return sum(group.audited for group in self.groups)

    @property
    def overall(self) -> float | None:
        """One standardised difference for all groups; none where nothing was audited."""
        if not self.audited:
            return None
        shares = [group.audited_share or 0.0 for group in self.groups]
        return overall_difference(shares, [group.open_share for group in self.groups])

    @cached_property
    def by_chance(self) -> float:
        """About what a fair draw of as many files gives."""
        return by_chance(self.open, (group.open for group in self.groups), self.audited)

    @property
    def flagged(self) -> tuple[Group, ...]:
        """The groups that stand out."""
        return tuple(group for group in self.groups if group.stands_out)


def compare(rows: Iterable[tuple[str, int, int]]) -> Comparison:
    """A comparison from each group's name, open files and audited files; groups without files are left out."""
    found = [row for row in rows if row[1] or row[2]]
    all_open = sum(count for _, count, _ in found)
    all_audited = sum(count for _, _, count in found)
    return Comparison(tuple(Group(*row, all_open, all_audited) for row in found))


def ordered(names: Collection[str], order: Sequence[str] = (), last: str = "") -> list[str]:
    """Names in a given order, the others by the alphabet after them, and what is not known at the end."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(
        names, key=lambda name: (name == last, places.get(name, len(places)), name.casefold())
    )


def signed(value: float | None, places: int) -> str:
    """A difference with its sign, +1.2 or −1.2; nought has none, and a dash stands for no difference known."""
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    rounded = round(value, places)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):.{places}f}"


def percent(share: float | None) -> str:
    """12.3%; a dash where there is no share."""
    return "–" if share is None else f"{100 * share:.1f}%"
