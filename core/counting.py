"""What the menu counts for a person."""

from core.counts import COUNTS, Count
from core.models import Notice
from core.prepared import USER

COUNTS["messages"] = Count(
    kind=lambda user: "unread",
    rows=lambda kind: Notice.objects.visible_to(USER).filter(read_at=None),
)
