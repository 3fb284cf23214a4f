"""What rooms above say about actions: where the thing is that raised one, and which actions are kept from whom.

Each room puts its answers here when it starts.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Q

# By the kind of source: the address of what raised an action, for a person; empty where they may not open it.
PLACES: dict[str, Callable[[int, Any], str]] = {}
# The actions that must not be shown to a person now, unless they are theirs to do: a condition on Action.
HIDDEN: list[Callable[[Any], Q]] = []
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
    hidden = apps.get_model("actions", "Action").objects.filter(found).values("pk")
    return found | Q(source="impact", source_id__in=hidden) | Q(instead_of__in=hidden)
