"""Joiners, movers, leavers: who may, from when, and what stands against it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core import clock
from core.models import Notice, TrailEntry
from core.moves import Refused
from people.independence import SAYS
from people.models import PostHolding, User
from people.posts import Newcomer, add_person, end_post, give_post, let_leave, move_post
from people.selectors import manager_of, mixed_people, would_mix
from standards.following import says_independent
from tests.factories.audits import framework
from tests.factories.cast import cast
from tests.factories.people import PostFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db
TODAY = clock.today()
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 10, tzinfo=UTC)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
NEW = Newcomer(" Rosa Quill ", "ROSA@example.org ", "777")


@pytest.fixture
def people():
    return cast("eastmere")


def lines(verb):
    return list(TrailEntry.objects.filter(verb=verb).values_list("by_id", "subject_id"))


# --- adding a person ------------------------------------------------------------------------------


def test_a_person_is_added_without_a_post_or_a_password(people):
    made = add_person(NEW, by=people.administrator, at=NOW)

    assert (made.name, made.email, made.staff_number) == ("Rosa Quill", "rosa@example.org", "777")
    assert (made.council, made.has_usable_password(), made.is_active) == (
        people.council,
        False,
        True,
    )
    assert not made.holdings.exists()
    assert lines("add person") == [(people.administrator.pk, made.pk)]


@pytest.mark.parametrize("who", ["officer", "qa_head", "manager", "director", "former"])
def test_only_an_administrator_adds_people(people, who):
    with pytest.raises(PermissionDenied):
        add_person(NEW, by=getattr(people, who), at=NOW)


def test_an_address_that_is_taken_is_refused_and_says_nothing_of_other_councils(people):
    other = cast("northshire").worker
    own = people.worker

    for email, words in (
        (own.email.upper(), f"This address belongs to {own.name}."),
        (other.email, "This address cannot be used here."),
    ):
        with pytest.raises(Refused) as no:
            add_person(Newcomer("Rosa Quill", email), by=people.administrator, at=NOW)
        assert str(no.value) == words
        assert other.name not in str(no.value)


def test_a_staff_number_is_one_persons(people):
    add_person(NEW, by=people.administrator, at=NOW)

    with pytest.raises(Refused, match="staff number"):
        add_person(Newcomer("Ann", "ann@example.org", "777"), by=people.administrator, at=NOW)
    with pytest.raises(Refused, match="Enter the name"):
        add_person(Newcomer(" ", "ann@example.org"), by=people.administrator, at=NOW)


# --- giving and ending a post ----------------------------------------------------------------------


def test_a_post_is_given_from_a_day_and_rights_follow(people):
    who = add_person(NEW, by=people.administrator, at=NOW)
    post = people.worker.holdings.get().post

    held = give_post(
        who, post, from_on=TODAY, to_on=TOMORROW, cover=True, by=people.administrator, at=NOW
    )

    assert (held.from_on, held.to_on, held.cover) == (TODAY, TOMORROW, True)
    assert User.objects.get(pk=who.pk).has_perm("cases.see_cases")
    with pytest.raises(Refused, match="holds this post then already"):
        give_post(who, post, from_on=TOMORROW, by=people.administrator, at=NOW)


@pytest.mark.parametrize(
    ("from_on", "to_on", "words"),
    [
        (TODAY, YESTERDAY, "before the first"),
        (TODAY + timedelta(days=367), None, "within a year"),
        (TODAY - timedelta(days=367), None, "within a year"),
    ],
)
def test_days_that_cannot_be_are_refused(people, from_on, to_on, words):
    post = people.worker.holdings.get().post

    with pytest.raises(Refused, match=words):
        give_post(
            people.stranger, post, from_on=from_on, to_on=to_on, by=people.administrator, at=NOW
        )


def test_nobody_changes_their_own_posts_or_those_of_another_council(people):
    other = cast("northshire")
    post = people.qa_head.holdings.get().post
    mine = people.administrator.holdings.get()

    for person, given in (
        (people.administrator, post),
        (other.worker, post),
        (people.worker, other.qa_head.holdings.get().post),
    ):
        with pytest.raises(PermissionDenied):
            give_post(person, given, from_on=TODAY, by=people.administrator, at=NOW)
    with pytest.raises(PermissionDenied):
        end_post(mine, by=people.administrator, at=NOW)
    with pytest.raises(PermissionDenied):
        let_leave(people.administrator, by=people.administrator, at=NOW)


def test_the_qa_head_changes_the_posts_of_the_only_administrator_and_no_others(people):
    post = people.administrator.holdings.get().post
    with pytest.raises(PermissionDenied):
        give_post(people.worker, post, from_on=TODAY, by=people.qa_head, at=NOW)

    end_post(people.administrator.holdings.get(), by=people.qa_head, at=NOW)

    assert User.objects.get(pk=people.administrator.pk).is_active is False
    # The council has no administrator now: the QA head gives the post to the next one, and not to themselves.
    with pytest.raises(PermissionDenied):
        give_post(people.qa_head, post, from_on=TODAY, by=people.qa_head, at=NOW)
    give_post(people.reader, post, from_on=TODAY, by=people.qa_head, at=NOW)
    with pytest.raises(PermissionDenied):
        give_post(people.worker, post, from_on=TODAY, by=people.qa_head, at=NOW)


def test_a_post_that_is_ended_at_once_was_last_held_yesterday(people):
    held = people.manager.holdings.get()

    end_post(held, by=people.administrator, at=NOW)

    held.refresh_from_db()
    assert held.to_on == YESTERDAY
    user = User.objects.get(pk=people.manager.pk)
    assert (user.is_active, user.has_perm("audits.see_being_audited")) == (False, False)
    assert lines("end post") == [(people.administrator.pk, people.manager.pk)]
    with pytest.raises(Refused, match="already"):
        end_post(held, by=people.administrator, at=NOW)


def test_somebody_with_another_post_still_signs_in(people):
    PostHoldingFactory(post=people.reader.holdings.get().post, user=people.manager)
    held = people.manager.holdings.order_by("pk").first()

    end_post(held, by=people.administrator, at=NOW)

    user = User.objects.get(pk=people.manager.pk)
    assert (user.is_active, user.has_perm("audits.see_being_audited")) == (True, False)


def test_a_post_ends_on_a_day_to_come_and_never_before_its_start(people):
    held = people.manager.holdings.get()
    end_post(held, last_day=TOMORROW, by=people.administrator, at=NOW)
    held.refresh_from_db()
    assert held.to_on == TOMORROW
    assert User.objects.get(pk=people.manager.pk).has_perm("audits.see_being_audited")

    later = give_post(people.stranger, held.post, from_on=TOMORROW, by=people.administrator, at=NOW)
    with pytest.raises(Refused, match="They took it up"):
        end_post(later, last_day=TODAY, by=people.administrator, at=NOW)
    end_post(later, by=people.administrator, at=NOW)
    assert not PostHolding.objects.filter(pk=later.pk).exists()


def test_a_mover_holds_the_old_post_until_the_day_before(people):
    old = people.stranger.holdings.get()
    post = people.worker.holdings.get().post

    new = move_post(old, post, from_on=TOMORROW, by=people.administrator, at=NOW)

    old.refresh_from_db()
    assert (old.to_on, new.from_on, new.post) == (TODAY, TOMORROW, post)
    assert User.objects.get(pk=people.stranger.pk).is_active


def test_a_post_given_by_mistake_today_is_moved_away_as_if_it_never_was(people):
    who = add_person(NEW, by=people.administrator, at=NOW)
    post = people.worker.holdings.get().post
    wrong = give_post(who, post, from_on=TODAY, by=people.administrator, at=NOW)

    right = move_post(
        wrong, people.manager.holdings.get().post, from_on=TODAY, by=people.administrator, at=NOW
    )

    assert list(who.holdings.all()) == [right]
    assert User.objects.get(pk=who.pk).is_active


def test_a_move_that_is_refused_leaves_both_posts(people):
    old = people.stranger.holdings.get()

    with pytest.raises(Refused):
        move_post(old, old.post, from_on=TOMORROW, by=people.administrator, at=NOW)

    old.refresh_from_db()
    assert old.to_on is None


@pytest.mark.parametrize(
    ("last", "ends", "active"), [(None, YESTERDAY, False), (TOMORROW, TOMORROW, True)]
)
def test_leaving(people, last, ends, active):
    let_leave(people.worker, last_day=last, by=people.administrator, at=NOW)

    assert people.worker.holdings.get().to_on == ends
    assert User.objects.get(pk=people.worker.pk).is_active is active
    assert lines("leave") == [(people.administrator.pk, people.worker.pk)]


# --- who is above, and QA apart from line management -------------------------------------------------


def test_whose_manager_somebody_is_before_and_after_leaving(people):
    assert manager_of(people.worker, TODAY) == people.manager
    people.worker.holdings.update(to_on=YESTERDAY)
    assert manager_of(people.worker, TODAY) == people.manager
    people.manager.holdings.update(to_on=YESTERDAY)
    assert manager_of(people.worker, TODAY) == people.service_manager
    assert manager_of(people.administrator, TODAY) is None


@pytest.fixture
def strict(people):
    def says(council_id, on):
        return council_id == people.council.pk

    SAYS.append(says)
    yield
    SAYS.remove(says)


def test_qa_and_line_management_of_workers_are_seen_to_mix(people):
    manages = people.manager.holdings.get().post
    leads_qa = PostFactory(
        council=people.council,
        unit=people.officer.holdings.get().post.unit,
        type=people.head.holdings.get().post.type,
    )

    assert would_mix(people.officer, manages, TODAY)
    assert would_mix(people.manager, people.officer.holdings.get().post, TODAY)
    assert not would_mix(people.officer, leads_qa, TODAY)
    assert not would_mix(people.moderator, manages, TODAY)
    assert mixed_people(people.council.pk, TODAY) == frozenset()


def test_line_management_by_who_reports_to_whom_counts_too(people):
    seat = PostFactory(
        council=people.council,
        unit=people.officer.holdings.get().post.unit,
        type=people.head.holdings.get().post.type,
    )
    held = people.worker.holdings.get().post
    held.reports_to = seat
    held.save()

    assert would_mix(people.officer, seat, TODAY)


def test_where_the_framework_says_so_the_qa_team_gets_no_line_managers_post(people, strict):
    post = people.manager.holdings.get().post

    with pytest.raises(Refused, match="Your framework does not allow that"):
        give_post(people.officer, post, from_on=TODAY, by=people.administrator, at=NOW)

    assert people.officer.holdings.count() == 1


def test_where_it_does_not_the_post_is_given_and_shown_as_mixed(people):
    post = people.manager.holdings.get().post

    give_post(people.officer, post, from_on=TODAY, by=people.administrator, at=NOW)

    assert mixed_people(people.council.pk, TODAY) == {people.officer.pk}


def test_the_framework_says_whether_qa_is_independent():

    strict = framework("fixtures/frameworks/bracknell-forest/1.yaml").council
    loose = framework("fixtures/frameworks/bexley/1.yaml").council

    day = date(2026, 11, 10)
    assert (says_independent(strict.pk, day), says_independent(loose.pk, day)) == (True, False)


# --- posts with wide rights -----------------------------------------------------------------------


def told_of_wide():
    rows = Notice.objects.filter(kind="people.wide").order_by("pk")
    return [(one.to, one.subject, one.urgent) for one in rows]


@pytest.mark.parametrize("kind", ["administrator", "qa_head", "officer", "director"])
def test_the_others_who_look_after_access_are_told_of_a_post_with_wide_rights(people, kind):
    post = getattr(people, kind).holdings.get().post

    held = give_post(people.reader, post, from_on=TODAY, by=people.administrator, at=NOW)
    others = {people.qa_head} | ({people.reader} if kind in {"administrator", "qa_head"} else set())
    given = told_of_wide()
    end_post(held, last_day=TODAY, by=people.administrator, at=NOW)

    assert {to for to, _, _ in given} == others
    assert {words for _, words, _ in given} == {"A post with wide rights was given"}
    ended = told_of_wide()[len(given) :]
    assert {(to, words, urgent) for to, words, urgent in ended} == {
        (one, "A post with wide rights was ended", True) for one in others
    }
    said = Notice.objects.filter(kind="people.wide").first()
    assert people.reader.name not in said.text + said.subject
    assert "Look at it under People, access review." in said.text
    assert lines("join") == [(people.administrator.pk, people.reader.pk)]


def test_nobody_is_told_of_a_post_without_wide_rights(people):
    post = people.worker.holdings.get().post

    give_post(people.reader, post, from_on=TODAY, by=people.administrator, at=NOW)

    assert told_of_wide() == []


def test_the_others_are_told_when_somebody_with_wide_rights_leaves(people):
    let_leave(people.officer, by=people.administrator, at=NOW)

    assert [(to, words) for to, words, _ in told_of_wide()] == [
        (people.qa_head, "A post with wide rights was ended")
    ]
