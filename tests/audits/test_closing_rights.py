"""What may not be done with what follows an audit: after a reopening, with posts vacant, and by blind eyes."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from actions.models import Action
from actions.plans import Plan
from actions.states import ActionState
from audits.models import Loop, Reader
from audits.selectors.closing import may_authorise, may_fill
from audits.services.actions import change_recorded, remove_recorded
from audits.services.returning import reopen_audit
from core import clock
from core.moves import Refused
from people.selectors import line
from tests.moderation.scenes import council, moment, returned

pytestmark = pytest.mark.django_db
AT, DAY = moment(2026, 9, 10), date(2026, 9, 21)


@pytest.fixture
def lancashire(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: DAY)
    return council("lancashire")


def empty(*people):
    """Their posts stand empty."""
    for one in people:
        one.holdings.update(to_on=date(2026, 9, 1))


@pytest.mark.parametrize("kind", ["improve", "task", "follow_up"])
def test_a_reopening_gives_the_auditor_no_hold_over_what_is_open_already(kind):
    bexley = council("bexley")
    people = bexley.people
    audit = returned(bexley, "1", AT)
    reopen_audit(audit, reason="A page.", by=people.qa_head, at=AT)
    action = Action.objects.filter(kind=kind)[0]
    before = (action.due_on, action.due_at, action.state)
    later = Plan("improve", "Later", "", people.worker, date(2026, 12, 1))

    with pytest.raises(Refused, match="stands on its own page"):
        change_recorded(audit, action, later, by=people.auditor, at=AT)
    with pytest.raises(Refused, match="stands on its own page"):
        remove_recorded(audit, action, by=people.auditor, at=AT)

    action.refresh_from_db()
    assert (action.due_on, action.due_at, action.state) == before


def test_what_somebody_elses_audit_raised_is_never_theirs_to_change():
    bexley = council("bexley")
    audit, other = returned(bexley, "6", AT), returned(bexley, "6", AT)
    reopen_audit(audit, reason="A page.", by=bexley.people.qa_head, at=AT)
    action = Action.objects.raised_by("audit", other.pk)[0]

    with pytest.raises(PermissionDenied):
        remove_recorded(audit, action, by=bexley.people.auditor, at=AT)


def test_a_vacant_post_leaves_the_form_to_the_next_and_never_to_the_same_person_twice(lancashire):
    people = lancashire.people
    empty(people.service_manager)
    loop = returned(lancashire, "inadequate", AT).loop

    fills = {
        who
        for who in ("manager", "head", "deputy_director")
        if may_fill(getattr(people, who), loop, line(loop.council_id, DAY))
    }
    Loop.objects.update(submitted_by=people.head)
    loop = Loop.objects.with_audits().get()
    judges = {
        who
        for who in ("head", "deputy_director", "director")
        if may_authorise(getattr(people, who), loop, line(loop.council_id, DAY))
    }

    assert fills == {"head"}
    assert judges == {"deputy_director"}
    assert Action.objects.get(kind="loop").owner == people.qa_head


def test_with_every_post_held_nobody_stands_in(lancashire):
    people = lancashire.people
    loop = returned(lancashire, "inadequate", AT).loop

    assert not may_fill(people.head, loop, line(loop.council_id, DAY))
    assert not may_authorise(people.deputy_director, loop, line(loop.council_id, DAY))


def test_who_grades_an_audit_blind_finds_its_loop_in_no_list_and_no_task(lancashire):
    people = lancashire.people
    audit = returned(lancashire, "inadequate", AT)
    Loop.objects.update(state="authorised", authorised_at=AT, reaudit_due_on=DAY)
    client = Client()
    client.force_login(
        people.officer, backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    pages = ("loops", "my-work", "actions")
    before = [client.get(reverse(name)).content.decode() for name in pages]

    Reader.objects.create(
        audit=audit, user=people.officer, part=Reader.Part.CALIBRATION, blind=True, since=AT
    )
    after = [client.get(reverse(name)).content.decode() for name in pages]

    step = "Give out and link the second audit"
    assert [audit.reference in before[0], step in before[1], audit.reference in before[2]] == [
        True
    ] * 3
    assert [audit.reference in after[0], step in after[1], audit.reference in after[2]] == [
        False
    ] * 3


def test_an_action_that_its_impact_raised_is_kept_from_blind_eyes_as_well(lancashire):
    people = lancashire.people
    audit = returned(lancashire, "inadequate", AT)
    first = Action.objects.raised_by("audit", audit.pk).filter(state=ActionState.OPEN)[0]
    more = Action.objects.get(pk=first.pk)
    more.pk, more.source, more.source_id = None, "impact", first.pk
    more._state.adding = True
    more.save()
    assert Action.objects.visible_to(people.officer).filter(pk=more.pk).exists()

    Reader.objects.create(
        audit=audit, user=people.officer, part=Reader.Part.CALIBRATION, blind=True, since=AT
    )

    assert not Action.objects.visible_to(people.officer).filter(pk=more.pk).exists()
