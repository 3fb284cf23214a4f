"""Giving it to another moderator: nobody finds a view that is not theirs, and a name on the audit ends with it."""

import pytest
from django.urls import reverse

from actions.models import Action
from actions.services import Plan
from audits.models import Audit
from audits.services.returning import reopen_audit, return_audit
from core.models import Notice
from moderation.asking import Said
from moderation.models import Moderation
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand, draw_month, leave_unmoderated, list_back
from moderation.services.viewing import add_action, save_view
from moderation.states import ModerationState
from tests.factories.people import PostHoldingFactory, UserFactory
from tests.moderation.panel_scenes import room
from tests.moderation.scenes import council, moderator, moment, returned, waiting

pytestmark = pytest.mark.django_db
State = ModerationState
AT = moment(2026, 9, 15)
WORDS = {("develop", ""): Said(text="The first moderator's words")}


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture
def written(bexley):
    """A moderation whose moderator has written something and drafted an action."""
    people = bexley.people
    audit = returned(bexley, "6", moment(2026, 9, 10))
    list_back(bexley.version, by=people.officer, at=AT)
    found = assign(waiting(audit), people.moderator, by=people.officer, at=AT)
    kind = bexley.version.policy["actions"]["kinds"][0]["code"]
    plan = Plan(kind, "See the child", "It counts", people.worker, moment(2026, 10, 1).date())
    add_action(found, plan, by=people.moderator, at=AT)
    return save_view(found, WORDS, read_version=0, by=people.moderator, at=AT)


def colleague(place):
    """Another holder of the moderator's post."""
    user = UserFactory(council=place.people.council, name="Second Moderator")
    PostHoldingFactory(post=place.people.moderator.holdings.get().post, user=user)
    return user


def test_another_moderator_begins_with_an_empty_form(bexley, written, client):
    other = colleague(bexley)

    found = assign(written, other, by=bexley.people.officer, at=AT)

    client.force_login(other)
    page = client.get(reverse("moderation-view", args=[found.pk])).content.decode()
    assert "The first moderator" not in page
    assert (found.items.count(), found.version) == (0, 2)
    drafts = Action.objects.raised_by("moderation", found.pk)
    assert [one.state for one in drafts] == ["withdrawn"]
    (told,) = Notice.objects.filter(kind="moderation.taken_away")
    assert (told.to, told.path) == (bexley.people.moderator, "")


def test_the_same_moderator_again_keeps_their_words(bexley, written):
    found = assign(written, bexley.people.moderator, by=bexley.people.officer, at=AT)

    assert (found.items.count(), found.version) == (1, 1)
    assert not Notice.objects.filter(kind="moderation.taken_away").exists()


def test_one_left_and_chosen_again_is_empty_for_somebody_else(bexley, written):
    officer = bexley.people.officer
    leave_unmoderated(written, reason="Nobody is free.", by=officer, at=AT)
    found = choose_by_hand(written.audit, reason="Somebody is now.", by=officer, at=AT)

    found = assign(found, colleague(bexley), by=officer, at=AT)

    assert found.items.count() == 0


def test_a_panels_words_stay_when_another_speaks_for_it():
    scene = room()
    scene.june(1)
    scene.planned(number=1)
    found = Moderation.objects.with_audit().get()
    said = {("quality", ""): Said(text="The panel's words")}
    save_view(found, said, read_version=0, by=scene.chair, at=moment(2026, 7, 21))

    assign(found, scene.other_head, by=scene.officer, at=moment(2026, 7, 21))

    assert found.items.get().text == "The panel's words"


# The moderator's name on the audit ----------------------------------------------------------------


def returned_again(audit, place):
    """The audit after it was reopened and returned once more."""
    reopen_audit(audit, reason="A page was missing.", by=place.people.qa_head, at=AT)
    audit = Audit.objects.get(pk=audit.pk)
    return return_audit(audit, by=audit.auditor, at=moment(2026, 9, 25))


def test_a_re_returned_audit_does_not_go_to_its_former_moderator_by_itself(bexley, written):
    audit = returned_again(written.audit, bexley)

    assert (audit.moderator, Moderation.objects.standing().count()) == (None, 0)
    (told,) = Notice.objects.filter(kind="moderation.called_off")
    assert (told.to, told.path) == (
        bexley.people.moderator,
        reverse("moderation", args=[written.pk]),
    )


def test_one_left_without_moderation_has_no_moderator_at_its_next_return():
    place = council("lancashire")
    officer = place.people.officer
    audit = returned(place, "good", moment(2026, 6, 3), actions=0)
    draw_month(place.version, moment(2026, 6, 1).date(), by=None, at=moment(2026, 7, 1))
    found = assign(waiting(audit), moderator(place), by=officer, at=AT)
    leave_unmoderated(found, reason="Nobody is free.", by=officer, at=AT)
    assert Audit.objects.get().moderator is None

    returned_again(Audit.objects.get(), place)

    assert not Moderation.objects.standing().exists()


def test_one_sent_back_by_a_panel_waits_for_the_next_panel():
    scene = room()
    scene.june(1)
    scene.planned(number=1)
    found = Moderation.objects.with_audit().get()
    said = {("verdict", ""): Said(code="sent_back")}
    done = scene.judged(found, moment(2026, 7, 21), instead=said)
    audit = Audit.objects.get(pk=done.audit_id)

    return_audit(audit, by=audit.auditor, at=moment(2026, 7, 25))

    assert done.state == State.SENT_BACK
    assert not Moderation.objects.standing().exists()


def test_a_moderator_who_is_named_at_the_allocation_gets_it_again():
    place = council("west-sussex", 2)
    who = moderator(place, "GM")
    audit = returned(place, "good", moment(2026, 9, 10), moderator=who)

    returned_again(audit, place)

    assert (waiting(audit).moderator, waiting(audit).state) == (who, State.IN_MODERATION)
