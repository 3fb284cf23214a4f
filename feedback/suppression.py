"""Which totals of an anonymous instrument may be shown (D-G3, J-49). Plain: counts in, what is withheld out.

A group with fewer answers than the instrument's smallest group is withheld. What is withheld could still be worked
out as the total less the groups that are shown, so that further groups, the smallest first, are withheld with it
until that difference is itself a group that may be shown (complementary suppression; Willenborg and de Waal,
Elements of Statistical Disclosure Control, 2001, chapter 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True)
class Shown:
    """What may be shown: the total or not, and the groups that may not."""

    total: bool
    withheld: frozenset[str]

    def shows(self, group: str) -> bool:
        """Whether a group may be shown."""
        return self.total and group not in self.withheld


def shown_of(counts: Mapping[str, int], smallest: int = SMALLEST) -> Shown:
    """What may be shown of groups that are each part of one total; `counts`: answers in each, from 0.

    A group that nobody is in is withheld too: that nobody of a group answered is not for everybody to read.
    Raises ValueError for a count below 0 or a smallest group below 1.
    """
    if smallest < 1 or any(count < 0 for count in counts.values()):
        raise ValueError("counts are from 0, the smallest group from 1")
    if sum(counts.values()) < smallest:
        return Shown(total=False, withheld=frozenset(counts))
    withheld = {group for group, count in counts.items() if count < smallest}
    rest = sorted((group for group in counts if group not in withheld), key=lambda one: counts[one])
    while 0 < sum(counts[group] for group in withheld) < smallest:
        withheld.add(rest.pop(0))
    return Shown(total=True, withheld=frozenset(withheld))
