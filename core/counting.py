"""What the menu counts for a person."""

from typing import Any

from core.counts import COUNTS
from core.models import Notice


def unread(user: Any) -> int:
    """How many messages this person has not read."""
    return Notice.objects.visible_to(user).filter(read_at=None).count()


COUNTS["messages"] = unread
