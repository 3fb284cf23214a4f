from datetime import date

import pytest

from learning.quarters import (
    Quarter,
    months_after,
    quarter_of,
    quarters_between,
    quarters_to,
)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2024, 2, 29), date(2024, 1, 1), date(2024, 3, 31)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_quarter_of_has_its_first_and_last_day(day, first, last):
    found = quarter_of(day)

    assert (found.first_on, found.last_on) == (first, last)


def test_a_quarter_is_named_by_its_months():
    found = Quarter(date(2026, 7, 1))

    assert found.words == "July to September 2026"
    assert found.short == "Jul–Sep 2026"


def test_quarters_to_goes_back_over_the_year():
    found = quarters_to(date(2026, 2, 3), 3)

    assert [one.first_on for one in found] == [
        date(2025, 7, 1),
        date(2025, 10, 1),
        date(2026, 1, 1),
    ]


def test_quarters_between_takes_each_that_has_a_day():
    assert len(quarters_between(date(2026, 3, 31), date(2026, 7, 1))) == 3
    assert quarters_between(date(2026, 3, 31), date(2026, 3, 31)) == [Quarter(date(2026, 1, 1))]


@pytest.mark.parametrize(
    ("number", "month"),
    [
        (0, date(2026, 1, 1)),
        (-1, date(2025, 12, 1)),
        (12, date(2027, 1, 1)),
        (-13, date(2024, 12, 1)),
    ],
)
def test_months_after_crosses_years(number, month):
    assert months_after(date(2026, 1, 31), number) == month
