"""Working days: the bank holidays of England and Wales, weekends, and a council's own days (T-3, T-10)."""

from datetime import date, timedelta

import pytest

from standards.models import CalendarDay
from standards.selectors import calendar_of
from standards.workdays import Calendar, is_working, on_or_before, working_days_from
from tests.factories.people import CouncilFactory


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2026, [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)]),
        (2027, [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)]),
    ],
)
def test_the_bank_holidays_are_those_of_england_and_wales(year, days):
    weekdays = (date(year, 1, 1) + timedelta(days=n) for n in range(365))

    closed = [day for day in weekdays if day.weekday() < 5 and not is_working(day)]

    assert closed == [date(year, month, day) for month, day in days]


def test_working_days_skip_weekends_and_closures():
    friday = date(2026, 5, 1)

    assert working_days_from(friday, 1) == date(2026, 5, 5)
    assert working_days_from(friday, 1, Calendar(closed=frozenset({date(2026, 5, 5)}))) == date(
        2026, 5, 6
    )
    assert working_days_from(date(2026, 5, 5), -1) == friday
    assert working_days_from(friday, 0) == friday
    assert on_or_before(date(2026, 5, 4)) == friday


def test_a_council_may_work_on_a_bank_holiday_and_close_on_a_weekday():
    own = Calendar(closed=frozenset({date(2026, 5, 5)}), worked=frozenset({date(2026, 5, 4)}))

    assert [is_working(date(2026, 5, day), own) for day in (3, 4, 5, 6)] == [
        False,
        True,
        False,
        True,
    ]
    assert working_days_from(date(2026, 5, 1), 2, own) == date(2026, 5, 6)


@pytest.mark.django_db
def test_the_calendar_of_a_council_is_its_own_rows_day_by_day():
    council, other = CouncilFactory(), CouncilFactory()
    for where, kind, first, last in (
        (council, "closed", date(2026, 12, 29), date(2026, 12, 31)),
        (council, "worked", date(2026, 5, 4), date(2026, 5, 4)),
        (council, "term", date(2026, 9, 1), date(2026, 12, 18)),
        (other, "closed", date(2026, 6, 1), date(2026, 6, 1)),
    ):
        CalendarDay.objects.create(council=where, kind=kind, name="x", from_on=first, to_on=last)

    assert calendar_of(council.pk) == Calendar(
        closed=frozenset(date(2026, 12, day) for day in (29, 30, 31)),
        worked=frozenset({date(2026, 5, 4)}),
    )
