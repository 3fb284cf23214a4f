"""Who hears of a loop: each person once, with every role that reached them, in the framework's words or ours (C6)."""

from datetime import date

import pytest

from actions.models import Action
from actions.states import ActionState
from audits.models import Loop
from audits.services import loops
from audits.services.loop_messages import NEXT_UP, ONE_OF_YOU, ONLY_YOU
from audits.services.loops import Form
from core import clock
from core.models import Notice
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.factories.standards import framework_text, published
from tests.moderation.scenes import council, moment, returned
from tests.programme.scenes import Council

pytestmark = pytest.mark.django_db
AT, MET = moment(2026, 9, 10), moment(2026, 9, 21)
HEAD, OFFICER, SENIOR = "worker’s head of service", "QA officer", "worker’s service manager"


@pytest.fixture(autouse=True)
def day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 9, 21))


def also(user, other):
    """Give somebody the post of another person too."""
    PostHoldingFactory(post=other.holdings.get().post, user=user)


def handed_in(place, by="service_manager"):
    audit = returned(place, "inadequate", AT)
    Action.objects.exclude(kind="loop").update(state=ActionState.DONE)
    people = place.people
    form = Form(date(2026, 9, 18), people.manager, "Seen every week now.", secured=True)
    loop = Loop.objects.get(audit=audit)
    return loops.submit(loop, form, version=1, by=getattr(people, by), at=MET)


def said(event):
    """Who was told of an event: their roles, and whether it is theirs to authorise."""
    found = Notice.objects.filter(kind=f"loop.{event}").order_by("pk")
    return [
        (
            one.to,
            one.roles,
            next((words for words in (ONLY_YOU, ONE_OF_YOU) if words in one.text), ""),
        )
        for one in found.select_related("to")
    ]


def test_only_who_authorises_it_reads_that_it_is_theirs():
    place = council("lancashire")
    handed_in(place)

    people = place.people
    assert said("loop_submitted") == [(people.head, HEAD, ONLY_YOU), (people.officer, OFFICER, "")]


def test_who_authorises_it_and_is_sent_it_has_one_message_with_both_roles():
    place = council("lancashire")
    also(place.people.head, place.people.officer)
    handed_in(place)

    assert said("loop_submitted") == [
        (place.people.head, f"{HEAD}, {OFFICER}", ONLY_YOU),
        (place.people.officer, OFFICER, ""),
    ]


def test_two_who_may_both_authorise_it_read_so():
    place = council("lancashire")
    also(place.people.reader, place.people.head)
    handed_in(place)

    assert {(to, words) for to, _, words in said("loop_submitted")} == {
        (place.people.head, ONE_OF_YOU),
        (place.people.reader, ONE_OF_YOU),
        (place.people.officer, ""),
    }


def test_who_handed_it_in_is_not_asked_to_authorise_it():
    place = council("lancashire")
    place.people.service_manager.holdings.update(to_on=date(2026, 9, 20))
    handed_in(place, by="head")

    assert said("loop_submitted") == [
        (place.people.deputy_director, NEXT_UP, ONLY_YOU),
        (place.people.officer, OFFICER, ""),
    ]


def test_who_filled_it_in_and_is_of_the_qa_team_hears_once_that_it_is_authorised():
    place = council("lancashire")
    also(place.people.service_manager, place.people.officer)
    loops.authorise(handed_in(place), by=place.people.head, at=MET)

    assert {(to, roles) for to, roles, _ in said("loop_authorised")} == {
        (place.people.service_manager, f"{OFFICER}, {SENIOR}"),
        (place.people.officer, OFFICER),
    }
    assert len(said("loop_authorised")) == 2


def test_a_worker_in_the_qa_team_hears_nothing_of_the_loop_about_their_work():
    place = council("lancashire")
    also(place.people.worker, place.people.officer)
    loops.authorise(handed_in(place), by=place.people.head, at=MET)

    assert not Notice.objects.filter(kind__startswith="loop.", to=place.people.worker).exists()


def test_the_log_says_whose_words_were_used():
    own = "templates:\n  - {event: loop_due, subject: 'Our form: {item}', text: 'Please fill it in by {due}.'}\n"
    place = Council(cast("lancashire"), published(framework_text("lancashire") + own))
    handed_in(place)

    due = Notice.objects.get(kind="loop.loop_due")
    assert (due.subject, due.text) == (
        "Our form: Learning space 2026-0001",
        "Please fill it in by 20 September 2026.",
    )
    assert due.template == "edition 1"
    asked = Notice.objects.filter(kind="loop.loop_submitted")
    assert set(asked.values_list("template", flat=True)) == {"ours"}
