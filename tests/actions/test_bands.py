from datetime import date, timedelta

import pytest

from actions.bands import BANDS, LATE, band, named

ON = date(2026, 8, 28)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (-30, "later"),
        (-7, "later"),
        (-6, "week"),
        (0, "week"),
        (1, "under_4"),
        (27, "under_4"),
        (28, "4_to_6"),
        (41, "4_to_6"),
        (42, "6_to_12"),
        (83, "6_to_12"),
        (84, "over_12"),
        (400, "over_12"),
    ],
)
def test_each_day_lies_in_its_band_and_no_other(days, code):
    due_on = ON - timedelta(days=days)
    within = [
        one.code
        for one in BANDS
        for first, last in [one.days(ON)]
        if (first is None or first <= due_on) and (last is None or due_on <= last)
    ]

    assert band(due_on, ON).code == code
    assert within == [code]


def test_an_action_due_on_31_july_enters_the_band_of_its_first_rung_on_28_august():
    assert band(date(2026, 7, 31), date(2026, 8, 27)).code == "under_4"
    assert band(date(2026, 7, 31), date(2026, 8, 28)).code == "4_to_6"


def test_the_late_ones_are_those_after_the_due_date():
    assert [one.code for one in BANDS if one.first is not None and one.first > 0] == list(LATE)
    assert named("no such band") is None
    assert named("week").label == "Due within a week"
