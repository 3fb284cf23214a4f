"""What waits for a person: preparations, meetings and disputes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audits.models import Audit
from moderation.models import DisputeStep
from moderation.services.choosing import list_back
from moderation.services.settling import Meeting, escalate, record_meeting
from reporting.selectors.duties import duties
from tests.factories.audits import NOW, framework
from tests.factories.cast import cast
from tests.moderation.scenes import council, moderated, moment
from tests.moderation.scenes import returned as given_back
from tests.moderation.scenes import waiting as to_moderate
from tests.reporting.figures.audits import returned

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
AT = moment(2026, 9, 15)


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def audits(people):
    version = framework("fixtures/frameworks/bexley/1.yaml")
    month = date(TODAY.year, TODAY.month, 1)
    made = returned(
        people, version, 4, grade="", month=month, state="preparing", returned_at=None,
        deadline_on=TODAY + timedelta(days=20),
    )  # fmt: skip
    days = (0, 7, 8, -1)
    for audit, at in zip(made, days, strict=True):
        meeting = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC) + timedelta(days=at)
        Audit.objects.filter(pk=audit.pk).update(meeting_at=meeting)
    return made


def waiting(user):
    return {one.words: (one.number, one.late) for one in duties(user, TODAY)}


def test_the_worker_prepares_and_both_meet_within_a_week(people, audits):
    of_worker, of_auditor = waiting(people.worker), waiting(people.auditor)

    # One meeting is over, and its audit has not begun.
    assert of_worker["Audits of your work to prepare for"] == (4, True)
    assert of_worker["Your meetings within a week"] == (2, False)
    assert "Audits of your work to prepare for" not in of_auditor
    assert of_auditor["Your meetings within a week"] == (2, False)
    assert "Your meetings within a week" not in waiting(people.stranger)


def test_what_has_begun_is_prepared(people, audits):
    Audit.objects.update(state="in_session")

    assert "Audits of your work to prepare for" not in waiting(people.worker)
    assert "Your meetings within a week" not in waiting(people.auditor)


def test_a_dispute_waits_for_who_decides_it():
    place = council("bexley")
    people = place.people
    audit = given_back(place, "6", moment(2026, 9, 10))
    list_back(place.version, by=people.officer, at=AT)
    found = moderated(to_moderate(audit), people.moderator, AT, "4")
    record_meeting(found, Meeting(date(2026, 9, 15), "We differ.", None), by=people.auditor, at=AT)
    escalate(found, read_rung=0, reason="Not settled.", by=people.auditor, at=AT)
    decider = DisputeStep.objects.get().deciders.first()

    assert waiting(decider)["Disputes to decide"] == (1, False)
    assert "Disputes to decide" not in waiting(people.worker)
