"""Rights in a concern end with the post by which somebody was told, and pass to whoever takes it over (H-8, C5)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Notice
from escalation.models import OfficerEscalation, StagePerson
from escalation.selectors.concerns import successors, waiting_for
from escalation.services.prompting import join_holders
from escalation.services.stages import answer, give_time, reopen, resolve
from people.models import User
from people.roles import Role
from tests.access.test_every_url import signed_in
from tests.escalation.concern_scenes import MARCH23, now, room
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory
from tests.programme.scenes import moment

pytestmark = pytest.mark.django_db
MONDAY = moment(2026, 3, 23)
WEDNESDAY = moment(2026, 3, 25)
BEFORE, SINCE = date(2026, 3, 24), date(2026, 3, 25)


@pytest.fixture
def scene(settings):
    settings.TEST_CLOCK = WEDNESDAY
    return room()


def at_stage_one(scene, **changes):
    concern = scene.raised(MONDAY, **changes)
    scene.up(concern, 1, MARCH23)
    return concern


def practice(scene):
    nothing = {"worker": None, "reference": "", "informal_on": None, "informal_note": ""}
    return scene.raised(
        MONDAY, by=scene.place.people.stranger, ladder="practice_concern", **nothing
    )


def moves(user):
    """They have another post from Wednesday on, and somebody else has theirs."""
    post = user.holdings.get().post
    user.holdings.update(to_on=BEFORE)
    PostHoldingFactory(post=PostFactory(council=post.council), user=user, from_on=SINCE)
    return PostHoldingFactory(post=post, user=UserFactory(council=post.council), from_on=SINCE).user


def status(user, concern, name="concern", typed=None):
    client, where = signed_in(user), reverse(name, args=[concern.key])
    return (client.get(where) if typed is None else client.post(where, typed)).status_code


def told_of(user, kind):
    return Notice.objects.filter(to=user, kind=f"escalation.{kind}").count()


def seen_by(user):
    """What somebody sees at their next request."""
    return list(OfficerEscalation.objects.visible_to(User.objects.get(pk=user.pk)))


def test_a_manager_who_moved_reads_no_more_answers_no_more_and_hears_no_more(scene):
    concern, manager = at_stage_one(scene), scene.place.people.manager
    successor = moves(manager)

    assert status(manager, concern) == 404
    assert status(manager, concern, "answer-concern", {"answer": "Mine."}) == 404
    with pytest.raises(PermissionDenied):
        answer(concern, "Mine.", by=manager, at=WEDNESDAY)
    give_time(concern, date(2026, 4, 9), reason="Ill", by=scene.firo, at=WEDNESDAY)
    join_holders(moment(2026, 3, 26, 6), lambda done: None)
    resolve(concern, "Visited.", [], by=scene.firo, at=moment(2026, 3, 27))
    assert (told_of(manager, "stage_more_time"), told_of(manager, "stage_resolved")) == (0, 0)
    assert (told_of(successor, "stage_opened"), told_of(successor, "stage_resolved")) == (1, 1)


def test_whoever_takes_the_post_over_sees_and_answers_at_once_and_keeps_it(scene):
    concern, manager = at_stage_one(scene), scene.place.people.manager
    successor = moves(manager)
    assert [one.key for one in waiting_for(successor, SINCE)] == [concern.key]
    assert waiting_for(manager, SINCE) == []

    assert status(successor, concern) == 200
    assert status(successor, concern, "answer-concern", {"answer": "We visit."}) == 302

    put_down = now(concern).people.get(user=successor)
    assert (put_down.part, put_down.roles) == ("to", "worker’s line manager")
    assert now(concern).replied_by == successor
    resolve(concern, "Visited.", [], by=scene.firo, at=WEDNESDAY)
    assert status(successor, concern) == 200
    page = signed_in(successor).get(reverse("concern", args=[concern.key])).content.decode()
    assert manager.name in page  # the history names who was told then


def test_a_successor_of_an_earlier_stage_is_shown_nothing_of_it(scene):
    concern = scene.raised(MONDAY, ladder="cp_chair", by=scene.chair)
    scene.up(concern, 1, MARCH23)
    successor = moves(scene.place.people.manager)

    assert seen_by(successor) == []


@pytest.mark.parametrize("over", ["answered", "a later stage", "resolved"])
def test_reading_ends_with_the_post_whatever_has_become_of_the_stage(scene, over):
    concern, manager = at_stage_one(scene), scene.place.people.manager
    answer(concern, "We visit.", by=manager, at=MONDAY)
    if over == "a later stage":
        scene.up(concern, 2, MARCH23, why="not_accepted", reason="Too late.")
    elif over == "resolved":
        resolve(concern, "Visited.", [], by=scene.firo, at=MONDAY)
    assert seen_by(manager) == [concern]

    moves(manager)

    assert seen_by(manager) == []
    assert seen_by(scene.place.people.service_manager) == [concern]


def test_the_officer_keeps_reading_without_the_post_until_they_leave(scene):
    concern = at_stage_one(scene)
    moves(scene.firo)
    assert seen_by(scene.firo) == [concern]

    User.objects.filter(pk=scene.firo.pk).update(is_active=False)

    assert seen_by(scene.firo) == []


def test_a_restricted_concern_is_closed_to_whoever_looked_into_it_and_moved(scene):
    concern = practice(scene)
    successor = moves(scene.principal)
    typed = {"outcome": "Talked through."}

    assert status(scene.principal, concern) == 404
    assert status(scene.principal, concern, "resolve-concern", typed) == 404
    with pytest.raises(PermissionDenied):
        answer(concern, "Mine.", by=scene.principal, at=WEDNESDAY)
    assert status(successor, concern, "answer-concern", {"answer": "We talk."}) == 302
    assert status(successor, concern, "resolve-concern", typed) == 302
    assert not Notice.objects.filter(to=scene.principal).exclude(made_at=MONDAY).exists()


def test_the_worker_who_was_told_as_themselves_keeps_reading_wherever_they_work(scene):
    concern, worker = scene.raised(MONDAY), scene.place.people.worker
    assert StagePerson.objects.get(user=worker).posts == []

    moves(worker)

    assert seen_by(worker) == [concern]


def test_the_worker_whom_it_is_about_is_not_asked_by_a_post_that_they_took_over(scene):
    concern, people = at_stage_one(scene, ladder="firo"), scene.place.people
    post = people.manager.holdings.get().post
    people.manager.holdings.update(to_on=BEFORE)
    PostHoldingFactory(post=post, user=people.worker, from_on=SINCE)

    with pytest.raises(PermissionDenied):
        answer(concern, "All is well.", by=people.worker, at=WEDNESDAY)

    assert waiting_for(people.worker, SINCE) == []
    chaired = scene.raised(MONDAY, ladder="cp_chair", by=scene.chair)
    assert chaired not in seen_by(people.worker)


def test_the_officer_is_not_asked_by_a_post_that_they_took_over(scene):
    concern, people = at_stage_one(scene), scene.place.people
    post = people.manager.holdings.get().post
    people.manager.holdings.update(to_on=BEFORE)
    PostHoldingFactory(post=post, user=scene.firo, from_on=SINCE)

    with pytest.raises(PermissionDenied):
        answer(concern, "All is well.", by=scene.firo, at=WEDNESDAY)

    assert waiting_for(scene.firo, SINCE) == []


def test_whoever_comes_back_by_another_post_of_the_stage_may_answer_again(scene):
    concern, people = at_stage_one(scene), scene.place.people
    moves(people.manager)
    people.service_manager.holdings.update(to_on=BEFORE)
    PostHoldingFactory(
        post=people.service_manager.holdings.get().post, user=people.manager, from_on=SINCE
    )
    join_holders(moment(2026, 3, 26, 6), lambda done: None)

    row = now(concern).people.get(user=people.manager)

    assert row.posts == [people.service_manager.holdings.get().post_id]
    answer(concern, "We visit.", by=people.manager, at=moment(2026, 3, 26))


def test_a_stage_that_is_opened_again_is_told_to_who_holds_its_posts_by_then(scene):
    concern, manager = at_stage_one(scene), scene.place.people.manager
    resolve(concern, "Visited.", [], by=scene.firo, at=MONDAY)
    successor = moves(manager)

    reopen(concern, reason="No visit came.", by=scene.firo, at=WEDNESDAY)
    join_holders(moment(2026, 3, 26, 6), lambda done: None)

    assert (told_of(manager, "stage_reopened"), told_of(successor, "stage_opened")) == (0, 1)


def test_who_was_asked_once_may_take_a_concern_over_when_they_are_asked_no_more(scene):
    concern, manager = at_stage_one(scene), scene.place.people.manager
    PostHoldingFactory(post=scene.firo.holdings.get().post, user=manager, from_on=SINCE)
    assert successors(concern, SINCE) == []

    manager.holdings.exclude(from_on=SINCE).update(to_on=BEFORE)

    assert [one for one, _ in successors(concern, SINCE)] == [manager]


def test_reading_takes_one_number_of_queries_however_many_posts_and_concerns(scene):
    client, counts = signed_in(scene.place.people.service_manager), []
    for number in (1, 3):
        for _ in range(number):
            at_stage_one(scene)
        PostHoldingFactory(
            post=PostFactory(council=scene.place.people.council),
            user=scene.place.people.service_manager,
        )
        client.get(reverse("concerns"))
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(reverse("concerns")).context["rows"]
        counts.append((len(rows), len(queries)))

    assert [rows for rows, _ in counts] == [1, 4]
    assert counts[0][1] == counts[1][1]


def test_a_person_of_two_posts_of_a_stage_keeps_their_rights_with_either(scene):
    people = scene.place.people
    other = scene.place.somebody("PCFSW", [Role.REPORT_READER], people.team1)
    PostHoldingFactory(post=other.holdings.get().post, user=scene.principal)
    concern = practice(scene)
    held = scene.principal.holdings.order_by("pk")
    assert len(StagePerson.objects.get(user=scene.principal).posts) == 2

    held.filter(pk=held[0].pk).update(to_on=BEFORE)
    assert seen_by(scene.principal) == [concern]
    held.update(to_on=BEFORE)
    assert seen_by(scene.principal) == []
