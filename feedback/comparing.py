"""The family's view beside the auditor's rating and the practitioner's own (issue 7; reports T6). Plain.

All three are whole numbers on one 0 to 10 scale; a scale with other ends is not compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

# From here on two views of one thing are said to differ.
WIDE = 3.0


@dataclass(frozen=True)
class Item:
    """One statement, and the questions of the audit that ask for the same."""

    code: str
    label: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One statement as the family sees it, and the same as auditor and practitioner rate it; None where nobody did."""

    label: str
    family: float | None
    families: int
    auditor: float | None
    practitioner: float | None

    @property
    def gap(self) -> float | None:
        """The auditor's rating less the family's; None where one of them is missing."""
        return rounded_gap(self.auditor, self.family)

    @property
    def own_gap(self) -> float | None:
        """The practitioner's rating less the family's."""
        return rounded_gap(self.practitioner, self.family)

    @property
    def wide(self) -> bool:
        """Whether either differs from the family's by three points or more."""
        return any(gap is not None and abs(gap) >= WIDE for gap in (self.gap, self.own_gap))


def rounded_gap(one: float | None, family: float | None) -> float | None:
    """The difference to one decimal."""
    return None if one is None or family is None else round(one - family, 1)


def mean(values: Sequence[float]) -> float | None:
    """The mean to one decimal; None of nothing. 0 is a value."""
    return round(fmean(values), 1) if values else None


def rows(
    items: Sequence[Item],
    families: Sequence[Mapping[str, int]],
    auditor: Mapping[str, int],
    practitioner: Mapping[str, int],
) -> tuple[Row, ...]:
    """One row for each statement, in order. `families`: each relative's answers by the statement's code; the ratings by
    the question's code. Several relatives, and several questions beside one statement, give their mean.
    """
    made = []
    for item in items:
        said = [one[item.code] for one in families if item.code in one]
        rated, own = (
            [ratings[code] for code in item.beside if code in ratings]
            for ratings in (auditor, practitioner)
        )
        made.append(Row(item.label, mean(said), len(said), mean(rated), mean(own)))
    return tuple(made)


def whole(found: Sequence[Row]) -> Row:
    """All statements together, each mean over the same ones: those that all three have rated; else the family and the
    auditor, else the family and the practitioner, else the family alone.
    """
    said = [row for row in found if row.family is not None]
    audited = [row for row in said if row.auditor is not None]
    own = [row for row in said if row.practitioner is not None]
    same = [row for row in audited if row in own] or audited or own or said
    return Row(
        "All together",
        mean([row.family for row in same if row.family is not None]),
        max((row.families for row in same), default=0),
        mean([row.auditor for row in same if row.auditor is not None]),
        mean([row.practitioner for row in same if row.practitioner is not None]),
    )
