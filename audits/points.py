"""What follows a return or a reopening in the rooms above, and what these rooms ask people to do.

Each room puts its step here when it starts; it is called in the same transaction, so that both happen or neither.
"""

from collections.abc import Callable
from typing import Any

# Called with the audit, and with `by` and `at` by name.
AFTER_RETURN: list[Callable[..., Any]] = []
AFTER_REOPEN: list[Callable[..., Any]] = []
# Called with a person and a day: the tasks (audits.selectors.Task) that a room above has for them.
TASKS: list[Callable[..., Any]] = []
# Called with an audit: a condition for the further actions that rooms above raised about it.
ACTIONS: list[Callable[..., Any]] = []
# Called with a queryset of actions: the ids of the audits about which rooms above raised them.
ABOUT: list[Callable[..., Any]] = []


def follow(steps: list[Callable[..., Any]], audit: Any, *, by: Any, at: Any) -> None:
    """Take every step that follows."""
    for step in steps:
        step(audit, by=by, at=at)
