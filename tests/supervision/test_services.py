from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction

from core.models import Notice, TrailEntry
from core.moves import Refused
from people.models import PostHolding
from supervision.models import PersonalNote, Share
from supervision.selectors import earlier, opened
from supervision.services import (
    Said,
    acknowledge_note,
    correct_note,
    end_sharing,
    share_notes,
    write_note,
)
from tests.factories.audits import NOW
from tests.factories.cast import Cast, cast
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory
from tests.factories.supervision import CANARY, note_for

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def people(settings) -> Cast:
    settings.TEST_CLOCK = NOW
    return cast("bexley")


def new_manager(people: Cast) -> object:
    """Team 2's manager leaves their post and somebody else takes it."""
    PostHolding.objects.filter(user=people.manager).update(to_on=TODAY - timedelta(days=1))
    post = people.manager.holdings.get().post
    successor = UserFactory(council=people.council, name="Nadia New")
    PostHoldingFactory(post=post, user=successor, from_on=TODAY)
    return successor


def fresh(user):
    """The person as a further request finds them."""
    return type(user).objects.get(pk=user.pk)


def test_a_note_is_sealed_and_its_worker_is_told_only_that_there_is_one(people):
    note = note_for(people.worker, people.manager, NOW)

    stored = PersonalNote.objects.get()
    assert b"Canary" not in bytes(stored.text)
    assert opened(stored).text == CANARY
    told = Notice.objects.get(to=people.worker, kind="supervision.note")
    assert told.restricted
    assert told.path == f"/supervision/notes/{note.key}/"
    assert "visits" not in told.subject + told.text
    line = TrailEntry.objects.get(verb="write note")
    assert (line.subject_type, line.subject_id, line.detail) == (
        "supervision.personalnote",
        note.pk,
        {},
    )


def test_a_note_bound_to_its_people_does_not_open_in_another_row(people):
    one = note_for(people.worker, people.manager, NOW)
    other = note_for(people.second, people.manager, NOW, text="Another")

    PersonalNote.objects.filter(pk=other.pk).update(text=bytes(one.text))

    found = opened(PersonalNote.objects.get(pk=other.pk))
    assert (found.readable, found.text) == (False, "")


def test_what_holds_an_opened_note_shows_nothing_of_it_when_printed(people):
    note = note_for(people.worker, people.manager, NOW)

    assert "Canary" not in repr(opened(note)) + str(note) + repr(Said(TODAY, CANARY))


@pytest.mark.parametrize(
    "who",
    [
        "worker",
        "second",
        "auditor",
        "service_manager",
        "head",
        "director",
        "officer",
        "qa_head",
        "administrator",
        "former",
    ],
)
def test_only_the_line_manager_writes(people, who):
    with pytest.raises(PermissionDenied):
        note_for(people.worker, getattr(people, who), NOW)

    assert not PersonalNote.objects.exists()


def test_a_managers_own_line_manager_writes_for_them(people):
    note_for(people.manager, people.service_manager, NOW)

    assert PersonalNote.objects.visible_to(people.manager).exists()


def test_where_the_managers_post_is_vacant_the_next_one_up_is_the_line_manager(people):
    PostHolding.objects.filter(user=people.manager).update(to_on=TODAY - timedelta(days=1))

    note_for(people.worker, people.service_manager, NOW)

    assert PersonalNote.objects.count() == 1


def test_whoever_works_in_two_teams_has_two_line_managers(people):
    post = PostFactory(
        council=people.council,
        unit=people.team1,
        type=people.worker.holdings.get().post.type,
        reports_to=people.auditor.holdings.get().post,
    )
    PostHoldingFactory(post=post, user=people.worker)

    note_for(people.worker, people.auditor, NOW)
    note_for(people.worker, people.manager, NOW)

    assert PersonalNote.objects.visible_to(people.auditor).count() == 1
    assert PersonalNote.objects.visible_to(people.worker).count() == 2


@pytest.mark.parametrize(
    ("days", "text", "says"), [(1, "x", "a day that has come"), (0, "  ", "Write the note")]
)
def test_a_note_needs_words_and_a_day_that_has_come(people, days, text, says):
    said = Said(TODAY + timedelta(days=days), text)

    with pytest.raises(Refused, match=says):
        write_note(people.worker, said, key=uuid4(), by=people.manager, at=NOW)


def test_the_same_form_sent_twice_makes_one_note(people):
    key = uuid4()
    for _ in range(2):
        note_for(people.worker, people.manager, NOW, key=key)

    assert PersonalNote.objects.count() == 1
    with pytest.raises(PermissionDenied):
        note_for(people.second, people.manager, NOW, key=key)


def test_a_correction_adds_and_what_stood_before_stays(people):
    first = note_for(people.worker, people.manager, NOW, text="Two visits late")
    key = uuid4()
    for _ in range(2):
        second = correct_note(
            first, Said(TODAY, "Three visits late"), key=key, by=people.manager, at=NOW
        )

    assert [opened(one).text for one in PersonalNote.objects.newest()] == ["Three visits late"]
    before = earlier(second, reader=people.worker, on=TODAY)
    assert [one.text for one in before] == ["Two visits late"]
    with pytest.raises(Refused, match="corrected already"):
        correct_note(first, Said(TODAY, "Again"), key=uuid4(), by=people.manager, at=NOW)
    with pytest.raises(PermissionDenied):
        correct_note(second, Said(TODAY, "Mine"), key=uuid4(), by=people.worker, at=NOW)


def test_the_database_refuses_to_rewrite_whose_note_it_is_or_when(people):
    note = note_for(people.worker, people.manager, NOW)
    rewritten = {"held_on": TODAY - timedelta(days=9), "author": people.head, "made_at": NOW}

    for column, value in {**rewritten, "made_at": NOW - timedelta(days=9)}.items():
        with pytest.raises(InternalError), transaction.atomic():
            PersonalNote.objects.filter(pk=note.pk).update(**{column: value})


def test_only_the_worker_says_that_they_have_read_it_once(people):
    note = note_for(people.worker, people.manager, NOW)

    with pytest.raises(PermissionDenied):
        acknowledge_note(note, by=people.manager, at=NOW)
    acknowledge_note(note, by=people.worker, at=NOW)
    acknowledge_note(note, by=people.worker, at=NOW + timedelta(days=1))

    note.refresh_from_db()
    assert note.read_at == NOW
    assert TrailEntry.objects.filter(verb="acknowledge note").count() == 1


def test_an_author_who_is_no_longer_the_line_manager_loses_it_and_the_successor_has_nothing(people):
    note = note_for(people.worker, people.manager, NOW)

    successor = new_manager(people)

    seen = PersonalNote.objects.visible_to
    assert not seen(fresh(people.manager), TODAY).exists()
    assert not seen(successor, TODAY).exists()
    assert seen(people.worker, TODAY).get() == note
    with pytest.raises(PermissionDenied):
        correct_note(note, Said(TODAY, "x"), key=uuid4(), by=fresh(people.manager), at=NOW)


def test_the_worker_decides_whether_a_new_manager_reads_earlier_notes(people):
    note = note_for(people.worker, people.manager, NOW)
    successor = new_manager(people)
    worker = fresh(people.worker)

    assert share_notes([note], by=worker, at=NOW) == 1
    assert share_notes([note], by=worker, at=NOW) == 0

    assert PersonalNote.objects.visible_to(fresh(successor), TODAY).get() == note
    with pytest.raises(PermissionDenied):
        correct_note(note, Said(TODAY, "x"), key=uuid4(), by=fresh(successor), at=NOW)
    end_sharing(note, by=worker, at=NOW)
    assert not PersonalNote.objects.visible_to(fresh(successor), TODAY).exists()
    assert Share.objects.get().ended_at == NOW


def test_what_is_shared_ends_when_the_reader_is_no_longer_the_line_manager(people):
    note = note_for(people.worker, people.manager, NOW)
    successor = new_manager(people)
    share_notes([note], by=fresh(people.worker), at=NOW)

    PostHolding.objects.filter(user=successor).update(to_on=TODAY)

    later = TODAY + timedelta(days=1)
    assert not PersonalNote.objects.visible_to(fresh(successor), later).exists()


@pytest.mark.parametrize("who", ["manager", "head", "qa_head"])
def test_nobody_but_the_worker_shares(people, who):
    note = note_for(people.worker, people.manager, NOW)

    with pytest.raises(PermissionDenied):
        share_notes([note], by=getattr(people, who), at=NOW)
    with pytest.raises(PermissionDenied):
        end_sharing(note, by=getattr(people, who), at=NOW)


def test_without_a_line_manager_there_is_nobody_to_share_with(people):
    note = note_for(people.worker, people.manager, NOW)
    ids = [people.manager, people.service_manager, people.head, people.deputy_director]
    PostHolding.objects.filter(user__in=[*ids, people.director]).update(
        to_on=TODAY - timedelta(days=1)
    )

    with pytest.raises(Refused, match="Nobody is your line manager"):
        share_notes([note], by=people.worker, at=NOW)


def test_somebody_who_has_left_opens_nothing(people):
    note_for(people.worker, people.manager, NOW)
    people.worker.is_active = False

    assert not PersonalNote.objects.visible_to(people.worker).exists()
