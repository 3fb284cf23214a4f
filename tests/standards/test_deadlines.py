"""When things are due and since when they are late: every unit, edges, and what holds for any day (T-1 to T-8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standards.deadlines import (
    LONDON,
    Due,
    deadline,
    due,
    months_after,
    morning_of,
    notice_by,
    shifted,
    window,
)
from standards.policy import Deadline, Duration
from standards.workdays import Calendar, is_working

JANUARY = date(2026, 1, 1)
MONTH = Duration(1, "months")
DUE = date(2026, 5, 5)
DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
UNITS = st.sampled_from(["hours", "days", "working_days", "weeks", "months"])


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("month", "due"),
    [
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 24), date(2026, 12, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_deadline_end_of_month_is_the_last_day_of_the_month_it_is_allotted_to(month, due):
    assert deadline(Deadline("end_of_month"), allocated_on=JANUARY, month=month) == due


@pytest.mark.parametrize(
    ("allocated_on", "n", "due"),
    [
        (date(2026, 3, 2), 4, date(2026, 3, 30)),
        (date(2026, 10, 24), 1, date(2026, 10, 31)),
        (date(2026, 12, 4), 4, date(2027, 1, 1)),
        (date(2028, 2, 1), 4, date(2028, 2, 29)),
    ],
)
def test_deadline_weeks_are_seven_calendar_days_each_and_never_moved(allocated_on, n, due):
    assert deadline(Deadline("weeks", n), allocated_on=allocated_on, month=JANUARY) == due


@pytest.mark.parametrize(
    ("allocated_on", "n", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 30), 1, date(2026, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 5, 4), 1, date(2026, 6, 4)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_deadline_months_keep_the_day_or_take_the_last_of_a_shorter_month(allocated_on, n, due):
    assert deadline(Deadline("months", n), allocated_on=allocated_on, month=JANUARY) == due


def test_deadline_audit_date_is_the_day_of_the_audit():
    due = deadline(
        Deadline("audit_date"), allocated_on=JANUARY, month=JANUARY, audit_on=date(2026, 5, 4)
    )

    assert due == date(2026, 5, 4)


def test_deadline_audit_date_without_a_day_says_what_is_missing():
    with pytest.raises(ValueError, match="Give that day"):
        deadline(Deadline("audit_date"), allocated_on=JANUARY, month=JANUARY)


def test_deadline_refuses_a_rule_it_does_not_know():
    with pytest.raises(ValueError, match="no deadline rule “fortnight”"):
        deadline(Deadline("fortnight"), allocated_on=JANUARY, month=JANUARY)


# --- notices, units --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audit_on", "notice", "by"),
    [
        (date(2026, 3, 31), MONTH, date(2026, 2, 27)),  # SC-14: 28 Feb is a Saturday
        (date(2026, 9, 14), MONTH, date(2026, 8, 14)),  # SC-14
        (date(2028, 3, 31), MONTH, date(2028, 2, 29)),  # a leap day
        (date(2026, 5, 3), MONTH, date(2026, 4, 2)),  # 3 April is Good Friday
        (date(2026, 5, 6), MONTH, date(2026, 4, 2)),  # Easter Monday, Sunday, Saturday, Good Friday
        (date(2026, 1, 28), MONTH, date(2025, 12, 24)),  # Sunday, Saturday, Boxing Day, Christmas
        (date(2026, 5, 26), Duration(2, "weeks"), date(2026, 5, 12)),
        (date(2026, 5, 26), Duration(5, "working_days"), date(2026, 5, 18)),
        (date(2026, 5, 26), Duration(1, "days"), date(2026, 5, 22)),  # a bank holiday, a weekend
        (date(2026, 5, 21), Duration(24, "hours"), date(2026, 5, 20)),
        (date(2026, 5, 21), Duration(25, "hours"), date(2026, 5, 19)),
        (date(2026, 5, 21), Duration(0, "days"), date(2026, 5, 21)),
    ],
)
def test_notice_is_counted_back_and_never_shorter_than_promised(audit_on, notice, by):
    assert notice_by(audit_on, notice) == by


def test_notice_moves_before_a_day_on_which_the_council_is_closed():
    assert notice_by(
        date(2026, 9, 14), MONTH, Calendar(closed=frozenset({date(2026, 8, 14)}))
    ) == date(2026, 8, 13)


def test_an_unknown_unit_of_time_is_a_fault():
    with pytest.raises(ValueError, match="fortnights"):
        shifted(DUE, Duration(1, "fortnights"))


@pytest.mark.parametrize(
    ("length", "day"),
    [
        (Duration(1, "days"), date(2026, 5, 6)),
        (Duration(48, "hours"), date(2026, 5, 7)),
        (Duration(2, "weeks"), date(2026, 5, 19)),
        (Duration(1, "months"), date(2026, 6, 5)),
        (Duration(14, "working_days"), date(2026, 5, 26)),  # 25 May is a bank holiday
    ],
)
def test_time_counts_forward_in_every_unit(length, day):
    assert shifted(DUE, length) == day


# --- limits from a moment ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "length", "on", "at"),
    [
        # SC-06: a Friday before Christmas, 24 hours run through the Saturday.
        (
            london(2026, 12, 18, 11, 30),
            Duration(24, "hours"),
            date(2026, 12, 19),
            london(2026, 12, 19, 11, 30),
        ),
        # The clocks go forward at 01:00 on 29 March 2026: 24 hours later stands an hour later on the wall.
        (
            london(2026, 3, 28, 12, 0),
            Duration(24, "hours"),
            date(2026, 3, 29),
            london(2026, 3, 29, 13, 0),
        ),
        # They go back at 02:00 on 25 October 2026.
        (
            london(2026, 10, 24, 12, 0),
            Duration(24, "hours"),
            date(2026, 10, 25),
            london(2026, 10, 25, 11, 0),
        ),
        (
            london(2026, 12, 31, 23, 30),
            Duration(1, "hours"),
            date(2027, 1, 1),
            london(2027, 1, 1, 0, 30),
        ),
        (
            london(2026, 5, 4, 9, 0),
            Duration(0, "hours"),
            date(2026, 5, 4),
            london(2026, 5, 4, 9, 0),
        ),
        # SC-04: over Christmas.
        (london(2026, 12, 24, 16, 0), Duration(5, "working_days"), date(2027, 1, 5), None),
        # SC-15: 25 May is a bank holiday.
        (london(2026, 5, 19, 10, 0), Duration(5, "working_days"), date(2026, 5, 27), None),
        (london(2026, 5, 19, 10, 0), MONTH, date(2026, 6, 19), None),
        # SC-21: a bank holiday, not moved.
        (london(2026, 4, 27, 10, 0), Duration(4, "weeks"), date(2026, 5, 25), None),
        # SC-08: an allocation, and its rungs from the deadline.
        (london(2026, 4, 7, 10, 0), Duration(4, "weeks"), date(2026, 5, 5), None),
        (london(2026, 5, 5, 12, 0), Duration(2, "days"), date(2026, 5, 7), None),
        # SC-10: weeks from an action's due date.
        (london(2026, 7, 31, 12, 0), Duration(12, "weeks"), date(2026, 10, 23), None),
        # J-84: three months from an authorisation, clamped.
        (london(2026, 11, 30, 12, 0), Duration(3, "months"), date(2027, 2, 28), None),
        # A day ends at midnight in London, not in Greenwich.
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), Duration(1, "days"), date(2026, 7, 2), None),
    ],
)
def test_a_limit_counts_from_its_moment(since, length, on, at):
    found = due(length, since)

    assert (found.on, found.at) == (on, at)


@pytest.mark.parametrize(
    ("found", "now", "late"),
    [
        (Due(date(2027, 1, 5)), london(2027, 1, 5, 23, 59), False),
        (Due(date(2027, 1, 5)), london(2027, 1, 6, 0, 0), True),  # SC-04
        (Due(date(2026, 6, 30)), datetime(2026, 6, 30, 22, 59, tzinfo=UTC), False),
        (Due(date(2026, 6, 30)), datetime(2026, 6, 30, 23, 0, tzinfo=UTC), True),
        (
            Due(date(2026, 12, 19), london(2026, 12, 19, 11, 30)),
            london(2026, 12, 19, 11, 30),
            False,
        ),
        (Due(date(2026, 12, 19), london(2026, 12, 19, 11, 30)), london(2026, 12, 19, 11, 31), True),
    ],
)
def test_it_is_late_after_its_moment_or_from_the_first_minute_of_the_next_day(found, now, late):
    assert found.late(now) is late


@pytest.mark.parametrize(
    ("on", "calendar", "badge"),
    [
        (date(2026, 5, 25), Calendar(), True),
        (date(2026, 5, 24), Calendar(), True),
        (date(2026, 5, 26), Calendar(), False),
        (date(2026, 5, 26), Calendar(closed=frozenset({date(2026, 5, 26)})), True),
        (date(2026, 5, 25), Calendar(worked=frozenset({date(2026, 5, 25)})), False),
    ],
)
def test_a_due_date_on_no_working_day_is_shown_as_one(on, calendar, badge):
    assert Due(on).not_working(calendar) is badge


@pytest.mark.parametrize(
    ("on", "length", "first"),
    [
        (date(2026, 9, 15), Duration(6, "months"), date(2026, 3, 15)),  # SC-05
        (date(2026, 8, 31), Duration(6, "months"), date(2026, 2, 28)),
        (date(2028, 8, 31), Duration(6, "months"), date(2028, 2, 29)),
        (date(2026, 5, 4), Duration(12, "weeks"), date(2026, 2, 9)),
        (date(2026, 5, 4), Duration(0, "days"), date(2026, 5, 4)),
    ],
)
def test_a_look_back_window_is_plain_dates_with_both_ends(on, length, first):
    assert window(on, length) == (first, on)


@pytest.mark.parametrize(
    ("day", "hour"), [(date(2026, 3, 29), 5), (date(2026, 3, 28), 6), (date(2026, 10, 25), 6)]
)
def test_the_daily_run_is_at_six_in_london_whatever_the_clocks_do(day, hour):
    assert morning_of(day).astimezone(UTC) == datetime(
        day.year, day.month, day.day, hour, tzinfo=UTC
    )


# --- what holds for any day ---------------------------------------------------------------------------


@given(DAYS, st.integers(0, 60), UNITS)
def test_more_time_is_never_less(day, number, unit):
    assert shifted(day, Duration(number, unit)) <= shifted(day, Duration(number + 1, unit))


@given(DAYS, st.integers(1, 40))
def test_a_limit_in_working_days_ends_on_a_working_day_with_so_many_in_it(day, number):
    end = shifted(day, Duration(number, "working_days"))

    between = [day + timedelta(n) for n in range(1, (end - day).days + 1)]
    assert is_working(end)
    assert sum(map(is_working, between)) == number


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 400),
)
def test_hours_are_hours_through_nights_holidays_and_clock_changes(since, number):
    assert due(Duration(number, "hours"), since).at - since == timedelta(hours=number)


@given(DAYS, st.integers(0, 36))
def test_months_keep_the_day_or_end_with_the_month(day, number):
    later = months_after(day, number)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == number
    assert later.day == day.day or ((later + timedelta(1)).day == 1 and later.day < day.day)


@given(DAYS, st.integers(0, 60), UNITS)
def test_a_notice_is_never_shorter_than_promised_and_given_on_a_working_day(day, number, unit):
    by = notice_by(day, Duration(number, unit))

    assert by <= shifted(day, Duration(number, unit), back=True)
    assert is_working(by)
