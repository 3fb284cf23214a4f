from datetime import date, timedelta

import pytest

from moderation.agreement import TooFew
from moderation.coverage import Coverage, Delay, Returned, coverage

ON = date(2026, 7, 31)
START = date(2026, 7, 1)


def audit(days=None, chosen=True, returned_on=START, **more):
    finished = None if days is None else returned_on + timedelta(days=days)
    return Returned(returned_on, chosen, finished_on=finished, **more)


def test_nothing_returned_is_nothing_due():
    assert coverage([], on=ON) == Coverage(0, 0, 0, 0, 0, TooFew(0, 10))


def test_due_are_the_chosen_and_finished_those_that_are_final():
    rows = [audit(3), audit(9), audit(), audit(chosen=False), audit(2, chosen=False)]

    found = coverage(rows, on=ON, within=5)

    assert found == Coverage(5, 3, 2, 1, 2, TooFew(2, 10))


def test_what_happens_later_has_not_happened_yet():
    rows = [
        audit(returned_on=date(2026, 8, 1)),
        audit(40),
        audit(chosen_on=date(2026, 8, 1)),
        audit(chosen_on=ON),
    ]

    assert coverage(rows, on=ON) == Coverage(3, 2, 0, 2, 0, TooFew(0, 10))


@pytest.mark.parametrize(("days", "late"), [(9, 0), (10, 0), (11, 1)])
def test_late_begins_the_day_after_the_rules_days(days, late):
    assert coverage([audit(days)], on=ON, within=10).late == late
    assert coverage([audit()], on=START + timedelta(days=days), within=10).late == late


def test_without_days_in_the_rule_nothing_is_late():
    assert coverage([audit(), audit(29)], on=ON).late == 0


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (range(1, 11), Delay(5, 9, 10)),
        (range(1, 12), Delay(6, 10, 11)),
        ([0] * 10, Delay(0, 0, 10)),
        ([0] * 19 + [20], Delay(0, 0, 20)),
        ([0] * 17 + [20] * 3, Delay(0, 20, 20)),
        ([-2] * 10, Delay(0, 0, 10)),
        (range(1, 10), TooFew(9, 10)),
    ],
)
def test_delay_is_the_days_half_and_nine_of_ten_took_at_most(days, found):
    assert coverage([audit(n) for n in days], on=ON).delay == found


def test_the_minimum_may_be_another_but_never_nothing():
    assert coverage([audit(4)], on=ON, minimum=1).delay == Delay(4, 4, 1)
    assert coverage([], on=ON, minimum=0).delay == TooFew(0, 0)
