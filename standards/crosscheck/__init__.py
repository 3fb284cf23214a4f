"""What a framework's file refers to must be there, once, and fit: checks across a well-shaped document.

Each check yields places and sentences; a place is a path such as ("tools", 0, "code").
"""

from standards.crosscheck import forms, rules
from standards.crosscheck.references import Document, Place

__all__ = ["faults"]


def faults(document: Document) -> list[tuple[Place, str]]:
    """Every cross-reference that fails."""
    return [fault for check in (*rules.CHECKS, *forms.CHECKS) for fault in check(document)]
