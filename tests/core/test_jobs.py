"""When jobs come: London time, through both clock changes, and how many moments one run makes up for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jobs import JOBS, LONDON, Daily, Every, Job, Monthly, missed, register


def london(*parts):
    return datetime(*parts, tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("when", "at", "last", "next_"),
    [
        (Every(5), (2026, 5, 4, 9, 0), (2026, 5, 4, 9, 0), (2026, 5, 4, 9, 5)),
        (Every(5), (2026, 5, 4, 9, 4, 59), (2026, 5, 4, 9, 0), (2026, 5, 4, 9, 5)),
        (Every(60), (2026, 5, 4, 0, 30), (2026, 5, 4, 0, 0), (2026, 5, 4, 1, 0)),
        (Daily(6), (2026, 5, 4, 6, 0), (2026, 5, 4, 6, 0), (2026, 5, 5, 6, 0)),
        (Daily(6), (2026, 5, 4, 5, 59, 59), (2026, 5, 3, 6, 0), (2026, 5, 4, 6, 0)),
        (Daily(4, 30), (2026, 1, 1, 0, 0), (2025, 12, 31, 4, 30), (2026, 1, 1, 4, 30)),
        # 29 March has 23 hours and no half past one, 25 October has 25 hours and two of them
        (Daily(6), (2026, 3, 29, 6, 0), (2026, 3, 29, 6, 0), (2026, 3, 30, 6, 0)),
        (Daily(6), (2026, 10, 25, 5, 59), (2026, 10, 24, 6, 0), (2026, 10, 25, 6, 0)),
        (Daily(1, 30), (2026, 3, 29, 3, 0), (2026, 3, 29, 2, 30), (2026, 3, 30, 1, 30)),
        (Daily(1, 30), (2026, 10, 25, 3, 0), (2026, 10, 25, 1, 30), (2026, 10, 26, 1, 30)),
        (Monthly(1, 5), (2026, 5, 1, 5, 0), (2026, 5, 1, 5, 0), (2026, 6, 1, 5, 0)),
        (Monthly(1, 5, 15), (2026, 5, 1, 5, 14), (2026, 4, 1, 5, 15), (2026, 5, 1, 5, 15)),
        (Monthly(28, 5), (2026, 3, 1, 0, 0), (2026, 2, 28, 5, 0), (2026, 3, 28, 5, 0)),
        (Monthly(1, 5), (2026, 12, 31, 23, 59), (2026, 12, 1, 5, 0), (2027, 1, 1, 5, 0)),
    ],
)
def test_a_job_comes_at_its_time_in_london(when, at, last, next_):
    assert (when.last(london(*at)), when.next(london(*at))) == (london(*last), london(*next_))


WHENS = st.sampled_from(
    [
        Every(5),
        Every(7),
        Every(60),
        Daily(0),
        Daily(1, 30),
        Daily(6),
        Monthly(1, 5),
        Monthly(28, 23),
    ]
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(WHENS, MOMENTS)
def test_planned_moments_follow_each_other_without_a_gap(when, at):
    last, next_ = when.last(at), when.next(at)

    assert last <= at < next_
    assert (when.last(last), when.last(next_), when.next(last)) == (last, next_, next_)
    assert when.last(next_ - timedelta(microseconds=1)) == last


@pytest.mark.parametrize(
    ("when", "since", "planned", "number"),
    [
        (Daily(6), (2026, 5, 4, 6), (2026, 5, 5, 6), 0),
        (Daily(6), (2026, 5, 4, 6), (2026, 5, 8, 6), 3),
        (Daily(6), (2026, 3, 28, 6), (2026, 3, 30, 6), 1),
        (Every(5), (2026, 5, 4, 6), (2026, 5, 4, 7), 11),
        (Monthly(1, 5), (2026, 1, 1, 5), (2026, 5, 1, 5), 3),
        (Daily(6), (2026, 5, 8, 6), (2026, 5, 4, 6), 0),
        (Every(1), (2020, 1, 1), (2026, 1, 1), 9_999),
    ],
)
def test_a_run_knows_how_many_it_makes_up_for(when, since, planned, number):
    assert missed(when, london(*since), london(*planned)) == number


@pytest.mark.parametrize("day", [0, 29, 31])
def test_a_monthly_job_needs_a_day_that_every_month_has(day):
    with pytest.raises(ValueError, match="days 1 to 28"):
        Monthly(day, 5)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (Every(5), "Every 5 minutes"),
        (Every(60), "Every hour"),
        (Daily(6), "Every day at 06:00"),
        (Monthly(1, 5, 15), "Day 1 of each month at 05:15"),
    ],
)
def test_how_often_is_said_in_words(when, words):
    assert when.words() == words


def test_a_name_stands_for_one_job_only():
    job = JOBS["morning-mail"]

    assert register(job) is job
    with pytest.raises(ValueError, match="two jobs"):
        register(Job("morning-mail", "Another", Daily(8), job.work))


def test_every_room_has_put_its_jobs_on_the_timetable():
    when = {name: job.when for name, job in JOBS.items()}

    assert (
        when
        | {
            "open-month": Monthly(1, 5),
            "moderation-rounds": Monthly(1, 5, 15),
            "end-sign-ins": Every(60),
            "morning-mail": Daily(7),
            "clear-runs": Daily(4, 30),
        }
        == when
    )
