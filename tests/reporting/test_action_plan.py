"""The heading and the list of actions on the child's file (C1-9, SC-18)."""

from datetime import date

import pytest

from actions.models import Action
from actions.services.doing import finish_action, review_in_supervision, sign_off
from reporting.builders.audit_record import build, case_note
from tests.moderation.scenes import council, moment, returned

pytestmark = pytest.mark.django_db
AT = moment(2026, 5, 19, 14)
SECRET = "Needs help to plan the week."


def test_sc_18_the_plan_stands_under_the_meetings_month_with_every_action_and_no_notes(settings):
    settings.TEST_CLOCK = AT.replace(tzinfo=None)
    place = council("bracknell-forest")
    people = place.people
    audit = returned(place, "good", AT, month=date(2026, 4, 1), actions=2)
    first = Action.objects.raised_by("audit", audit.pk).filter(kind="improve").first()
    review_in_supervision(first, on=AT.date(), note=SECRET, by=people.manager, at=AT)
    finish_action(first, evidence="Case note of today", by=people.worker, at=AT)
    sign_off(first, note=SECRET, by=people.manager, at=AT)

    record = build(audit)
    note = case_note(record)

    assert record.actions_heading == "Audit Action Plan – May"
    assert "\n\nAudit Action Plan – May\n" in note
    mine = [one for one in record.actions if one.what == "Ask the child"]
    assert [(one.due_on, one.done_on) for one in mine] == [
        (date(2026, 5, 29), AT.date()),
        (date(2026, 5, 29), None),
    ]
    assert len(record.actions) == Action.objects.raised_by("audit", audit.pk).count()
    assert note.count("Ask the child – ") == 2
    assert f"{people.worker.name}, by 29 May 2026, done on 19 May 2026\n" in note
    assert SECRET not in note
    assert SECRET not in str(record)


def test_a_framework_without_a_heading_of_its_own_says_actions():
    audit = returned(council("bexley"), "6", AT)

    assert build(audit).actions_heading == "Actions"
