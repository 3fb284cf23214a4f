"""Handing a concern over to another officer."""

import pytest
from django.core.exceptions import PermissionDenied

from core.models import Notice, TrailEntry
from core.moves import Refused
from escalation.services.concerns import Further, go_up
from escalation.services.handing import hand_over
from escalation.services.stages import record_consulted, resolve
from people.roles import Role
from tests.escalation.concern_scenes import MARCH23, now, room
from tests.factories.people import PostHoldingFactory
from tests.programme.scenes import moment

pytestmark = pytest.mark.django_db
MONDAY = moment(2026, 3, 23)


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = MONDAY
    return room()


@pytest.fixture
def other(scene):
    """Another fostering reviewing officer."""
    return scene.place.somebody("FIRO", [Role.REVIEWING_OFFICER], scene.place.people.team1)


@pytest.fixture
def concern(scene):
    made = scene.raised(MONDAY)
    scene.up(made, 1, MARCH23)
    return made


def test_the_new_officer_is_told_and_takes_it_on(scene, concern, other):
    head = scene.place.people.qa_head

    hand_over(concern, other, reason="She has left.", by=head, at=MONDAY)

    said = Notice.objects.get(kind="escalation.stage_handed_over")
    assert (said.to, said.path) == (other, f"/concerns/{concern.key}/")
    moved = concern.moves.get(verb="hand over")
    assert (moved.by, moved.reason) == (head, "She has left.")
    detail = TrailEntry.objects.get(verb="hand over concern").detail
    assert (detail["from"], detail["to"]) == (scene.firo.pk, other.pk)
    with pytest.raises(PermissionDenied):
        record_consulted(concern, consulted="x", advocate_on=None, by=scene.firo, at=MONDAY)
    record_consulted(concern, consulted="The carer", advocate_on=None, by=other, at=MONDAY)
    go_up(concern, Further(2, "no_reply"), by=other, at=MONDAY)


def test_only_who_may_raise_it_and_has_no_part_in_it_takes_it_over(scene, concern, other):
    people = scene.place.people
    post = other.holdings.get().post
    for user in (people.worker, people.manager):
        PostHoldingFactory(post=post, user=user)
    left = scene.place.somebody("FIRO", [Role.REVIEWING_OFFICER], people.team1)
    left.is_active = False
    left.save(update_fields=["is_active"])

    for user in (scene.firo, scene.iro, people.worker, people.manager, people.head, left):
        with pytest.raises(Refused, match="Choose somebody who may raise"):
            hand_over(concern, user, reason="x", by=people.qa_head, at=MONDAY)


def test_it_needs_a_reason_and_an_open_concern(scene, concern, other):
    head = scene.place.people.qa_head
    with pytest.raises(Refused, match="Say why"):
        hand_over(concern, other, reason=" ", by=head, at=MONDAY)
    resolve(concern, "Visited.", [], by=scene.firo, at=MONDAY)
    with pytest.raises(Refused, match="is resolved"):
        hand_over(concern, other, reason="x", by=head, at=MONDAY)


@pytest.mark.parametrize("who", ["officer", "manager", "administrator", "director"])
def test_only_the_head_of_qa_hands_over(scene, concern, other, who):
    with pytest.raises(PermissionDenied):
        hand_over(concern, other, reason="x", by=getattr(scene.place.people, who), at=MONDAY)


def test_nobody_hands_over_what_is_restricted(scene):
    people = scene.place.people
    concern = scene.raised(MONDAY, by=people.stranger, worker=None, ladder="practice_concern")

    with pytest.raises(PermissionDenied):
        hand_over(concern, people.manager, reason="x", by=people.qa_head, at=MONDAY)


def test_a_concern_handed_back_is_told_again(scene, concern, other):
    for minute, to in enumerate((other, scene.firo, other)):
        at = moment(2026, 3, 23, 11, minute)
        hand_over(concern, to, reason="Leave", by=scene.place.people.qa_head, at=at)

    found = Notice.objects.filter(kind="escalation.stage_handed_over").order_by("pk")
    assert [one.to for one in found] == [other, scene.firo, other]
    assert now(concern).index == 1
