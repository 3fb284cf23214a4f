"""Sums that are kept beside the rows that they count: each room says here how its own are held against a count made anew.

What is told of a sum that differs is where it differs and by how much: no word that a person wrote.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, order=True)
class Difference:
    """How many sums of one kind differ for a council; what a count of the rows gives for them, and what is kept."""

    council_id: int
    key: str
    sums: int
    counted: int
    kept: int


@dataclass(frozen=True)
class Summary:
    """One table of sums: `differences` counts the rows anew in one statement; `mend` makes the sums equal to the rows, and

    says how many were wrong.
    """

    differences: Callable[[], Iterable[Difference]]
    mend: Callable[[], int]


# By the name of the table of sums.
SUMMARIES: dict[str, Summary] = {}


def find() -> dict[str, Summary]:
    """Every table of sums that a room keeps."""
    autodiscover_modules("summing")
    return dict(sorted(SUMMARIES.items()))
