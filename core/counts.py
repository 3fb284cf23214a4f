"""Numbers beside the menu. A room that has something waiting for people says here how to count it."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from core.prepared import COUNCIL, USER, Text, ask, text_of


@dataclass(frozen=True)
class Count:
    """How the things that wait for a person are counted.

    `kind` says which of the room's questions is theirs by the posts they hold, and None where nothing can wait for
    them; `rows` gives the things for that kind, with `USER` and `COUNCIL` for the person and their council. Where the
    question only says that there may be something, `exactly` counts what is theirs of it.
    """

    kind: Callable[[Any], Hashable]
    rows: Callable[[Any], Any]
    exactly: Callable[[Any], int] | None = None


# The route's name, and how its things are counted.
COUNTS: dict[str, Count] = {}
# The text of the query for each choice of kinds, as asked by this process; there are few.
_kept: dict[tuple[tuple[str, Hashable], ...], Text] = {}


def waiting_for(user: Any, name: str) -> int:
    """How many things wait for a person on one page of the menu; nothing is asked for a page without a count."""
    return waiting(user, [name]).get(name, 0)


def waiting(user: Any, names: Iterable[str]) -> dict[str, int]:
    """How many things wait for a person on pages of the menu, by the page's name; one query for all of them."""
    kinds = tuple((name, COUNTS[name].kind(user)) for name in names if name in COUNTS)
    kinds = tuple((name, kind) for name, kind in kinds if kind is not None)
    if not kinds:
        return {}
    if kinds not in _kept:
        _kept[kinds] = together(kinds)
    found = ask(_kept[kinds], {USER: user.pk, COUNCIL: user.council_id})
    counts = dict(zip((name for name, _ in kinds), found[0], strict=True))
    return {name: exact(name, user, number) for name, number in counts.items()}


def together(kinds: Iterable[tuple[str, Hashable]]) -> Text:
    """One query for the counts of several pages."""
    parts: list[str] = []
    given: list[Any] = []
    for name, kind in kinds:
        sql, values = text_of(COUNTS[name].rows(kind).order_by().values("pk"))
        # Both texts are Django's own; what a person typed is in neither.
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS waiting)" if sql else "0")  # noqa: S608 - see above
        given += values
    return f"SELECT {', '.join(parts)}", tuple(given)


def exact(name: str, user: Any, number: int) -> int:
    """How many of a page's things are this person's, where some may be."""
    count = COUNTS[name].exactly
    return count(user) if count and number else number
