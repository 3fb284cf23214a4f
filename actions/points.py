"""What rooms above say about actions: where the thing is that raised one, and which actions are kept from whom.

Each room puts its answers here when it starts.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from core.prepared import USER, Text, ask, text_of

# By the kind of source: the address of what raised an action, for a person; empty where they may not open it.
PLACES: dict[str, Callable[[int, Any], str]] = {}
# The actions that must not be shown to a person now, unless they are theirs to do: a condition on Action that uses
# the person or their id in queries only, and decides nothing from them: it is also built once for everybody.
HIDDEN: list[Callable[[Any], Q]] = []
# The query for the actions that rooms keep from a person, as this process asks it; built once for its rooms.
_kept: dict[tuple[Callable[[Any], Q], ...], Text] = {}
# The kinds of action that stand for something with a page of its own in a room above: they are finished there.
BY_ROOM: set[str] = set()


def place_of(source: str, source_id: int, user: Any) -> str:
    """The address of what raised an action, for this person."""
    find = PLACES.get(source)
    return find(source_id, user) if find else ""


def hidden_from(user: Any) -> Q:
    """The actions that are kept from a person, and those that a look at their impact raised."""
    found = Q(pk__in=[])
    for room in HIDDEN:
        found |= room(user)
    hidden = apps.get_model("actions", "Action").objects.filter(found)
    # Asked of one action at a time, so that no query looks through every action ever made.
    looked = Q(source="impact") & Exists(hidden.filter(pk=OuterRef("source_id")))
    replaced = Q(instead_of__isnull=False) & Exists(hidden.filter(pk=OuterRef("instead_of")))
    return found | looked | replaced


def kept_ids(user: Any) -> list[int]:
    """The ids of the actions that are kept from a person now, for a page that asks for them many times.

    Each condition of a room is its own part of the query, so that each is found by its index.
    """
    rows = apps.get_model("actions", "Action").objects.order_by()
    rooms = tuple(HIDDEN)
    if rooms not in _kept:
        conditions = [one for room in rooms for one in alternatives(room(USER))]
        parts: list[Any] = [rows.filter(one).values_list("pk") for one in conditions]
        parts = parts or [rows.none()]
        _kept[rooms] = text_of(parts[0].union(*parts[1:]))
    found = {pk for (pk,) in ask(_kept[rooms], {USER: user.pk})}
    if not found:
        return []
    more = rows.filter(Q(source="impact", source_id__in=found) | Q(instead_of__in=found))
    return sorted(found.union(more.values_list("pk", flat=True)))


def alternatives(condition: Q) -> Iterator[Q]:
    """The parts of a condition of which one is enough."""
    if condition.connector != Q.OR or condition.negated:
        yield condition
        return
    for part in condition.children:
        yield from alternatives(part if isinstance(part, Q) else Q(part))
