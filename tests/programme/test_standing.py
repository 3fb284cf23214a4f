from datetime import date

import pytest

from programme.counts import Count, counted, total
from programme.requirements import Excuse
from programme.standing import Standing, excused_by_rule, period, state_of
from programme.states import SlotState

YEAR = date(2026, 4, 1)
LAST = date(2026, 6, 30)
DUE = date(2026, 7, 8)
PLANNED, ALLOCATED, DONE, LATE, EXCUSED = SlotState


@pytest.mark.parametrize(
    ("on", "slot", "state"),
    [
        (date(2026, 4, 1), {}, PLANNED),
        (LAST, {}, PLANNED),
        (date(2026, 7, 1), {}, LATE),
        (date(2026, 7, 1), {"done_on": date(2026, 6, 30)}, DONE),
        (date(2026, 7, 1), {"excused_why": "Vacant."}, EXCUSED),
        (LAST, {"audit_state": "allocated", "deadline_on": DUE}, ALLOCATED),
        (DUE, {"audit_state": "preparing", "deadline_on": DUE}, ALLOCATED),
        (date(2026, 7, 9), {"audit_state": "in_session", "deadline_on": DUE}, LATE),
        (date(2026, 5, 9), {"audit_state": "allocated", "deadline_on": date(2026, 5, 8)}, LATE),
        (date(2026, 7, 9), {"audit_state": "returned", "deadline_on": DUE}, DONE),
        (date(2026, 7, 9), {"audit_state": "excluded", "deadline_on": DUE}, EXCUSED),
        (date(2026, 5, 1), {"audit_state": "excluded", "deadline_on": DUE}, EXCUSED),
    ],
)
def test_how_a_slot_stands_on_a_day(on, slot, state):
    assert state_of(on=on, last_on=LAST, **slot) == state


@pytest.mark.parametrize(
    ("day", "every", "number"),
    [
        (date(2026, 4, 1), "month", 0),
        (date(2027, 3, 31), "month", 11),
        (date(2026, 6, 30), "quarter", 0),
        (date(2026, 7, 1), "quarter", 1),
        (date(2026, 9, 30), "half_year", 0),
        (date(2026, 10, 1), "half_year", 1),
        (date(2027, 3, 31), "year", 0),
        (date(2027, 3, 31), "event", 0),
        (date(2026, 4, 7), "week", 0),
        (date(2026, 4, 8), "week", 1),
    ],
)
def test_the_period_of_a_day(day, every, number):
    assert period(day, every, YEAR) == number


def slot(pk, activity, state, first_on=YEAR, post=1):
    return Standing(pk, post, activity, first_on, 1, state)


def after(slots, **rule):
    one = Excuse(
        **({"done": "observation", "excuses": "review", "number": 1, "every": "quarter"} | rule)
    )
    found = excused_by_rule(slots, [one], {"observation": "Observation"}, YEAR)
    return {row.slot_id: (row.state, row.why) for row in found if row.state == EXCUSED}


EXCUSED_BY = (EXCUSED, "Observation was done.")


@pytest.mark.parametrize("state", [PLANNED, LATE])
def test_one_thing_done_excuses_from_another_in_the_same_quarter(state):
    slots = [slot(1, "observation", DONE), slot(2, "review", state), slot(3, "review", state)]

    assert after(slots) == {2: EXCUSED_BY}
    assert after(slots, number=5) == {2: EXCUSED_BY, 3: EXCUSED_BY}


@pytest.mark.parametrize("state", [PLANNED, ALLOCATED, LATE, EXCUSED])
def test_what_is_not_done_excuses_from_nothing(state):
    slots = [slot(1, "observation", state), slot(2, "review", PLANNED)]

    assert 2 not in after(slots)


@pytest.mark.parametrize("state", [ALLOCATED, DONE])
def test_what_is_done_or_under_way_is_not_excused(state):
    assert after([slot(1, "observation", DONE), slot(2, "review", state)]) == {}


def test_another_quarter_and_another_post_are_not_excused():
    slots = [
        slot(1, "observation", DONE),
        slot(2, "review", PLANNED, date(2026, 7, 1)),
        slot(3, "review", PLANNED, post=2),
    ]

    assert after(slots) == {}
    assert after(slots, every="year") == {2: EXCUSED_BY}


def test_counts_add_up():
    slots = [slot(n, "a", state) for n, state in enumerate([PLANNED, DONE, DONE, LATE, EXCUSED])]

    one = counted(slots, 6)

    assert one == Count(required=6, planned=1, allocated=0, done=2, late=1, excused=1)
    assert (one.made, one.unmade, one.asked, one.none) == (5, 1, 6, False)
    assert one.rest == [("late", "1 late"), ("planned", "1 planned"), ("excused", "1 excused")]
    assert total([one, one]) == Count(12, 2, 0, 4, 2, 2)
    assert (total([]), total([]).none) == (Count(), True)


def test_what_is_planned_beyond_the_number_is_asked_too():
    one = counted([slot(1, "a", DONE), slot(2, "a", PLANNED)], 1)

    assert (one.asked, one.unmade) == (2, 0)
