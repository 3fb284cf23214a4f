"""What the test clock's page shows besides messages. A room above whose jobs make something says here how to list it."""

from collections.abc import Callable, Iterable
from datetime import datetime

# A heading, and the lines of one council for what was made from one moment of the clock to another; no names.
FIRED: dict[str, Callable[[int | None, datetime, datetime], Iterable[str]]] = {}
