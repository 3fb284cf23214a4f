"""An audit that is returned again: what is open already follows its new grade."""

from datetime import date

import pytest

from actions.models import Action
from audits import selectors
from audits.answers import Given
from audits.following import late_audits
from audits.models import Audit
from audits.services.returning import reopen_audit, return_audit
from programme.demo import bear_out_grade
from tests.moderation.scenes import council, give, moment, returned

pytestmark = pytest.mark.django_db
AT, LATER = moment(2026, 9, 10), moment(2026, 9, 14)


def test_a_worse_grade_asks_for_its_signatures_on_what_is_open_already():
    bexley = council("bexley")
    people = bexley.people
    audit = returned(bexley, "6", AT)
    action = Action.objects.exclude(kind="follow_up").get()
    assert action.asked == [people.manager.pk]

    reopen_audit(audit, reason="A page was missing.", by=people.qa_head, at=LATER)
    audit = Audit.objects.get(pk=audit.pk)
    parts = selectors.tool_of(audit).parts
    overall = next(part for part in parts if part.kind == "overall_grade")
    give(audit, overall.code, Given(number=1), at=LATER)
    bear_out_grade(audit, at=LATER)
    worse = return_audit(audit, by=people.auditor, at=LATER)

    now = Action.objects.get(pk=action.pk)
    assert (now.state, now.grade) == ("open", worse.grade)
    assert set(now.asked) == {people.manager.pk, people.service_manager.pk}
    assert now.due_on == date(2026, 9, 20)  # its class has no limit


@pytest.mark.parametrize(
    ("at", "due_on", "story"),
    [
        # The deadline is over: five working days from now, 7 and 8 October 2026 among them.
        (moment(2026, 10, 9), date(2026, 10, 16), "It is due back by 16 October 2026 instead of"),
        # It is still to come, and later.
        (moment(2026, 9, 14), date(2026, 10, 8), ""),
        # Over the weekend of the deadline itself.
        (moment(2026, 10, 8), date(2026, 10, 15), "It is due back by 15 October 2026 instead of"),
    ],
)
def test_a_reopened_audit_is_due_again_on_a_day_to_come(at, due_on, story):
    place = council("lancashire")
    audit = returned(place, "good", AT)
    assert audit.deadline_on == date(2026, 10, 8)

    reopened = reopen_audit(audit, reason="A page was missing.", by=place.people.qa_head, at=at)

    assert reopened.deadline_on == due_on
    last = reopened.moves.latest("pk")
    assert last.reason.startswith("A page was missing.")
    assert story in last.reason
    assert not [one for one in late_audits(place.people.council.pk, at) if one.due.on < at.date()]
