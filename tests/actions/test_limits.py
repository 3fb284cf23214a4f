"""By when: every class's latest date, from the right moment, in the council's calendar (T-2 to T-6, C1-3, J-46)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from actions import limits
from standards.deadlines import Due
from standards.policy import ActionClass, Limit
from standards.workdays import Calendar, is_working

LONDON = ZoneInfo("Europe/London")
SET = ActionClass("as_set", "As set")
HOURS = ActionClass("h", "Within 24 hours", Limit(24, "hours", "returned"))
FIVE = ActionClass("five", "Within 5 working days", Limit(5, "working_days", "meeting"))
MONTH = ActionClass("month", "Within a month", Limit(1, "months", "meeting"))
WEEKS = ActionClass("weeks", "Within 4 weeks", Limit(4, "weeks", "raised"), "with_reason")
RAISED = ActionClass("raised", "Within 5 working days", Limit(5, "working_days", ""))


def moment(year, month, day, hour=10, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


MAY = {"meeting": moment(2026, 5, 19, 14), "raised": moment(2026, 5, 19, 15)}


@pytest.mark.parametrize(
    ("cls", "anchors", "on"),
    [
        (None, MAY, None),
        (SET, MAY, None),
        (FIVE, MAY, date(2026, 5, 27)),  # SC-15: the 25th is a bank holiday
        (MONTH, MAY, date(2026, 6, 19)),
        (WEEKS, {"raised": moment(2026, 4, 27)}, date(2026, 5, 25)),  # SC-21, not moved
        (RAISED, MAY, date(2026, 5, 27)),
        (FIVE, {"raised": moment(2026, 5, 19)}, None),
        (HOURS, MAY, None),
        (MONTH, {"meeting": moment(2026, 1, 31)}, date(2026, 2, 28)),
    ],
)
def test_the_latest_date_of_a_class(cls, anchors, on):
    found = limits.latest(cls, anchors)

    assert (found.on if found else None) == on


@pytest.mark.parametrize(
    ("returned", "ends"),
    [
        (moment(2026, 12, 18, 11, 30), moment(2026, 12, 19, 11, 30)),
        (moment(2026, 3, 28, 12), moment(2026, 3, 29, 13)),  # an hour is lost that night
        (moment(2026, 10, 24, 12), moment(2026, 10, 25, 11)),
    ],
)
def test_hours_end_at_their_minute(returned, ends):
    found = limits.latest(HOURS, {"returned": returned})

    assert found == Due(ends.date(), ends.astimezone(UTC))


def test_the_date_of_sc_21_is_shown_as_no_working_day_and_not_moved():
    found = limits.settled(WEEKS, None, "", {"raised": moment(2026, 4, 27)})

    assert found == Due(date(2026, 5, 25))
    assert not is_working(found.on)
    assert found.not_working()


def test_a_councils_own_closed_day_counts():
    closed = Calendar(closed=frozenset([date(2026, 5, 20)]))

    assert limits.latest(FIVE, MAY, closed).on == date(2026, 5, 28)


@pytest.mark.parametrize(
    ("cls", "chosen", "reason", "says"),
    [
        (SET, None, "", "Enter the date by which it will be done."),
        (None, None, "", "Enter the date by which it will be done."),
        (SET, date(2030, 1, 1), "", ""),
        (FIVE, None, "", ""),
        (FIVE, date(2026, 5, 27), "", ""),
        (
            FIVE,
            date(2026, 5, 28),
            "It is hard",
            "The date for “Within 5 working days” can be 27 May 2026 at the latest.",
        ),
        (MONTH, date(2026, 6, 19), "", ""),
        (
            MONTH,
            date(2026, 6, 20),
            "",
            "The date for “Within a month” can be 19 June 2026 at the latest.",
        ),
        (WEEKS, date(2026, 6, 16), "", ""),
        (
            WEEKS,
            date(2026, 6, 17),
            " ",
            "The date is later than 16 June 2026, the latest for “Within 4 weeks”. Choose an earlier one, or give the reason.",
        ),
        (WEEKS, date(2026, 6, 17), "The school is closed.", ""),
        (HOURS, date(2030, 1, 1), "", ""),
    ],
)
def test_what_is_wrong_with_a_chosen_date(cls, chosen, reason, says):
    assert limits.problem(cls, chosen, reason, MAY) == says


@pytest.mark.parametrize(
    ("cls", "chosen", "reason", "on"),
    [
        (SET, date(2026, 9, 1), "", date(2026, 9, 1)),
        (SET, None, "", None),
        (FIVE, None, "", date(2026, 5, 27)),
        (FIVE, date(2026, 5, 21), "", date(2026, 5, 21)),
        (FIVE, date(2026, 5, 27), "", date(2026, 5, 27)),
        (FIVE, date(2026, 6, 30), "", date(2026, 5, 27)),
        (FIVE, date(2026, 6, 30), "It is hard", date(2026, 5, 27)),
        (WEEKS, date(2026, 6, 30), "", date(2026, 6, 16)),
        (WEEKS, date(2026, 6, 30), "The school is closed.", date(2026, 6, 30)),
        (HOURS, None, "", None),
        (HOURS, date(2026, 5, 21), "", date(2026, 5, 21)),
    ],
)
def test_the_date_that_follows(cls, chosen, reason, on):
    found = limits.settled(cls, chosen, reason, MAY)

    assert (found.on if found else None) == on


def test_the_last_day_of_a_class_in_hours_ends_at_its_minute_when_it_is_chosen():
    returned = {"returned": moment(2026, 5, 19, 9)}

    chosen = limits.settled(HOURS, date(2026, 5, 20), "", returned)
    earlier = limits.settled(HOURS, date(2026, 5, 19), "", returned)

    assert chosen == limits.latest(HOURS, returned)
    assert earlier == Due(date(2026, 5, 19))


@pytest.mark.parametrize(
    ("cls", "than", "expected"),
    [
        (FIVE, MONTH, True),
        (FIVE, WEEKS, True),
        (MONTH, FIVE, False),
        (FIVE, FIVE, False),
        (FIVE, SET, False),
        (FIVE, None, False),
        (FIVE, RAISED, False),
        (SET, MONTH, False),
        (FIVE, HOURS, True),
        (HOURS, FIVE, False),
    ],
)
def test_only_a_class_with_a_later_end_is_laxer(cls, than, expected):
    assert limits.stricter(cls, than, MAY) is expected


def test_hours_are_stricter_than_the_end_of_the_same_day():
    day = ActionClass("day", "By tomorrow", Limit(1, "days", "returned"))
    returned = {"returned": moment(2026, 5, 19, 9)}

    assert limits.stricter(HOURS, day, returned)
    assert not limits.stricter(day, HOURS, returned)


@pytest.mark.parametrize(
    ("cls", "words"),
    [
        (SET, "by the date that you set"),
        (FIVE, "at most 5 working days from the meeting"),
        (
            WEEKS,
            "at most 4 weeks from the day on which the action is recorded, later only with a reason",
        ),
        (RAISED, "at most 5 working days from the day on which the action is recorded"),
        (HOURS, "at most 24 hours from the return of the audit"),
    ],
)
def test_a_class_says_by_when(cls, words):
    assert limits.about(cls) == words


def test_everything_counts_from_the_moment_an_action_begins_anew():
    now = moment(2026, 5, 19)

    assert {limits.latest(one, limits.afresh(now)).on for one in (FIVE, RAISED)} == {
        date(2026, 5, 27)
    }
    assert limits.latest(HOURS, limits.afresh(now)).on == date(2026, 5, 20)


def test_a_task_in_hours_says_its_moment():
    hours = limits.in_hours(24)
    now = limits.afresh(moment(2026, 5, 19, 9, 5))

    assert limits.about(hours) == "due within 24 hours"
    assert limits.problem(hours, None, "", now) == ""
    assert limits.problem(hours, date(2026, 5, 20), "", now) == ""
    assert limits.problem(hours, date(2026, 5, 21), "It is hard", now) == (
        "The date can be 20 May 2026 at the latest: it is due within 24 hours, by 20 May 2026 at 09:05."
    )


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (Due(date(2026, 5, 20)), "20 May 2026"),
        # one o'clock in summer is noon elsewhere
        (
            Due(date(2026, 5, 20), datetime(2026, 5, 20, 12, 30, tzinfo=UTC)),
            "20 May 2026 at 13:30",
        ),
    ],
)
def test_an_end_in_words(last, words):
    assert limits.ending(last) == words


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (None, moment(2026, 5, 20), None),
        (moment(2026, 5, 19), None, None),
        (moment(2026, 5, 19), moment(2026, 5, 20), 24),
        (moment(2026, 5, 19), moment(2026, 5, 19), 1),
    ],
)
def test_the_hours_between_two_moments(start, end, hours):
    assert limits.hours_between(start, end) == hours
