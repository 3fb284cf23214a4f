import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from core import clock
from tools import checks
from tools.paths import ROOT


@pytest.fixture
def at(monkeypatch):
    """Sets the computer's own clock to a moment."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # winter: London is at UTC
        (datetime(2026, 1, 5, 23, 59, 59, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 6, 0, 0, tzinfo=UTC), date(2026, 1, 6)),
        # summer: London is an hour ahead
        (datetime(2026, 5, 4, 22, 59, 59, tzinfo=UTC), date(2026, 5, 4)),
        (datetime(2026, 5, 4, 23, 0, tzinfo=UTC), date(2026, 5, 5)),
        # the clocks go forward on 29 March 2026 and back on 25 October 2026
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 0, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 59, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_today_is_the_day_in_london(at, moment, day):
    at(moment)

    assert (clock.now(), clock.today()) == (moment, day)


@pytest.mark.parametrize(
    ("test_clock", "first"),
    [
        ("2026-05-04T09:00", datetime(2026, 5, 4, 8, 0, tzinfo=UTC)),
        ("2026-12-04T09:00", datetime(2026, 12, 4, 9, 0, tzinfo=UTC)),
        ("2026-05-04T09:00+00:00", datetime(2026, 5, 4, 9, 0, tzinfo=UTC)),
        # half past one comes twice on 25 October, and not at all on 29 March
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29T01:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_test_clock_is_london_time_and_runs_on(settings, monkeypatch, at, test_clock, first):
    started = datetime(2030, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "_started", started)
    settings.TEST_CLOCK = datetime.fromisoformat(test_clock)

    at(started)
    assert clock.now() == first
    at(started + timedelta(hours=36))
    assert clock.now() == first + timedelta(hours=36)


def test_a_test_clock_passes_midnight(settings, monkeypatch, at):
    started = datetime(2030, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "_started", started)
    settings.TEST_CLOCK = datetime(2026, 10, 24, 23, 59)

    at(started)
    assert clock.today() == date(2026, 10, 24)
    at(started + timedelta(minutes=1))
    assert clock.today() == date(2026, 10, 25)


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("QA_TEST_CLOCK", "", ""),
        ("QA_TEST_CLOCK", "2026-05-04T09:00", "QA_TEST_CLOCK must not be set"),
        ("QA_TEST_CLOCK_MOVABLE", "0", ""),
        ("QA_TEST_CLOCK_MOVABLE", "1", "QA_TEST_CLOCK_MOVABLE must be off"),
    ],
)
def test_production_refuses_a_test_clock(name, value, refused):
    done = subprocess.run(
        [sys.executable, "-c", "import qaframework.settings"],
        cwd=ROOT,
        env={**checks.production(), name: value},
        text=True,
        capture_output=True,
        check=False,
    )

    assert done.returncode == (1 if refused else 0)
    assert refused in done.stderr
