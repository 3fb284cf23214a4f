"""Actions that stand for something with a page of its own: handed on, moved, concluded and opened again (C4-c, C4-d)."""

from datetime import date

import pytest

from actions.models import Action
from actions.services import conclude, hand_on, move_due, stand_again
from actions.states import ActionState
from core.models import TrailEntry
from core.moves import Refused
from tests.actions.scenes import council, fresh, moment, opened

pytestmark = pytest.mark.django_db
AT, LATER = moment(2026, 9, 7), moment(2026, 9, 21)
OLD, NEW = date(2026, 12, 1), date(2027, 1, 15)


@pytest.fixture
def place():
    return council("bexley")


def changes(action):
    return list(action.date_changes.values_list("old_on", "new_on", "reason", "by"))


def test_a_run_moves_its_date_in_nobodys_name_and_only_once(place):
    action = opened(place, AT)

    for _ in range(2):
        move_due(action, due_on=NEW, reason="It waits.", by=None, at=LATER)

    now = fresh(action)
    assert (now.due_on, now.set_on) == (NEW, LATER.date())
    assert changes(now) == [(OLD, NEW, "It waits.", None)]
    last = now.moves.last()
    assert (last.verb, last.by, last.reason) == ("more time", None, "It waits.")
    assert TrailEntry.objects.filter(verb="more time action").get().cause == "job"


def test_an_earlier_date_is_said_to_be_earlier(place):
    action = opened(place, AT)

    move_due(action, due_on=date(2026, 10, 1), reason="Done.", by=place.people.officer, at=LATER)

    last = action.moves.last()
    assert (last.verb, last.by) == ("earlier date", place.people.officer)


def test_what_is_finished_keeps_its_date(place):
    action = conclude(opened(place, AT), evidence="Linked.", by=place.people.officer, at=LATER)

    move_due(action, due_on=NEW, reason="It waits.", by=None, at=LATER)

    assert (fresh(action).due_on, changes(action)) == (OLD, [])


def test_what_was_concluded_stands_again_with_another_owner_and_date(place):
    people = place.people
    action = conclude(opened(place, AT), evidence="Linked.", by=people.officer, at=AT)

    stand_again(
        action, owner=people.officer, due_on=NEW, reason="Left out.", by=people.qa_head, at=LATER
    )

    now = fresh(action)
    assert (now.state, now.owner, now.due_on) == (ActionState.OPEN, people.officer, NEW)
    assert (now.round, now.evidence, now.done_on, now.closed_on) == (2, "", None, None)
    assert changes(now) == [(OLD, NEW, "Left out.", people.qa_head.pk)]
    assert [one.verb for one in now.moves.all()][-2:] == ["sign off", "reopen"]


def test_only_what_was_concluded_stands_again(place):
    action, officer = opened(place, AT), place.people.officer

    with pytest.raises(Refused, match="signed off"):
        stand_again(action, owner=officer, due_on=NEW, reason="No.", by=officer, at=LATER)

    assert fresh(action).round == 1


def test_what_is_handed_on_has_another_owner_and_keeps_its_old_date(place):
    people = place.people
    action = opened(place, AT)

    hand_on(action, owner=people.officer, due_on=NEW, by=people.manager, at=LATER)
    done = conclude(fresh(action), evidence="Linked.", by=people.officer, at=LATER)
    hand_on(done, owner=people.manager, due_on=OLD, by=people.manager, at=LATER)

    now = Action.objects.get(pk=action.pk)
    assert (now.owner, now.due_on, now.state) == (people.officer, NEW, ActionState.SIGNED_OFF)
    assert changes(now) == [(OLD, NEW, "", people.manager.pk)]
