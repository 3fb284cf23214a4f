"""Who signs and who answers goes with the posts, day by day."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.models import Action, ImpactAnswer
from actions.services.asking import ask_holders
from actions.services.doing import sign_off
from actions.services.impact import Said, answer_impact, ask_for_impact
from core.models import Notice
from tests.actions.scenes import council, done, fresh, moment, opened, signed
from tests.factories.people import PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
NEXT = moment(2026, 11, 11, 5, 45)
ASKED = moment(2026, 12, 22, 6, 15)  # six weeks after the signature
AFTER = moment(2026, 12, 23, 5, 45)


@pytest.fixture
def bexley(settings):
    settings.TEST_CLOCK = NEXT.replace(tzinfo=None)
    return council("bexley")


def run(at):
    return ask_holders(at, lambda done: None)


def succeeded(place):
    """Somebody new in the post of the manager, who has left."""
    manager = place.people.manager
    new = UserFactory(council=manager.council)
    PostHoldingFactory(post=manager.holdings.get().post, user=new)
    manager.is_active = False
    manager.save(update_fields=["is_active"])
    return new


def told(kind):
    found = Notice.objects.filter(kind=f"action.{kind}").select_related("to").order_by("pk")
    return [one.to for one in found]


def test_whoever_has_the_post_now_is_asked_to_sign_once_and_can(bexley):
    action = done(bexley, AT)
    new = succeeded(bexley)

    runs = [run(NEXT), run(NEXT)]

    assert runs == [1, 0]
    assert fresh(action).asked == [new.pk]
    assert told("action_done") == [bexley.people.manager, new]
    assert Action.objects.visible_to(new, NEXT.date()).get() == action
    assert not Action.objects.visible_to(bexley.people.manager, NEXT.date()).exists()
    assert sign_off(fresh(action), by=new, at=NEXT).state == "signed_off"


def test_of_what_is_still_to_be_done_nobody_is_told(bexley):
    action = opened(bexley, AT)
    new = succeeded(bexley)

    assert run(NEXT) == 1

    assert fresh(action).asked == [new.pk]
    assert told("action_done") == []


def test_where_everybody_is_still_there_nothing_changes(bexley):
    done(bexley, AT)
    before = Notice.objects.count()

    assert run(NEXT) == 0
    assert Notice.objects.count() == before


def test_an_open_question_goes_to_whoever_has_the_post_now(bexley):
    signed(bexley, AT)
    ask_for_impact(ASKED, lambda done: None)
    new = succeeded(bexley)

    runs = [run(AFTER), run(AFTER)]

    row = ImpactAnswer.objects.get()
    assert (runs, row.asked) == ([1, 0], [new.pk])
    assert told("impact_check") == [bexley.people.manager, new]
    answer_impact(row, Said("yes", "She is at school.", "School report"), by=new, at=AFTER)
    assert ImpactAnswer.objects.get().by == new


def test_what_is_over_stays_with_whoever_was_asked(bexley):
    action = signed(bexley, AT)
    ask_for_impact(ASKED, lambda done: None)
    row = ImpactAnswer.objects.get()
    answer_impact(row, Said("yes", "Yes.", "Report"), by=bexley.people.manager, at=ASKED)
    succeeded(bexley)

    assert run(AFTER) == 0
    assert fresh(action).asked == ImpactAnswer.objects.get().asked == [bexley.people.manager.pk]


def test_what_stands_for_a_page_of_its_own_is_left_to_its_room(bexley):
    action = opened(bexley, AT)
    Action.objects.update(kind="loop", asked=[])
    succeeded(bexley)

    assert run(NEXT) == 0
    assert fresh(action).asked == []


def test_looking_costs_the_same_for_one_as_for_many(bexley):
    done(bexley, AT)
    with CaptureQueriesContext(connection) as one:
        run(NEXT)
    for source in range(20, 26):
        done(bexley, AT, source=source)
    with CaptureQueriesContext(connection) as many:
        run(NEXT)

    assert len(many) == len(one)
