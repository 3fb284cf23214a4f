"""Who may open which action, and what waits for whom."""

from datetime import date

import pytest
from django.db.models import Q

from actions.models import Action, ImpactAnswer
from actions.points import HIDDEN
from actions.selectors import tasks
from actions.services.doing import withdraw
from actions.services.impact import ask_for_impact
from tests.actions.scenes import council, done, draft, moment, opened, signed
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
ON = AT.date()
ABOVE = {"manager", "service_manager", "head", "deputy_director", "director"}
QA = {"officer", "qa_head"}


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.TEST_CLOCK = AT.replace(tzinfo=None)


def who_sees(place):
    found = Action.objects.all()
    return {
        name
        for name, user in place.people.everybody().items()
        if set(Action.objects.visible_to(user, ON)) == set(found)
    }


def test_an_open_action_is_seen_by_owner_recorder_line_and_qa(bexley):
    opened(bexley, AT)

    assert who_sees(bexley) == {"worker", "auditor"} | ABOVE | QA


def test_a_draft_is_its_recorders_and_the_qa_teams(bexley):
    draft(bexley, AT)

    assert who_sees(bexley) == {"auditor"} | QA


def test_a_draft_that_was_removed_stays_unseen_by_its_owner(bexley):
    withdraw(draft(bexley, AT), reason="A slip", by=bexley.people.auditor, at=AT)

    assert who_sees(bexley) == {"auditor"} | QA


def test_the_owners_own_line_sees_it_whatever_team_it_is_about(bexley):
    people = bexley.people
    opened(bexley, AT, owner=people.stranger, by=people.officer)

    # the stranger's manager is the auditor; the worker is not the owner
    assert who_sees(bexley) == {"stranger", "auditor"} | ABOVE | QA


def test_another_council_sees_nothing(bexley):
    opened(bexley, AT)

    for user in cast("eastmere").everybody().values():
        assert not Action.objects.visible_to(user, ON).exists()


def test_what_a_room_above_keeps_from_somebody_is_kept_unless_it_is_theirs_to_do(
    bexley, monkeypatch
):
    people = bexley.people
    hidden = opened(bexley, AT, source=1)
    own = opened(bexley, AT, source=1, owner=people.officer)

    monkeypatch.setattr("actions.points.HIDDEN", [*HIDDEN, lambda user: Q(source_id=1)])

    assert set(Action.objects.visible_to(people.officer, ON)) == {own}
    assert not Action.objects.visible_to(people.manager, ON).filter(pk=hidden.pk).exists()


def test_what_took_the_place_of_a_hidden_action_is_hidden_too_however_often(bexley, monkeypatch):
    people = bexley.people
    first = opened(bexley, AT, source=1)
    second = opened(bexley, AT, source=2)
    third = opened(bexley, AT, source=3)
    Action.objects.filter(pk=second.pk).update(
        source="impact", source_id=first.pk, instead_of=first
    )
    Action.objects.filter(pk=third.pk).update(
        source="impact", source_id=second.pk, instead_of=first
    )
    assert Action.objects.visible_to(people.officer, ON).count() == 3
    hidden = Q(source="audit", source_id=1)

    monkeypatch.setattr("actions.points.HIDDEN", [*HIDDEN, lambda user: hidden])

    assert not Action.objects.visible_to(people.officer, ON).exists()


def test_who_is_asked_whether_it_helped_may_open_it(bexley):
    action = signed(bexley, AT)
    ask_for_impact(moment(2026, 12, 22), lambda done: None)
    assert "moderator" not in who_sees(bexley)

    ImpactAnswer.objects.update(asked=[bexley.people.moderator.pk])

    assert "moderator" in who_sees(bexley)
    assert action.impact_on == date(2026, 12, 22)


def waits(place, who, on=ON):
    return [(one.what, one.due_on, one.late) for one in tasks(getattr(place.people, who), on)]


def test_what_waits_for_whom(bexley):
    action = opened(bexley, AT)
    ready = done(bexley, AT, source=2, grade="inadequate", what="Visit")

    assert waits(bexley, "worker") == [("Ask the child", date(2026, 12, 1), False)]
    assert waits(bexley, "manager") == [
        ("Sign off, or send back: Visit", date(2026, 11, 17), False)
    ]
    assert waits(bexley, "service_manager") == waits(bexley, "officer") == []
    assert waits(bexley, "worker", date(2026, 12, 2))[0][2]
    assert [one.url for one in tasks(bexley.people.worker, ON)] == [f"/actions/{action.pk}/"]
    assert ready.state == "done"


def test_an_impact_check_waits_for_who_is_asked(bexley):
    signed(bexley, AT)
    ask_for_impact(moment(2026, 12, 22), lambda done: None)

    assert waits(bexley, "manager") == [
        ("Did it make a difference? Ask the child", date(2027, 1, 8), False)
    ]
