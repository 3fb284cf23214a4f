"""What the page of the test clock shows of the ladders: each step that was taken, without names (T-1)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from core.fired import FIRED
from escalation.models import Escalation

MOST = 200


def steps_taken(council_id: int | None, since: datetime, until: datetime) -> Iterator[str]:
    """The steps of one council between two moments, in the order in which they were planned."""
    rows = Escalation.objects.filter(council=council_id, fired_at__range=(since, until))
    for row in rows.order_by("planned_at", "pk")[:MOST]:
        planned = timezone.localtime(row.planned_at)
        yield f"{row.item}: {row.title} (planned for {planned:%-d %B %Y at %H:%M})"


FIRED["Steps about what is late"] = steps_taken
