"""What could not be made and waits for somebody, for the page of jobs. A room that has such things says so here."""

from collections.abc import Callable, Iterable
from typing import Any

# For a person: the words of each thing that failed, and the page where it is tried again.
TROUBLES: list[Callable[[Any], Iterable[tuple[str, str]]]] = []


def troubles_for(user: Any) -> list[tuple[str, str]]:
    """Everything that failed and that this person can see to."""
    return [one for room in TROUBLES for one in room(user)]
