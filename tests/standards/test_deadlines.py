"""When an audit is due back."""

from datetime import date

import pytest

from standards.deadlines import deadline
from standards.policy import Deadline

JANUARY = date(2026, 1, 1)


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
