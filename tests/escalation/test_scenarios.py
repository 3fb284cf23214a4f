"""Late audits climb Lancashire's ladder on the days that the catalogue gives (SC-08, SC-09, SC-13)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Audit
from core.models import Notice, TrailEntry
from core.moves import Refused
from escalation.models import Escalation, Overdue
from escalation.selectors import events_of
from programme.services.changes import Wish, grant
from tests.escalation.scenes import lancashire, run, run_daily, told
from tests.moderation.scenes import opened, returned
from tests.programme.scenes import moment

pytestmark = pytest.mark.django_db


def may(day):
    return date(2026, 5, day)


@pytest.fixture
def place():
    return lancashire()


@pytest.fixture
def audit(place):
    """A learning space allocated to a team manager on Tue 7 Apr 2026."""
    made = place.allocated(moment(2026, 4, 7))
    assert made.deadline_on == may(5)
    return made


def test_sc_08_a_late_learning_space_climbs_until_it_is_returned(place, audit):
    run_daily(date(2026, 4, 28), may(13))
    first = [
        (may(7), "head"),
        (may(7), "service_manager"),
        (may(12), "deputy_director"),
    ]
    assert told() == first

    Audit.objects.filter(pk=audit.pk).update(
        state="returned", returned_at=moment(2026, 5, 13, 15), grade="good"
    )
    run_daily(may(14), may(25))
    for day in (may(7), may(12), may(19)):
        run(day)

    assert told() == first
    assert not Overdue.objects.exists()


def test_the_auditor_is_reminded_before_and_told_once_when_it_is_overdue(audit):
    run_daily(date(2026, 4, 28), may(10))

    # two working days before Tue 5 May, over the bank holiday of 4 May
    assert told("late.reminder") == [(date(2026, 4, 30), "auditor"), (may(5), "auditor")]
    assert told("late.overdue") == [(may(6), "auditor")]


def test_sc_09_only_the_head_of_service_gives_more_time_and_the_ladder_begins_anew(place, audit):
    people, wish = place.people, Wish("extension", "Ill.", may(19))
    run_daily(may(1), may(5))
    for person in (people.auditor, people.service_manager, people.officer):
        with pytest.raises((PermissionDenied, Refused)):
            grant(audit, wish, by=person, at=moment(2026, 5, 5, 12))
    assert TrailEntry.objects.filter(verb="extension refused").count() == 3

    grant(audit, wish, by=people.head, at=moment(2026, 5, 5, 15))
    run_daily(may(6), date(2026, 6, 3))

    assert told() == [
        (may(21), "head"),
        (may(21), "service_manager"),
        (may(26), "deputy_director"),
        (date(2026, 6, 2), "director"),
    ]


def test_sc_13_the_late_person_is_the_senior_manager(place):
    audit = place.allocated(moment(2026, 3, 25), auditor=place.people.service_manager)
    assert audit.deadline_on == date(2026, 4, 22)

    run_daily(date(2026, 4, 14), may(20))

    assert told() == [
        (date(2026, 4, 24), "head"),
        (date(2026, 4, 29), "deputy_director"),
        (may(6), "director"),
    ]
    own = Notice.objects.filter(to=place.people.service_manager, kind__startswith="late")
    assert own.count() == 3
    # A senior manager needs none above them: nobody is missing.
    assert not Notice.objects.filter(kind="escalation.nobody_found").exists()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("head", [(24, "deputy_director"), (29, "deputy_director"), (6, "director")]),
        # the executive director stands in on the first rung, is only logged on the second, and has the third
        ("deputy_director", [(24, "director"), (6, "director")]),
    ],
)
def test_who_stands_in_is_mailed_once_and_their_own_rung_is_always_sent(place, who, expected):
    opened(
        place,
        moment(2026, 3, 25),
        auditor=getattr(place.people, who),
        deadline_on=date(2026, 4, 22),
    )

    run_daily(date(2026, 4, 23), may(10))

    assert [(day.day, name) for day, name in told()] == expected
    rungs = list(Escalation.objects.filter(step="rung").order_by("rung"))
    assert [one.fallback for one in rungs] == [True, who == "deputy_director", False]
    logged = [place.people.director.pk] if who == "deputy_director" else []
    assert rungs[1].logged == logged


def test_missed_rungs_come_in_order_with_the_planned_and_the_real_day(place, audit):
    """No worker for two weeks (T-8)."""
    run(may(15), hour=9)

    rungs = [one for one in events_of("audit", audit.pk) if one.step == "rung"]
    assert [one.planned_at.date() for one in rungs] == [may(7), may(12)]
    assert [one.fired_at.date() for one in rungs] == [may(15), may(15)]
    assert all(one.late_by_us for one in rungs)
    notices = Notice.objects.filter(kind="escalation.rung").order_by("pk")
    assert [one.planned_at.date() for one in notices] == [may(7), may(7), may(12)]


def test_a_message_says_what_is_late_how_long_and_by_its_post_whose_it_is(place, audit):
    run(may(7))

    one = Notice.objects.get(kind="escalation.rung", to=place.people.head)
    number = audit.case.number
    assert one.subject == f"Waiting for 2 days: Learning space {audit.reference}"
    assert f"of case {number} was due on 5 May 2026 and is 2 days late." in one.text
    assert "It is in the hands of the team manager, Team 1." in one.text
    assert one.roles == "auditor’s head of service"
    assert one.path == f"/audits/{audit.pk}/"
    assert place.people.auditor.name not in one.text
    assert one.template.startswith("rung, ")


def test_a_returned_audit_is_on_no_list(place):
    returned(place, "good", moment(2026, 4, 20), actions=1)

    run(date(2026, 6, 30))

    assert not Escalation.objects.filter(kind="audit").exists()
