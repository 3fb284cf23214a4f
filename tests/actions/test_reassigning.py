"""Giving actions to somebody else, one or many (C1-11)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from actions.services.reassigning import MOST, OF_ITS_ROOM, reassign, reassign_many
from core.models import Notice, TrailEntry
from core.moves import Refused
from people.models import User
from tests.actions.scenes import council, done, fresh, moment, opened
from tests.factories.cast import cast
from tests.moderation.scenes import council as loop_council
from tests.moderation.scenes import returned

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
WHY = "Has left"


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.TEST_CLOCK = AT.replace(tzinfo=None)


def test_an_action_goes_to_another_owner_who_is_told_and_has_other_signers(bexley):
    people = bexley.people
    action = opened(bexley, AT)

    made = reassign(action, people.manager, reason=WHY, by=people.officer, at=AT)

    assert (made.owner, made.due_on, made.asked) == (
        people.manager,
        action.due_on,
        [people.service_manager.pk],
    )
    assert list(made.moves.values_list("verb", "reason"))[-1] == ("reassign", WHY)
    told = Notice.objects.filter(kind="action.action_assigned", to=people.manager)
    assert told.count() == 1


@pytest.mark.parametrize("who", ["worker", "auditor", "stranger", "moderator", "administrator"])
def test_who_neither_manages_it_nor_is_of_the_qa_team_gives_it_to_nobody(bexley, who):
    people = bexley.people
    action = opened(bexley, AT)

    with pytest.raises(PermissionDenied):
        reassign(action, people.second, reason=WHY, by=getattr(people, who), at=AT)

    assert fresh(action).owner == people.worker


@pytest.mark.parametrize("who", ["manager", "service_manager", "head", "director", "qa_head"])
def test_managers_above_and_the_qa_team_may(bexley, who):
    people = bexley.people

    made = reassign(opened(bexley, AT), people.second, reason=WHY, by=getattr(people, who), at=AT)

    assert made.owner == people.second


def test_what_cannot_be_given_is_refused(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    gone = people.stranger
    gone.is_active = False
    gone.save()
    for owner, reason, says in (
        (people.second, " ", "Give the reason"),
        (people.worker, WHY, "theirs already"),
        (gone, WHY, "from the list"),
        (cast("eastmere").worker, WHY, "from the list"),
    ):
        with pytest.raises(Refused, match=says):
            reassign(action, owner, reason=reason, by=people.officer, at=AT)


def test_of_many_those_that_cannot_be_given_are_listed_and_the_others_are(bexley):
    people = bexley.people
    mine = [opened(bexley, AT, source=one) for one in range(2)]
    finished = done(bexley, AT, source=8)
    theirs = opened(bexley, AT, source=9, owner=people.second)
    ids = [one.pk for one in (*mine, finished, theirs)]

    made = reassign_many([*ids, ids[0]], people.second, reason=WHY, by=people.officer, at=AT)

    assert [one.pk for one in made.given] == [one.pk for one in mine]
    assert {one.pk: why for one, why in made.refused} == {
        finished.pk: "It is not open any more.",
        theirs.pk: "It is theirs already.",
    }


def test_one_foreign_id_among_them_changes_nothing(bexley):
    people = bexley.people
    mine = opened(bexley, AT)
    other = council("lancashire")
    foreign = opened(other, AT)

    with pytest.raises(PermissionDenied):
        reassign_many([mine.pk, foreign.pk], people.second, reason=WHY, by=people.officer, at=AT)

    assert set(Action.objects.values_list("owner", flat=True)) == {
        people.worker.pk,
        other.people.worker.pk,
    }


@pytest.mark.parametrize("ids", [[], range(MOST + 1)])
def test_none_and_too_many_are_refused(bexley, ids):
    with pytest.raises(Refused, match="Choose between"):
        reassign_many(list(ids), bexley.people.second, reason=WHY, by=bexley.people.officer, at=AT)


def test_without_a_reason_none_is_given(bexley):
    action = opened(bexley, AT)

    with pytest.raises(Refused, match="Give the reason"):
        reassign_many([action.pk], bexley.people.second, reason="", by=bexley.people.officer, at=AT)


def test_the_same_person_twice_is_told_twice(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    later = AT + timedelta(hours=1)

    reassign(action, people.second, reason=WHY, by=people.officer, at=AT)
    reassign(action, people.worker, reason="Back", by=people.officer, at=AT)
    reassign(action, people.second, reason=WHY, by=people.officer, at=later)

    assert Notice.objects.filter(kind="action.action_assigned", to=people.second).count() == 2


def test_nobody_hands_their_own_action_on_to_get_more_time_from_themselves(bexley):
    people = bexley.people
    action = opened(bexley, AT, owner=people.manager)

    with pytest.raises(PermissionDenied):
        reassign(action, people.worker, reason=WHY, by=people.manager, at=AT)


@pytest.fixture
def entry(bexley):
    """What stands for something with a page of its own, in the hands of the worker."""
    made = opened(bexley, AT)
    Action.objects.filter(pk=made.pk).update(kind="loop")
    return fresh(made)


def test_an_entry_of_a_room_stays_with_its_owner_while_they_hold_a_post(bexley, entry):
    people = bexley.people

    for by in (people.officer, people.manager):
        with pytest.raises(PermissionDenied):
            reassign(entry, people.second, reason=WHY, by=by, at=AT)
    made = reassign_many([entry.pk], people.second, reason=WHY, by=people.officer, at=AT)

    assert [why for _, why in made.refused] == [OF_ITS_ROOM]
    assert (made.by_post, fresh(entry).owner) == (False, people.worker)


@pytest.mark.parametrize("how", ["left", "no post", "a post that is over"])
def test_an_entry_of_a_room_is_given_on_when_its_owner_is_gone(bexley, entry, how):
    people = bexley.people
    if how == "left":
        User.objects.filter(pk=people.worker.pk).update(is_active=False)
    elif how == "no post":
        people.worker.holdings.all().delete()
    else:
        people.worker.holdings.update(to_on=AT.date() - timedelta(days=1))

    made = reassign_many([entry.pk], people.second, reason=WHY, by=people.officer, at=AT)

    assert (made.refused, made.by_post, fresh(entry).owner) == ((), True, people.second)
    told = Notice.objects.get(kind="action.action_assigned", to=people.second)
    assert "by whoever holds the post that the framework names for it" in told.text


def test_an_entry_of_a_room_without_an_owner_is_given_by_who_may_give_others_only(bexley, entry):
    people = bexley.people
    User.objects.filter(pk=people.worker.pk).update(is_active=False)

    with pytest.raises(PermissionDenied):
        reassign(entry, people.second, reason=WHY, by=people.stranger, at=AT)


def test_who_gets_the_entry_of_a_loop_fills_its_form_only_by_post(settings):
    settings.TEST_CLOCK = moment(2026, 9, 21).replace(tzinfo=None)
    place = loop_council("lancashire")
    people = place.people
    loop = returned(place, "inadequate", moment(2026, 9, 10)).loop
    made = Action.objects.get(kind="loop")
    assert made.owner == people.service_manager
    people.service_manager.holdings.update(to_on=date(2026, 9, 15))

    given = reassign_many(
        [made.pk], people.auditor, reason=WHY, by=people.officer, at=moment(2026, 9, 21)
    )

    assert [one.owner for one in given.given] == [people.auditor]
    assert not people.auditor.has_perm("audits.fill_loop", loop)
    assert people.head.has_perm("audits.fill_loop", loop)


@pytest.mark.parametrize("who", ["officer", "manager"])
def test_giving_many_takes_as_many_queries_as_giving_one(bexley, who):
    people = bexley.people
    by = getattr(people, who)
    counts = []
    for number in (1, 3):
        ids = [opened(bexley, AT, source=number).pk for _ in range(number)]
        giver = User.objects.get(pk=by.pk)
        with CaptureQueriesContext(connection) as queries:
            made = reassign_many(ids, people.second, reason=WHY, by=giver, at=AT)
        assert len(made.given) == number
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


def test_each_of_many_has_its_move_its_line_and_its_message(bexley):
    people = bexley.people
    made = [opened(bexley, AT, source=one) for one in range(3)]

    reassign_many(
        [one.pk for one in made], people.second, reason=" Left ", by=people.officer, at=AT
    )

    for one in made:
        assert list(one.moves.values_list("verb", "by", "reason"))[-1] == (
            "reassign",
            people.officer.pk,
            "Left",
        )
    lines = TrailEntry.objects.filter(verb="reassign action", by_id=people.officer.pk)
    assert {line.subject_id for line in lines} == {one.pk for one in made}
    told = Notice.objects.filter(kind="action.action_assigned", to=people.second)
    assert {note.path for note in told} == {f"/actions/{one.pk}/" for one in made}
