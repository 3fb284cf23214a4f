"""The one clock of the system (T-1). Views and tasks read it; rules get the moment as an argument.

In a demo the QA team moves it in the browser (`core.moving`). Leases and tries of what works in the background
go by the computer's own clock.
"""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

LONDON = ZoneInfo(settings.TIME_ZONE)
_started = timezone.now()
# How far the clock has been moved, and until when this process need not ask again.
_shift = timedelta()
_good_until = 0.0


def now() -> datetime:
    """The present moment; in a demo or test with a clock of its own, that clock's."""
    if settings.TEST_CLOCK is None:
        return timezone.now() + shift()
    start: datetime = settings.TEST_CLOCK
    if timezone.is_naive(start):
        start = timezone.make_aware(start)
    # In UTC, where an hour is an hour when the clocks change too.
    return start.astimezone(UTC) + (timezone.now() - _started) + shift()


def today() -> date:
    """The day in London at the present moment."""
    return now().astimezone(LONDON).date()


def shift() -> timedelta:
    """How far the test clock has been moved; read from the database at most once a second."""
    global _shift, _good_until
    if not settings.TEST_CLOCK_MOVABLE:
        return timedelta()
    if time.monotonic() >= _good_until:
        try:
            rows = apps.get_model("core", "TestClock").objects.values_list("shift", flat=True)
            _shift = rows.first() or timedelta()
        except DatabaseError:
            return _shift
        _good_until = time.monotonic() + 1
    return _shift


def read_again() -> None:
    """Have the next look at the clock ask the database."""
    global _good_until
    _good_until = 0.0
