"""Closing an audit when its four regions are finished, and the lists on which it stands until then (B1, B2-23, C2-5)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit, Listed
from audits.selectors.closing import listed_for, loop_tasks, regions
from audits.services import closing
from audits.services.closing import confirm, settle, settle_all
from audits.services.grading import make_final
from core.models import Notice
from core.moves import Refused
from moderation.services.choosing import choose_by_hand
from tests.moderation.scenes import council, moment, returned

pytestmark = pytest.mark.django_db
AT, LATER = moment(2026, 9, 10), moment(2026, 11, 2)
DAY = date(2026, 11, 2)


def final(place, grade):
    audit = returned(place, grade, AT)
    return make_final(audit, grade=audit.grade, by=place.people.officer, at=AT)


def sign_all_off():
    Action.objects.update(state=ActionState.SIGNED_OFF, closed_on=DAY)


def test_an_audit_closes_once_everything_is_finished_and_says_so_once():
    place = council("bexley")
    audit = final(place, "6")

    early = settle(audit, at=LATER)
    sign_all_off()
    now = [settle(audit, at=LATER), settle(audit, at=LATER)]

    assert (early, now) == (False, [True, False])
    assert Audit.objects.get(pk=audit.pk).closed_at == LATER
    told = Notice.objects.filter(kind="audit.closed").values_list("to", flat=True)
    people = place.people
    assert set(told) == {people.worker.pk, people.manager.pk, people.auditor.pk}


@pytest.mark.parametrize("left", ["draft", "open", "in_progress", "done"])
def test_one_action_that_is_not_signed_off_keeps_it_open(left):
    audit = final(council("bexley"), "6")
    sign_all_off()
    Action.objects.filter(pk=Action.objects.all()[0].pk).update(state=left)

    assert not settle(audit, at=LATER)


def test_a_provisional_grade_keeps_it_open():
    audit = returned(council("bexley"), "6", AT)
    sign_all_off()

    assert not settle(audit, at=LATER)
    assert [one.finished for one in regions(audit)] == [True, False, True, True]


def test_a_withdrawn_action_does_not_keep_it_open():
    audit = final(council("bexley"), "6")
    Action.objects.update(state=ActionState.WITHDRAWN)

    assert settle(audit, at=LATER)


def test_an_action_that_is_reopened_opens_the_audit_again():
    audit = final(council("bexley"), "6")
    sign_all_off()
    settle(audit, at=LATER)

    Action.objects.filter(kind="follow_up").update(state=ActionState.OPEN)
    changed = settle(audit, at=LATER)

    assert changed
    assert Audit.objects.get(pk=audit.pk).closed_at is None


def test_the_nightly_run_closes_what_is_finished_and_the_second_run_nothing():
    place = council("bexley")
    final(place, "6")
    sign_all_off()
    returned(place, "5", AT)

    counts = [settle_all(at=LATER, step=lambda done: None) for _ in range(2)]

    assert counts == [1, 0]


def test_what_must_be_confirmed_is_confirmed_by_the_named_post_only():
    place = council("lancashire")
    audit = final(place, "inadequate")

    for who in ("officer", "service_manager", "auditor", "worker", "director"):
        with pytest.raises(PermissionDenied):
            confirm(audit, "loop_authorised", by=getattr(place.people, who), at=LATER)
    confirm(audit, "loop_authorised", by=place.people.head, at=LATER)
    with pytest.raises(Refused, match="nothing to confirm"):
        confirm(audit, "loop_authorised", by=place.people.head, at=LATER)

    assert list(audit.closure_confirmed.values_list("by", flat=True)) == [place.people.head.pk]


def test_an_audit_that_needs_a_loop_stays_open_until_it_is_linked():
    audit = final(council("lancashire"), "inadequate")
    sign_all_off()

    assert not settle(audit, at=LATER)
    assert [one.finished for one in regions(audit)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("grade", "listed"),
    [
        ("requires_improvement", {"officer": "watch", "qa_head": "show"}),
        ("inadequate", {"officer": "watch"}),
        ("good", {}),
    ],
)
def test_bracknells_officer_watches_until_the_actions_are_signed_off(grade, listed):
    place = council("bracknell-forest")
    audit = returned(place, grade, AT)

    before = {
        who: listed_for(getattr(place.people, who), DAY).get(audit.pk)
        for who in ("officer", "qa_head", "manager", "worker")
    }
    sign_all_off()

    assert {who: how for who, how in before.items() if how} == listed
    assert listed_for(place.people.officer, DAY) == {}


def test_a_list_follows_the_post_and_not_the_person():
    place = council("bracknell-forest")
    returned(place, "requires_improvement", AT)
    place.people.officer.holdings.update(to_on=date(2026, 10, 31))

    assert listed_for(place.people.officer, DAY) == {}
    assert Listed.objects.filter(kind="watch").count() == 1


def test_another_council_is_not_shown_a_watched_audit():
    place, other = council("bracknell-forest"), council("bexley")
    returned(place, "inadequate", AT)

    assert listed_for(other.people.officer, DAY) == {}


def from_moderation(place, audit, state):
    """An action that the audit's moderation raised."""
    found = choose_by_hand(audit, reason="Look.", by=place.people.officer, at=AT)
    action = Action.objects.filter(source="audit", source_id=audit.pk).first()
    action.pk, action.source, action.source_id, action.state = None, "moderation", found.pk, state
    action.save()


@pytest.mark.parametrize(
    ("state", "listed"),
    [("draft", True), ("open", True), ("done", True), ("signed_off", False), ("withdrawn", False)],
)
def test_an_audit_is_watched_while_an_action_of_its_moderation_is_open(state, listed):
    place = council("bracknell-forest")
    audit = returned(place, "requires_improvement", AT)
    sign_all_off()
    from_moderation(place, audit, state)

    assert (audit.pk in listed_for(place.people.officer, DAY)) is listed


def test_a_closed_audit_opens_again_with_an_action_of_its_moderation():
    place = council("bexley")
    audit = returned(place, "6", AT)
    from_moderation(place, audit, "signed_off")
    sign_all_off()
    make_final(audit, grade=audit.grade, by=place.people.officer, at=AT)
    closed = settle_all(at=LATER, step=lambda done: None)

    Action.objects.filter(source="moderation").update(state=ActionState.OPEN)
    opened = [settle_all(at=LATER, step=lambda done: None) for _ in range(2)]

    assert (closed, opened) == (1, [1, 0])
    assert Audit.objects.get().closed_at is None


def test_one_audit_that_fails_keeps_no_other_open(monkeypatch):
    place = council("bexley")
    bad, good = final(place, "6"), final(place, "6")
    sign_all_off()
    whole = closing.is_finished

    def breaks(audit):
        if audit.pk == bad.pk:
            raise ValueError("broken")
        return whole(audit)

    monkeypatch.setattr(closing, "is_finished", breaks)

    with pytest.raises(ValueError, match="broken"):
        settle_all(at=LATER, step=lambda done: None)
    assert Audit.objects.exclude(closed_at=None).get() == good


def test_the_watch_list_takes_as_many_queries_for_many_as_for_one(django_assert_num_queries):
    place = council("bracknell-forest")
    returned(place, "requires_improvement", AT)
    listed_for(place.people.officer, DAY)  # what a person holds is read once for each of them
    with CaptureQueriesContext(connection) as one:
        listed_for(place.people.officer, DAY)
    for _ in range(3):
        returned(place, "inadequate", AT)

    with django_assert_num_queries(len(one)):
        assert len(listed_for(place.people.officer, DAY)) == 4


def test_my_work_takes_as_many_queries_for_many_loops_as_for_one(django_assert_num_queries):
    place = council("lancashire")
    returned(place, "inadequate", AT)
    who = place.people.service_manager
    loop_tasks(who, DAY)
    with CaptureQueriesContext(connection) as one:
        loop_tasks(who, DAY)
    for _ in range(3):
        returned(place, "inadequate", AT)

    with django_assert_num_queries(len(one)):
        assert len(loop_tasks(who, DAY)) == 4
