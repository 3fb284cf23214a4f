"""The stretches of months that figures are shown for."""

from datetime import date

import pytest

from reporting.periods import choices, chosen, end_of, month_of, quarter_of, year_to

TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("day", "start", "code", "words", "last"),
    [
        (date(2026, 11, 10), 4, "q2026-10-01", "Q3, October to December 2026", date(2026, 12, 31)),
        (date(2026, 4, 1), 4, "q2026-04-01", "Q1, April to June 2026", date(2026, 6, 30)),
        (date(2026, 3, 31), 4, "q2026-01-01", "Q4, January to March 2026", date(2026, 3, 31)),
        (
            date(2026, 1, 31),
            2,
            "q2025-11-01",
            "Q4, November 2025 to January 2026",
            date(2026, 1, 31),
        ),
    ],
)
def test_a_quarter_follows_the_councils_year(day, start, code, words, last):
    found = quarter_of(day, start)

    assert (found.code, found.words, found.last_on) == (code, words, last)


def test_months_end_on_their_last_day_in_a_leap_year_too():
    assert end_of(date(2028, 2, 1), 1) == date(2028, 2, 29)
    assert month_of(date(2026, 2, 14)).last_on == date(2026, 2, 28)
    assert (year_to(TODAY).first_on, year_to(TODAY).last_on) == (
        date(2025, 12, 1),
        date(2026, 11, 30),
    )


def test_the_quarter_that_runs_is_chosen_where_nothing_or_nonsense_is_asked():
    found = choices(TODAY, 4)

    assert len({one.code for one in found}) == len(found) == 21
    assert chosen(found, "").code == chosen(found, "q1999-01-01").code == "q2026-10-01"
    assert chosen(found, "m2026-10-01").words == "October 2026"
