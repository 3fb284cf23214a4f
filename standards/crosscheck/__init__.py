"""What a framework's file refers to must be there, once, and fit: checks across a well-shaped document.

Each check yields places and sentences; a place is a path such as ("tools", 0, "code").
"""

from standards.crosscheck import (
    following,
    forms,
    groups,
    instruments,
    ladders,
    moderation,
    people,
    rules,
    warnings,
)
from standards.crosscheck.references import Document, Place

__all__ = ["faults", "warned"]

CHECKS = (
    *rules.CHECKS,
    *people.CHECKS,
    *groups.CHECKS,
    *instruments.CHECKS,
    *ladders.CHECKS,
    *following.CHECKS,
    *moderation.CHECKS,
    *forms.CHECKS,
    *warnings.CHECKS,
)


def faults(document: Document) -> list[tuple[Place, str]]:
    """Every cross-reference that fails."""
    return [fault for check in CHECKS for fault in check(document)]


def warned(document: Document) -> list[tuple[str, Place, str]]:
    """Everything that is allowed and looks like an oversight, in a document without faults."""
    return [one for check in warnings.WARNINGS for one in check(document)]
