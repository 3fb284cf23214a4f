"""What of the trail belongs to one case: each room says which of its things hang on a case, and how they are called.

A room fills `TRACED` in its `tracing.py`; the search of the trail, the count of what somebody has read and the
lines about refused pages read it. Nothing here holds a name: a reference is a number that people say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet


@dataclass(frozen=True)
class Traced:
    """One kind of thing in the trail.

    `label` is the model's; `words` what people call one; `under` the beginning of its pages' routes, up to the
    id, so that a refused or missing page is about the thing too. `of_cases` gives the ids of all that hang on
    some cases; `references` gives, for ids and a council, the number by which each of that council's is known and no name; `by_key` gives the id
    of one whose address holds a key instead.
    """

    label: str
    words: str
    under: tuple[str, ...] = ()
    of_cases: Callable[[Iterable[int]], Iterable[int]] | None = None
    references: Callable[[Iterable[int], int | None], dict[int, str]] | None = None
    by_key: Callable[[UUID], int | None] | None = None


TRACED: dict[str, Traced] = {}
# From who looks and what they typed (a case number, an audit's reference) to the ids of cases that they may find.
CASE_FINDERS: list[Callable[[Any, str], Iterable[int]]] = []
# Subjects without an id that tell too much by themselves: nobody is shown who went to raise a concern (H-12).
UNSHOWN: set[str] = set()
# Which lines rooms keep from somebody who reads the trail: by label, the ids that this person may not know of.
KEPT_FROM: dict[str, Callable[[Any], QuerySet[Any]]] = {}


def trace(thing: Traced) -> Traced:
    """Put one kind of thing where the trail finds it; a label stands for one kind only."""
    if TRACED.get(thing.label, thing).words != thing.words:
        raise ValueError(f"{thing.label} is traced twice.")
    TRACED[thing.label] = thing
    return thing


def label_of(route: str) -> str:
    """The label of the thing that a page's route names by id, by the longest beginning; nothing where none is known."""
    found = [
        (len(start), thing.label)
        for thing in TRACED.values()
        for start in thing.under
        if route.startswith(start)
    ]
    return max(found)[1] if found else ""


def found_cases(reader: Any, typed: str) -> set[int]:
    """The cases that a number or a reference means, of those that this person may find."""
    return {pk for find in CASE_FINDERS for pk in find(reader, typed)}


def case_linked() -> list[str]:
    """The labels of what hangs on a case."""
    return [thing.label for thing in TRACED.values() if thing.of_cases is not None]
