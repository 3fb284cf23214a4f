"""Follow-ups: which an audit gets, whose they are, when they are due, and that they come once (C2, SC-04, J-64)."""

from datetime import date

import pytest

from actions.models import Action
from actions.states import TO_DO
from audits.answers import Given
from audits.services.follow_ups import meets
from audits.services.returning import reopen_audit, return_audit
from core.moves import Refused
from standards.deadlines import Due
from standards.models import CalendarDay
from standards.policy import FollowUp, Limit
from standards.selectors import edition
from tests.moderation.scenes import council, moment, returned

FIVE = Limit(5, "working_days", "returned")


def follow_ups():
    return Action.objects.filter(kind="follow_up")


@pytest.mark.parametrize(
    ("one", "grade", "flags", "given"),
    [
        (FollowUp("a", "A", "auditor", limit=FIVE), "good", set(), True),
        (FollowUp("a", "A", "auditor", every="week"), "good", set(), False),
        (FollowUp("a", "A", limit=FIVE), "good", set(), False),
        (FollowUp("a", "A", "auditor", limit=FIVE, grades=("poor",)), "good", set(), False),
        (FollowUp("a", "A", "auditor", limit=FIVE, grades=("poor",)), "poor", set(), True),
        (FollowUp("a", "A", "auditor", limit=FIVE, flag="safeguarding"), "good", set(), False),
        (
            FollowUp("a", "A", "auditor", limit=FIVE, flag="safeguarding"),
            "good",
            {"safeguarding"},
            True,
        ),
    ],
)
def test_a_follow_up_with_a_date_belongs_to_the_audits_that_it_names(one, grade, flags, given):
    assert meets(one, grade, frozenset(flags)) is given


@pytest.mark.django_db
def test_sc04_the_auditor_follows_up_over_christmas():
    bexley = council("bexley")

    with pytest.raises(Refused) as refusal:
        returned(bexley, "6", moment(2026, 12, 24), actions=0)
    returned(bexley, "6", moment(2026, 12, 24))

    (action,) = follow_ups()
    due = Due(action.due_on, action.due_at)
    assert "Record at least one action." in refusal.value.problems
    assert (action.owner, action.due_on) == (bexley.people.auditor, date(2027, 1, 5))
    assert action.state in TO_DO
    assert not due.late(moment(2027, 1, 5, 23, 59))
    assert due.late(moment(2027, 1, 6, 0, 0))


@pytest.mark.django_db
def test_the_councils_own_closed_days_are_left_out():
    bexley = council("bexley")
    day = date(2026, 12, 31)
    CalendarDay.objects.create(
        council=bexley.people.council, kind="closed", name="Closed", from_on=day, to_on=day
    )

    returned(bexley, "6", moment(2026, 12, 24))

    assert follow_ups().get().due_on == date(2027, 1, 6)


@pytest.mark.django_db
def test_an_audit_that_is_returned_again_gets_no_second_follow_up():
    bexley = council("bexley")
    audit = returned(bexley, "6", moment(2026, 9, 10))

    reopen_audit(audit, reason="A page.", by=bexley.people.qa_head, at=moment(2026, 9, 11))
    return_audit(audit, by=bexley.people.auditor, at=moment(2026, 9, 12))

    assert follow_ups().count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("concern", "days"),
    [("yes", [date(2026, 5, 5), date(2026, 5, 25)]), ("no", [date(2026, 5, 25)])],
)
def test_a_child_is_looked_at_sooner_where_there_is_a_safeguarding_concern(concern, days):
    sussex = council("west-sussex", 2)
    tool = edition(sussex.version).tools[sussex.tool.code]
    part = next(one.code for one in tool.parts if "safeguarding" in one.code.split("."))

    returned(sussex, "inadequate", moment(2026, 4, 27), answers={part: Given(text=concern)})

    assert list(follow_ups().order_by("due_on").values_list("due_on", flat=True)) == days
