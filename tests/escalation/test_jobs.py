"""The daily run: its parts one after the other, also where one fails."""

import pytest

from core.running import Lost
from escalation import jobs
from tests.programme.scenes import moment

AT = moment(2026, 5, 7, 6)


def bad(at, step):
    step(2)
    raise ValueError("no")


def five(at, step):
    return 5


def lost(at, step):
    raise Lost


@pytest.fixture
def parts(monkeypatch):
    """What the daily run does after the chaser; gives the chaser's place."""

    def tells(at, step):
        step(1)
        return 1

    monkeypatch.setattr(jobs, "join_holders", tells)
    monkeypatch.setattr(jobs, "prompt_officers", tells)
    monkeypatch.setattr(jobs, "prompt_successors", lambda at, step: 0)
    return lambda work: monkeypatch.setattr(jobs, "chase", work)


def test_officers_are_told_also_where_chasing_failed(parts):
    parts(bad)
    so_far = []

    with pytest.raises(ValueError, match="no"):
        jobs.chase_daily(AT, so_far.append)

    assert so_far == [2, 3, 4]


def test_what_is_done_is_counted_over_all_parts(parts):
    parts(five)

    assert jobs.chase_daily(AT, lambda done: None) == 7


def test_a_run_that_is_lost_does_no_more(parts):
    parts(lost)
    so_far = []

    with pytest.raises(Lost):
        jobs.chase_daily(AT, so_far.append)

    assert so_far == []
