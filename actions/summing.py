"""How the sums beside the tracker are held against the actions."""

from collections.abc import Iterator
from itertools import groupby

from actions.sums import differences, mend
from core.summaries import SUMMARIES, Difference, Summary


def found() -> Iterator[Difference]:
    """The sums that are not what a count of the actions gives, by council and what they are of."""
    rows = sorted((row[0], row[1], row[-2], row[-1]) for row in differences())
    for (council, of), some in groupby(rows, key=lambda row: row[:2]):
        numbers = [(counted, kept) for _, _, counted, kept in some]
        counted, kept = (sum(one[at] for one in numbers) for at in (0, 1))
        yield Difference(council, of, len(numbers), counted, kept)


SUMMARIES["tracker"] = Summary(found, mend)
