"""Whether a worker keeps time; said to the QA team when none has for a while."""

from datetime import datetime, timedelta

from django.utils import timezone

from core.models import Heartbeat

SILENT = timedelta(minutes=10)


def last_heard() -> str:
    """Since when no worker has run, in words; nothing while one does. By the computer's own clock."""
    now = timezone.now()
    at = Heartbeat.objects.filter(pk=1).values_list("at", flat=True).first()
    if at is None:
        return "The worker has never run."
    return f"The worker has not run since {words(at, now)}." if now - at > SILENT else ""


def words(at: datetime, now: datetime) -> str:
    """A moment as somebody says it: 06:00 today, 06:00 yesterday, 4 May 2026 at 06:00."""
    there, here = timezone.localtime(at), timezone.localtime(now)
    days = (here.date() - there.date()).days
    if days in (0, 1):
        return f"{there:%H:%M} {'yesterday' if days else 'today'}"
    return f"{there:%-d %B %Y} at {there:%H:%M}"
