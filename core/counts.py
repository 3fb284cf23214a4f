"""Numbers beside the menu. A room that has something waiting for people says here how to count it."""

from collections.abc import Callable
from typing import Any

# The route's name, and how many of its things wait for a person.
COUNTS: dict[str, Callable[[Any], int]] = {}


def waiting_for(user: Any, name: str) -> int:
    """How many things wait for a person on one page of the menu; nothing is asked for a page without a count."""
    count = COUNTS.get(name)
    return count(user) if count else 0
