"""What the programme does by itself."""

from datetime import datetime

from django.utils import timezone

from core.jobs import Job, Monthly, Step, register
from programme.services import year


def open_month(at: datetime, step: Step) -> int:
    """Make the slots of the month that runs, in every council whose year is open (B7-3)."""
    return year.open_month(on=timezone.localdate(at), at=at)


register(Job("open-month", "Open the month's slots", Monthly(1, 5), open_month, queue="jobs"))
