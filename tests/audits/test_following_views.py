"""The pages of what follows a return: the loop's form, its steps, the lists, and closing."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from actions.models import Action
from audits.models import Audit, Loop, Reader
from audits.services.grading import make_final
from core import clock
from core.notices import log_for
from tests.moderation.scenes import council, moment, returned, waiting

pytestmark = pytest.mark.django_db
AT = moment(2026, 9, 10)
TODAY = date(2026, 9, 21)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment(2026, 9, 21))
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def place():
    return council("lancashire")


@pytest.fixture
def loop(place):
    return returned(place, "inadequate", AT).loop


def signed_in(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(answer):
    return " ".join(strip_tags(answer.content.decode()).split())


def typed(place, **changes):
    return {
        "met_on_0": "18",
        "met_on_1": "9",
        "met_on_2": "2026",
        "met_manager": place.people.manager.pk,
        "different": "Seen every week now.",
        "secured": "yes",
        "outstanding": "",
        "version": "1",
        "do": "submit",
        **changes,
    }


def page(loop):
    return reverse("loop", args=[loop.audit_id])


def test_the_form_is_saved_half_way_and_comes_back(place, loop):
    client = signed_in(place.people.service_manager)

    answer = client.post(page(loop), typed(place, secured="", do="save"), follow=True)

    assert "The form is saved. It is not handed in yet." in words(answer)
    assert "Seen every week now." in answer.content.decode()
    assert Loop.objects.get().state == "form_due"


def test_what_was_typed_comes_back_with_everything_that_is_missing(place, loop):
    client = signed_in(place.people.service_manager)

    answer = client.post(page(loop), typed(place, secured="", different="Half a sentence"))

    said = words(answer)
    assert answer.status_code == 422
    assert "Say whether safeguarding is secured." in said
    assert "This action is not done yet: Ask the child" in said
    assert "Half a sentence" in answer.content.decode()


def test_after_a_collision_both_are_shown_and_the_form_can_be_saved(place, loop):
    client = signed_in(place.people.service_manager)
    client.post(page(loop), typed(place, different="What the other wrote", do="save"))
    mine = typed(place, different="What I wrote", met_manager="", do="save")

    refused = client.post(page(loop), mine)
    version = refused.context["form"]["version"].value()
    again = client.post(page(loop), {**mine, "version": version})

    text, said = refused.content.decode(), words(refused)
    assert refused.status_code == 422
    assert "Somebody else changed this form while you wrote." in said
    shown = said[said.index("This is what stands there now") :]
    assert "18 September 2026" in shown
    assert place.people.manager.name in shown
    assert "What the other wrote" in shown
    assert "What I wrote" in text
    assert 'name="version" value="2"' in text
    assert text.count('data-prevent-double-click="true"') == 2
    assert (again.status_code, Loop.objects.get().different) == (302, "What I wrote")


@pytest.mark.parametrize("do", ["save", "submit"])
def test_words_that_come_after_it_was_handed_in_come_back_to_copy_from(place, loop, do):
    Action.objects.exclude(kind="loop").update(state="done")
    client = signed_in(place.people.service_manager)
    client.post(page(loop), typed(place, different="What was handed in"))

    late = client.post(page(loop), typed(place, different="What I wrote", do=do))

    text, said = late.content.decode(), words(late)
    assert (late.status_code, Loop.objects.get().different) == (422, "What was handed in")
    assert "This form is not open any more. Your words below are not saved." in said
    assert "What was handed in" in said[said.index("This is what stands there now") :]
    assert "What I wrote" in text[text.index("This is what you wrote, to copy from") :]
    assert 'name="do"' not in text


def test_the_head_of_service_authorises_or_sends_back_on_the_page(place, loop):
    Action.objects.exclude(kind="loop").update(state="done")
    signed_in(place.people.service_manager).post(page(loop), typed(place))
    head = signed_in(place.people.head)

    shown = words(head.get(page(loop)))
    back = head.post(reverse("refuse-loop", args=[loop.audit_id]), {"reason": ""})
    head.post(reverse("authorise-loop", args=[loop.audit_id]))

    assert "The form waits for you." in shown
    assert (back.status_code, "Enter the reason." in words(back)) == (422, True)
    assert Loop.objects.get().reaudit_due_on == date(2026, 12, 21)
    assert (
        "It is due on 21 December 2026: the same worker, another child, another auditor."
        in words(head.get(page(loop)))
    )


def test_the_officer_is_shown_what_can_be_linked(place, loop):
    Loop.objects.update(state="authorised", authorised_at=AT, reaudit_due_on=TODAY)
    officer = signed_in(place.people.officer)

    empty = words(officer.get(reverse("link-loop", args=[loop.audit_id])))
    other = returned(place, "good", moment(2026, 9, 20))
    Audit.objects.filter(pk=other.pk).update(auditor=place.people.service_manager)
    full = words(officer.get(reverse("link-loop", args=[loop.audit_id])))
    officer.post(reverse("link-loop", args=[loop.audit_id]), {"reaudit": other.pk, "reason": ""})

    assert "No such audit has been given out yet." in empty
    assert f"{other.reference}, case {other.case.number}" in full
    assert Loop.objects.get().reaudit == other
    listed = words(officer.get(reverse("loops")))
    assert "Second audit linked" in listed
    assert "Inadequate" in listed
    assert "Good" in listed


def test_another_audit_can_be_linked_once_the_second_one_is_left_out(place, loop):
    second = returned(place, "good", moment(2026, 9, 20))
    Loop.objects.update(
        state="linked", authorised_at=AT, reaudit_due_on=TODAY, reaudit=second, version=4
    )
    officer = signed_in(place.people.officer)

    linked = words(officer.get(page(loop)))
    Audit.objects.filter(pk=second.pk).update(state="excluded")
    left_out = words(officer.get(page(loop)))
    manager = words(signed_in(place.people.manager).get(page(loop)))

    assert "Link the second audit" not in linked
    assert "This second audit was left out." in left_out
    assert "Link the second audit" in left_out
    assert "Link the second audit" not in manager


@pytest.mark.parametrize("who", ["worker", "auditor", "manager", "officer"])
def test_who_reads_the_loop_but_does_not_fill_it_sees_no_form(place, loop, who):
    client = signed_in(getattr(place.people, who))

    answer = client.get(page(loop))
    sent = client.post(page(loop), typed(place))

    assert (answer.status_code, sent.status_code) == (200, 403)
    assert "Hand in" not in words(answer)


def test_somebody_who_grades_blind_does_not_find_the_loop(place, loop):
    reader = place.people.moderator
    Reader.objects.create(
        audit=loop.audit, user=reader, part=Reader.Part.CALIBRATION, blind=True, since=AT
    )
    client = signed_in(reader)

    assert client.get(reverse("audit", args=[loop.audit_id])).status_code == 200
    assert client.get(page(loop)).status_code == 404
    assert "Closing the loop" not in words(client.get(reverse("audit", args=[loop.audit_id])))


def test_my_work_asks_who_has_the_next_step(place, loop):
    Action.objects.exclude(kind="loop").update(state="done")
    owner, head = signed_in(place.people.service_manager), signed_in(place.people.head)

    before = words(owner.get(reverse("my-work")))
    owner.post(page(loop), typed(place))
    after = words(head.get(reverse("my-work")))
    head.post(reverse("authorise-loop", args=[loop.audit_id]))
    third = words(signed_in(place.people.officer).get(reverse("my-work")))

    assert "Fill in the form that closes the loop" in before
    assert "Authorise the form that closes the loop, or send it back" in after
    assert "Give out and link the second audit" in third


def test_the_audits_page_says_what_is_left_and_who_confirms(place):
    audit = returned(place, "inadequate", AT)
    make_final(audit, grade="inadequate", by=place.people.officer, at=AT)
    address = reverse("audit", args=[audit.pk])

    officer = words(signed_in(place.people.officer).get(address))
    head = signed_in(place.people.head)
    offered = words(head.get(address))
    head.post(reverse("confirm-closure", args=[audit.pk, "loop_authorised"]))

    assert "What is left to do" in officer
    assert "3 of 3 to be signed off" in officer
    assert "Confirm this" not in officer
    assert "Confirm this" in offered
    assert audit.closure_confirmed.count() == 1


def test_the_watch_list_shows_how_many_actions_are_left_and_the_next_date():
    place = council("bracknell-forest")
    audit = returned(place, "requires_improvement", AT)

    answer = words(signed_in(place.people.officer).get(reverse("watch-list")))
    manager = words(signed_in(place.people.manager).get(reverse("watch-list")))

    assert audit.reference in answer
    assert "17 September 2026 Late" in answer
    assert "No audit is on your watch list just now." in manager


def test_what_a_moderator_has_not_said_yet_stands_on_no_loops_page(place, loop):
    moderation = waiting(loop.audit)
    secret = Action.objects.filter(kind="task").first()
    secret.pk, secret.source, secret.source_id = None, "moderation", moderation.pk
    secret.what, secret.state = "Look into what the moderator saw", "draft"
    secret.save()
    manager, worker = place.people.service_manager, place.people.worker

    before = [words(signed_in(who).get(page(loop))) for who in (manager, worker)]
    Action.objects.filter(pk=secret.pk).update(state="open")
    after = [words(signed_in(who).get(page(loop))) for who in (manager, worker)]

    assert [secret.what in one for one in (*before, *after)] == [False, False, True, False]


def test_the_message_log_and_the_test_clock_keep_a_loop_from_whoever_grades_blind(place, loop):
    head = place.people.qa_head
    seen = log_for(head).filter(path=page(loop)).exists()
    Reader.objects.create(
        audit=loop.audit, user=head, part=Reader.Part.CALIBRATION, blind=True, since=AT
    )

    paths = [page(loop), reverse("audit", args=[loop.audit_id])]
    assert seen
    assert not log_for(head).filter(path__in=paths).exists()


def test_the_page_says_until_when_the_form_is_due_and_what_it_waits_for(place, loop):
    due = Action.objects.get(kind="loop").due_on
    client = signed_in(place.people.service_manager)

    before = words(client.get(page(loop)))
    Loop.objects.update(state="submitted", submitted_by=place.people.service_manager)
    after = words(client.get(page(loop)))

    assert f"The form is due on {due:%-d %B %Y}" in before
    assert "It can be handed in once every remedial action below is done." in before
    assert "The form is due on" not in after
