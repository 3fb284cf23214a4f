"""The ladder above the meeting: one step for one press, and whoever holds the post today decides."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from audits.models import Audit, Reader
from audits.scoring import Overall
from core.models import Notice
from core.moves import Refused
from moderation.jobs import ask_successors
from moderation.models import Moderation
from moderation.selectors.tasks import open_decisions
from moderation.services.choosing import list_back
from moderation.services.settling import (
    Meeting,
    ask_all_successors,
    decide,
    escalate,
    record_meeting,
)
from moderation.states import ModerationState
from people.models import User
from people.roles import Role
from tests.factories.people import PostHoldingFactory, UserFactory
from tests.moderation.scenes import council, moderated, moment, returned, waiting

pytestmark = pytest.mark.django_db
State = ModerationState
AT = moment(2026, 9, 15)
LATER = moment(2026, 9, 20)
GOOD = Overall("good", 6, surpassed=False)


@pytest.fixture
def bexley():
    return council("bexley")


def in_dispute(place, grade="6", own="4"):
    """An audit whose auditor and moderator have met without agreeing."""
    people = place.people
    audit = returned(place, grade, moment(2026, 9, 10))
    list_back(place.version, by=people.officer, at=AT)
    found = moderated(waiting(audit), people.moderator, AT, own)
    record_meeting(found, Meeting(date(2026, 9, 15), "We differ.", None), by=people.auditor, at=AT)
    return found


def passed_up(place):
    """The same, waiting for the first decider."""
    found = in_dispute(place)
    return escalate(found, read_rung=0, reason="Not settled.", by=place.people.auditor, at=AT)


def successor(place, former):
    """Somebody who has taken over the post of one who has left it."""
    holding = former.holdings.get()
    new = UserFactory(council=place.people.council, name="Nell Hart")
    PostHoldingFactory(post=holding.post, user=new)
    former.holdings.update(to_on=date(2026, 8, 31))
    return new


def again(one):
    """The same person or moderation as a new request reads it."""
    if isinstance(one, User):
        return User.objects.get(pk=one.pk)
    return Moderation.objects.with_audit().get(pk=one.pk)


# One step for one press ---------------------------------------------------------------------------


def test_passing_it_up_again_from_the_same_page_does_not_jump_over_the_first_decider(bexley):
    found = in_dispute(bexley)
    escalate(found, read_rung=0, reason="Not settled.", by=bexley.people.auditor, at=AT)

    for person in (bexley.people.auditor, bexley.people.moderator, bexley.people.qa_head):
        with pytest.raises(Refused, match="passed up since you opened this page"):
            escalate(found, read_rung=0, reason="Not settled.", by=person, at=AT)

    found = waiting(found.audit)
    assert (found.state, found.rung) == (State.DISPUTED, 1)
    assert [one.rung for one in found.steps.all()] == [1]


def test_only_the_decider_of_the_rung_leaves_it_to_the_next(bexley):
    found = passed_up(bexley)

    with pytest.raises(PermissionDenied):
        escalate(found, read_rung=1, reason="Higher.", by=bexley.people.auditor, at=AT)

    escalate(found, read_rung=1, reason="Higher.", by=bexley.people.qa_head, at=AT)
    assert waiting(found.audit).rung == 2


def test_a_double_click_on_the_page_is_refused_with_the_words_still_there(bexley, client):
    found = in_dispute(bexley)
    address = reverse("escalate-moderation", args=[found.pk])
    client.force_login(bexley.people.auditor)
    page = client.get(address).content.decode()
    data = {"read_rung": "0", "reason": "We see it differently."}

    answers = [client.post(address, data) for _ in range(2)]

    assert 'name="read_rung" value="0"' in page
    assert 'data-prevent-double-click="true"' in page
    assert [one.status_code for one in answers] == [302, 422]
    assert "passed up since you opened this page" in answers[1].content.decode()
    assert "Next:" not in answers[1].content.decode()
    assert "We see it differently." in answers[1].content.decode()
    assert found.steps.count() == 1


# Posts that change hands --------------------------------------------------------------------------


def test_the_holder_of_the_post_decides_today_and_not_the_one_who_left_it(bexley):
    found = passed_up(bexley)
    former = bexley.people.qa_head
    assert again(former).has_perm("moderation.decide", again(found))

    new = successor(bexley, former)

    assert not again(former).has_perm("moderation.decide", again(found))
    done = decide(again(found), GOOD, reason="It is Good.", by=again(new), at=LATER)
    assert done.steps.get().decided_by == new


def test_a_successor_is_asked_once_with_the_audit_the_task_and_a_message(bexley):
    found = passed_up(bexley)
    former = bexley.people.qa_head
    new = successor(bexley, former)

    counts = [ask_all_successors(at=LATER) for _ in range(2)]

    assert counts == [1, 0]
    assert list(found.steps.get().deciders.order_by("pk")) == [former, new]
    assert [one.user for one in Reader.objects.filter(part=Reader.Part.DECIDER)] == [new]
    assert list(open_decisions(new)) == [found.pk]
    assert list(open_decisions(former)) == []
    assert Moderation.objects.visible_to(again(new)).get() == found
    assert Audit.objects.visible_to(again(new)).get() == found.audit
    told = Notice.objects.filter(kind="moderation.decide").order_by("pk")
    assert [one.to for one in told] == [former, new]


def test_the_nightly_job_changes_nothing_while_posts_stay_or_stand_empty(bexley, settings):
    settings.TEST_CLOCK = LATER
    found = passed_up(bexley)
    assert ask_successors(LATER, lambda done: None) == 0

    bexley.people.qa_head.holdings.update(to_on=date(2026, 8, 31))

    assert ask_successors(LATER, lambda done: None) == 0
    assert [one.user for one in found.audit.readers.filter(part=Reader.Part.DECIDER)] == [
        bexley.people.qa_head
    ]


def test_a_grade_that_is_decided_asks_nobody(bexley):
    found = passed_up(bexley)
    decide(found, GOOD, reason="It is Good.", by=bexley.people.qa_head, at=AT)
    successor(bexley, bexley.people.qa_head)

    assert ask_all_successors(at=LATER) == 0


# What an agreed grade sets off and who hears of it ------------------------------------------------


def agreed(place, found, value):
    """Both record the same grade."""
    people = place.people
    grade = Overall("good", value, surpassed=False)
    for person in (people.auditor, people.moderator):
        record_meeting(
            found, Meeting(date(2026, 9, 15), "We agree.", grade, "Dates."), by=person, at=LATER
        )
    return waiting(found.audit)


def test_what_any_grade_sets_off_is_not_set_off_again_by_a_changed_grade(bexley):
    found = in_dispute(bexley, grade="2", own="6")

    done = agreed(bexley, found, 6)

    assert (done.state, done.after) == (State.FINAL, "good")
    fired = done.audit.triggered.exclude(code__startswith="follow-up").order_by("pk")
    fired = fired.values_list("code", "grade")
    assert list(fired) == [("returned_inadequate", "inadequate"), ("returned", "inadequate")]
    assert not Notice.objects.filter(kind="trigger.returned").exists()


def test_the_second_worker_hears_of_an_agreed_grade(bexley):
    second = bexley.somebody("SW2", [Role.PRACTITIONER], bexley.people.team2)
    found = in_dispute(bexley)
    Audit.objects.filter(pk=found.audit_id).update(second_worker=second)

    agreed(bexley, found, 6)

    told = Notice.objects.filter(kind="moderation.settled").values_list("to_id", flat=True)
    people = bexley.people
    assert {second.pk, people.worker.pk, people.auditor.pk, people.moderator.pk} <= set(told)
