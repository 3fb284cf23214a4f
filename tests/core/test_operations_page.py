"""The page for whoever looks after the service names what really rings and runs, and when."""

import re

import pytest
from django.conf import settings

from core.jobs import JOBS, Daily, Every, Monthly
from tools.paths import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()
TIMETABLE = PAGE.partition("## The timetable")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| (.+?) \| (.+?) \|$", TIMETABLE, re.M)
JOB, TASK = re.compile(r"`([a-z-]+)`"), re.compile(r"`([a-z_]+\.tasks\.[a-z_]+)`")


def planned(when):
    """What the page's second column must say of a job."""
    match when:
        case Every(60):
            return ["every hour"]
        case Every(minutes):
            return [f"every {minutes} minutes"]
        case Daily(hour, minute):
            return ["daily", f"{hour:02}:{minute:02}"]
        case Monthly(1, hour, minute):
            return ["the 1st", f"{hour:02}:{minute:02}"]


def test_every_job_stands_on_the_page_once():
    named = [name for about, _ in ROWS for name in JOB.findall(about)]

    assert sorted(named) == sorted(JOBS)


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_stands_with_its_time(name):
    said = next(when for about, when in ROWS if name in JOB.findall(about))

    assert [words for words in planned(JOBS[name].when) if words not in said] == []


def test_every_bell_of_the_timetable_stands_on_the_page():
    named = [name for about, _ in ROWS for name in TASK.findall(about) if not JOB.search(about)]

    assert sorted(named) == sorted(one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values())
