"""The one clock of the system (T-1). Views and tasks read it; rules get the moment as an argument."""

from datetime import UTC, date, datetime

from django.conf import settings
from django.utils import timezone

_started = timezone.now()


def now() -> datetime:
    """The present moment; in a demo with the test clock set, the time that runs on from it."""
    if settings.TEST_CLOCK is None:
        return timezone.now()
    start: datetime = settings.TEST_CLOCK
    if timezone.is_naive(start):
        start = timezone.make_aware(start)
    # In UTC, where an hour is an hour when the clocks change too.
    return start.astimezone(UTC) + (timezone.now() - _started)


def today() -> date:
    """The day in London at the present moment."""
    return timezone.localdate(now())
