"""Which rungs are reached on which day, and who is told on them: tables of edges (C4, T-6 to T-8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.climbing import (
    OVERDUE,
    REMINDER,
    RUNG,
    furthest,
    planned,
    reached,
    reminders,
    run_day,
    steps,
    told,
)
from standards.deadlines import LONDON, Due
from standards.policy import REMINDERS, Duration, Ladder, Rung
from standards.reading import policy_of
from standards.schema import read
from standards.workdays import Calendar
from tests.factories.standards import framework_text


def ladder(*after, longest=None, unit="days"):
    rungs = tuple(Rung(f"Rung {n}", after=Duration(n, unit)) for n in after)
    return Ladder("late", "Late", anchor="due", rungs=rungs, longest=longest)


def at(day, hour=6, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


MAY5 = date(2026, 5, 5)


@pytest.mark.parametrize(
    ("on", "rungs"),
    [
        (date(2026, 5, 6), []),
        (date(2026, 5, 7), [0]),
        (date(2026, 5, 11), [0]),
        (date(2026, 5, 12), [0, 1]),
        (date(2026, 5, 19), [0, 1, 2]),
        (date(2027, 1, 1), [0, 1, 2]),
    ],
)
def test_a_rung_is_reached_on_the_day_it_is_planned_for(on, rungs):
    assert [index for index, _ in reached(ladder(2, 7, 14), MAY5, on)] == rungs


@pytest.mark.parametrize(
    ("unit", "number", "day"),
    [
        ("days", 2, date(2026, 4, 4)),
        ("working_days", 2, date(2026, 4, 8)),
        ("weeks", 4, date(2026, 4, 30)),
        ("months", 1, date(2026, 5, 2)),
        ("hours", 30, date(2026, 4, 4)),
    ],
)
def test_a_rung_counts_in_its_own_unit(unit, number, day):
    # From Thursday 2 April 2026, before Easter.
    assert planned(ladder(number, unit=unit), date(2026, 4, 2)) == [(0, day)]


def test_sc_10_the_rungs_of_lancashires_late_action():
    """SC-10: due Fri 31 Jul 2026, four, six and twelve weeks later."""
    late = policy_of(read(framework_text("lancashire"))).late_ladder("due", "set")

    days = [day for _, day in planned(late, date(2026, 7, 31))]

    assert days == [date(2026, 8, 28), date(2026, 9, 11), date(2026, 10, 23)]


def test_the_councils_own_closed_days_are_no_working_days():
    closed = Calendar(closed=frozenset({date(2026, 4, 7)}))

    days = planned(ladder(2, unit="working_days"), date(2026, 4, 2), closed)

    assert days == [(0, date(2026, 4, 9))]


def test_a_rung_beyond_the_longest_time_comes_at_its_end():
    capped = ladder(2, 7, 14, 21, longest=Duration(10, "days"))

    days = [day - MAY5 for _, day in planned(capped, MAY5)]

    assert [one.days for one in days] == [2, 7, 10, 10]


def test_a_stage_without_a_time_never_comes_by_itself():
    stages = Ladder("x", "X", rungs=(Rung("Talk", limit=Duration(5, "days")),))

    assert planned(stages, MAY5) == []


@pytest.mark.parametrize(
    ("due_on", "days"),
    [
        (MAY5, [date(2026, 4, 30), MAY5]),  # over the bank holiday of 4 May
        (date(2026, 5, 9), [date(2026, 5, 7), date(2026, 5, 9)]),  # a Saturday is not moved
    ],
)
def test_reminders_come_two_working_days_before_and_on_the_day(due_on, days):
    found = reminders(REMINDERS, due_on, date(2026, 12, 31))

    assert [day for _, day in found] == days


def test_a_reminder_counted_in_days_is_never_shorter_than_promised():
    # Three days before Tuesday 5 May is a Saturday.
    assert reminders((Duration(3, "days"),), MAY5, MAY5) == [(0, date(2026, 5, 1))]


CHRISTMAS = Calendar(closed=frozenset(date(2026, 12, n) for n in (24, 29, 30, 31)))


@pytest.mark.parametrize(
    ("lengths", "on", "until"),
    [
        ((), MAY5, MAY5),
        ((Duration(0, "days"),), MAY5, MAY5),
        # two working days before the Friday; over the bank holiday of 4 May, and over a weekend
        (REMINDERS, MAY5, date(2026, 5, 8)),
        (REMINDERS, date(2026, 4, 30), date(2026, 5, 6)),
        ((Duration(1, "days"),), date(2026, 5, 8), date(2026, 5, 12)),
        ((Duration(10, "working_days"),), MAY5, date(2026, 5, 20)),
        # over the bank holidays, and over a council's own closed days
        ((Duration(10, "working_days"),), date(2026, 12, 23), date(2027, 1, 12)),
        ((Duration(1, "weeks"), Duration(2, "days")), MAY5, date(2026, 5, 13)),
        ((Duration(1, "months"),), MAY5, date(2026, 6, 6)),
        ((Duration(1, "months"),), date(2026, 1, 30), date(2026, 3, 2)),
        ((Duration(30, "hours"),), MAY5, date(2026, 5, 8)),
    ],
)
def test_how_far_ahead_the_longest_reminder_makes_it_look(lengths, on, until):
    assert furthest(lengths, on) == until


def test_closed_days_of_the_council_make_it_look_further():
    lengths = (Duration(10, "working_days"),)

    assert furthest(lengths, date(2026, 12, 23), CHRISTMAS) == date(2027, 1, 18)


units = st.sampled_from(["hours", "days", "working_days", "weeks", "months"])


@given(
    st.builds(Duration, st.integers(0, 40), units),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.integers(0, 70),
    st.sets(st.integers(0, 40)),
)
def test_no_reminder_whose_day_has_come_lies_beyond(length, on, days, closed):
    calendar = Calendar(closed=frozenset(on + timedelta(days=n) for n in closed))
    due_on = furthest((length,), on, calendar) + timedelta(days=days + 1)

    assert reminders((length,), due_on, on, calendar) == []


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 5, 5, 59, tzinfo=LONDON), date(2026, 5, 4)),
        (datetime(2026, 5, 5, 6, 0, tzinfo=LONDON), MAY5),
        (datetime(2026, 5, 5, 5, 0, tzinfo=UTC), MAY5),
        (datetime(2026, 1, 5, 5, 59, tzinfo=UTC), date(2026, 1, 4)),
        # the night in which the clocks go forward, and back
        (datetime(2026, 3, 29, 6, 0, tzinfo=LONDON), date(2026, 3, 29)),
        (datetime(2026, 10, 25, 5, 59, tzinfo=LONDON), date(2026, 10, 24)),
    ],
)
def test_a_day_begins_for_the_chaser_at_six_in_london(moment, day):
    assert run_day(moment) == day


def coming(moment, *, due_on=MAY5, anchor_on=None, due_at=None, rungs=(2, 7, 14)):
    found = steps(
        ladder(*rungs),
        REMINDERS,
        due=Due(due_on, due_at),
        anchor_on=anchor_on or due_on,
        at=moment,
    )
    return [(one.step, one.index, one.planned_at) for one in found]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(date(2026, 4, 29), 23), []),
        (at(date(2026, 4, 30), 5, 59), []),
        (at(date(2026, 4, 30)), [(REMINDER, 0, at(date(2026, 4, 30)))]),
        (at(date(2026, 5, 3)), [(REMINDER, 0, at(date(2026, 4, 30)))]),
        # of two reminders only the last is of use
        (at(MAY5), [(REMINDER, 1, at(MAY5))]),
        # overdue from midnight, said with the first daily run
        (at(date(2026, 5, 6), 0, 1), []),
        (at(date(2026, 5, 6)), [(OVERDUE, 0, at(date(2026, 5, 6)))]),
        (
            at(date(2026, 5, 13), 9),
            [
                (OVERDUE, 0, at(date(2026, 5, 6))),
                (RUNG, 0, at(date(2026, 5, 7))),
                (RUNG, 1, at(date(2026, 5, 12))),
            ],
        ),
    ],
)
def test_steps_come_in_order_each_with_the_moment_it_was_planned_for(moment, expected):
    assert coming(moment) == expected


def test_nothing_climbs_before_it_is_late_though_its_ladder_counts_from_the_day_it_was_set():
    set_on = date(2026, 4, 1)

    assert coming(at(MAY5), anchor_on=set_on) == [(REMINDER, 1, at(MAY5))]
    assert coming(at(date(2026, 5, 6)), anchor_on=set_on, rungs=(2, 90)) == [
        (OVERDUE, 0, at(date(2026, 5, 6))),
        (RUNG, 0, at(date(2026, 5, 6))),
    ]


NOON = datetime(2026, 12, 19, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOON - timedelta(hours=4, seconds=1), []),
        (NOON - timedelta(hours=4), [REMINDER]),
        (NOON, [REMINDER]),
        (NOON + timedelta(seconds=1), [OVERDUE]),
        (at(date(2026, 12, 21)), [OVERDUE, RUNG]),
    ],
)
def test_hours_have_a_reminder_four_hours_before_and_are_overdue_at_the_moment(moment, expected):
    found = coming(moment, due_on=date(2026, 12, 19), due_at=NOON)

    assert [step for step, _, _ in found] == expected


@pytest.mark.parametrize("minutes", [-240, -1, 1])
def test_without_reminders_hours_are_recalled_no_more_either(minutes):
    moment = NOON + timedelta(minutes=minutes)

    found = steps(None, (), due=Due(NOON.date(), NOON), anchor_on=NOON.date(), at=moment)

    assert [one.step for one in found] == [OVERDUE] * (minutes > 0)


# Late: a team manager (10) below a senior manager (20), head of service (30), director (40), executive (50).
RUNGS = [[20, 30], [40], [50]]


@pytest.mark.parametrize(
    ("late", "juniors", "index", "people", "fallback"),
    [
        (10, {1}, 0, (20, 30), False),
        (10, {1}, 1, (40,), False),
        # the senior manager is late: the head of service only
        (20, {1, 10}, 0, (30,), False),
        # the head of service is late: the director stands in
        (30, {1, 10, 20}, 0, (40,), True),
        (30, {1, 10, 20}, 1, (40,), False),
        # the director is late: the executive director stands in twice, and has a rung of their own
        (40, {1, 10, 20, 30}, 0, (50,), True),
        (40, {1, 10, 20, 30}, 1, (50,), True),
        (40, {1, 10, 20, 30}, 2, (50,), False),
        # nobody is above the last rung
        (50, {1, 10, 20, 30, 40}, 2, (), False),
    ],
)
def test_the_late_person_and_anybody_junior_to_them_are_left_out(
    late, juniors, index, people, fallback
):
    found = told(RUNGS, index, late, juniors)

    assert (found.people, found.fallback) == (people, fallback)


def test_an_empty_rung_is_passed_over_to_the_nearest_that_has_anybody():
    assert told([[], [], [40], [50]], 0, 10, set()).people == (40,)


def test_one_person_on_a_rung_by_two_posts_is_told_once():
    assert told([[20, 20]], 0, 10, set()).people == (20,)


people = st.integers(1, 9)


@given(st.lists(st.lists(people, max_size=4), min_size=1, max_size=4), people, st.sets(people))
def test_nobody_late_or_junior_is_ever_told(rungs, late, juniors):
    for index in range(len(rungs)):
        found = told(rungs, index, late, juniors)
        assert late not in found.people
        assert juniors.isdisjoint(found.people)
        assert found.people or not any(set(one) - juniors - {late} for one in rungs[index:])
        assert not found.fallback or not set(rungs[index]) - juniors - {late}


@given(
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.lists(st.integers(0, 60), min_size=1, max_size=5, unique=True).map(sorted),
    st.integers(0, 80),
)
def test_rungs_are_reached_in_order_and_none_is_lost(anchor_on, after, days):
    on = anchor_on + timedelta(days=days)

    found = [index for index, _ in reached(ladder(*after), anchor_on, on)]

    assert found == [index for index, number in enumerate(after) if number <= days]
