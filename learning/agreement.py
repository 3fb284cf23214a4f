"""Whether two people who coded the same texts without seeing each other's codes agree. Plain.

For each theme Cohen's kappa (1960, Educ. Psychol. Meas. 20:37-46) of “bears it” or not, with the 95 % interval of
`moderation.agreement`; over all texts the mean overlap of their codes (Jaccard 1912: shared codes over all codes given).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from moderation.agreement import AGREEMENT_MINIMUM, FoundAgreement, Pair, kappa

Codes = frozenset[Hashable]


@dataclass(frozen=True)
class Table:
    """One theme: how many texts both gave it, only the one, only the other, neither; and kappa, or why there is none."""

    theme: Hashable
    both: int
    first_only: int
    second_only: int
    neither: int
    kappa: FoundAgreement

    @property
    def given(self) -> int:
        """How many texts somebody gave the theme."""
        return self.both + self.first_only + self.second_only


def tables(
    first: Sequence[Codes],
    second: Sequence[Codes],
    *,
    minimum: int = AGREEMENT_MINIMUM,
) -> list[Table]:
    """Each theme that somebody gave, the most often given first. Raises ValueError where the texts are not the same."""
    if len(first) != len(second):
        raise ValueError("The two have not coded the same texts.")
    themes = set().union(*first, *second)
    found = []
    for theme in themes:
        pairs = [(theme in one, theme in other) for one, other in zip(first, second, strict=True)]
        ranks = [Pair(int(one) + 1, int(other) + 1) for one, other in pairs]
        found.append(
            Table(
                theme,
                pairs.count((True, True)),
                pairs.count((True, False)),
                pairs.count((False, True)),
                pairs.count((False, False)),
                kappa(ranks, 2, minimum=minimum),
            )
        )
    return sorted(found, key=lambda one: (-one.given, str(one.theme)))


def overlap(one: Codes, other: Codes) -> float:
    """Shared codes over all codes given; 1 where neither gave any, as then they agree that there is nothing to code."""
    return len(one & other) / len(one | other) if one | other else 1.0


def mean_overlap(first: Sequence[Codes], second: Sequence[Codes]) -> float | None:
    """The mean overlap over all texts; None without any."""
    found = [overlap(one, other) for one, other in zip(first, second, strict=True)]
    return sum(found) / len(found) if found else None
