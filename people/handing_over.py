"""What somebody who leaves has open, and how it is handed to others. Each room registers its kinds of work.

Nobody above the rooms reads the work itself: a kind is counted, and handed over by the room's own services,
whose rules on recusal and conflict hold as ever.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied

from core.moves import Refused

# For whoever hands something over from which the rules on recusal keep them.
NOT_YOURS = "You have a part in it yourself, or it is closed to you. Somebody else hands it over."


@dataclass(frozen=True)
class Outcome:
    """What came of handing over one kind: how many were given, and why how many others were not."""

    given: int = 0
    left: Mapping[str, int] = field(default_factory=dict)


class Hand(Protocol):
    """Gives everything of a kind that one person has open to another."""

    def __call__(self, person: Any, to: Any, *, by: Any, at: datetime) -> Outcome:
        """Those that cannot be given stay, with the reason."""


@dataclass(frozen=True)
class Kind:
    """One kind of open work: its words, how to count it, and how to hand it over.

    `find` gives how many each of these people has open on a day. A kind without `hand` is only listed:
    `why` says what becomes of it. `page` names the route where the QA team sees to it.
    """

    name: str
    one: str
    many: str
    find: Callable[[Collection[int], date], Mapping[int, int]]
    hand: Hand | None = None
    why: str = ""
    page: str = ""

    def words(self, number: int) -> str:
        """Three actions to do, one action to do."""
        return f"{number} {self.one if number == 1 else self.many}"


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of work; a name stands for one kind only."""
    if KINDS.get(kind.name, kind) != kind:
        raise ValueError(f"There are two kinds of work called {kind.name}.")
    KINDS[kind.name] = kind
    return kind


def each(items: Collection[Any], give: Callable[[Any], object]) -> Outcome:
    """Give several things one by one; a refusal leaves its thing where it is, and is counted with its words.

    So is what `give` may not touch: somebody still leaves when one thing is kept from who lets them. `give` is a
    service with a transaction of its own, outside of which its lines in the trail stay.
    """
    given, left = 0, dict[str, int]()
    for one in items:
        try:
            give(one)
        except (Refused, PermissionDenied) as no:
            words = NOT_YOURS
            if isinstance(no, Refused):
                words = " ".join(no.problems or (str(no),))
            left[words] = left.get(words, 0) + 1
        else:
            given += 1
    return Outcome(given, left)
