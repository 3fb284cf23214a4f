"""What stands for a loop on the tracker: with whoever has the next step, and never late through somebody else (C2-6, C3-7)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from actions.models import Action
from actions.selectors import action_path
from actions.services.doing import finish_action
from actions.states import ActionState
from audits.models import Loop
from audits.services import loop_tracker, loops
from audits.services.loop_tracker import keep_days
from audits.services.loops import Form
from core import clock
from core.jobs import JOBS
from core.models import Notice
from escalation.models import Escalation
from people.models import PostHolding
from people.roles import Role
from tests.escalation.scenes import lancashire, nothing
from tests.factories.people import PostHoldingFactory
from tests.moderation.scenes import moment, returned

pytestmark = pytest.mark.django_db
BACK = moment(2026, 4, 1)
FAR = date(2026, 5, 29)


@pytest.fixture
def place():
    return lancashire()


@pytest.fixture
def on(monkeypatch):
    """Sets the day that rules go by."""
    return lambda day: monkeypatch.setattr(clock, "today", lambda: day)


def entry():
    return Action.objects.get(kind="loop")


def remedial():
    return Action.objects.exclude(kind="loop")


def day(month, number, hour=6):
    return moment(2026, month, number, hour)


def morning(when):
    """The daily runs of a morning, in their order."""
    for name in ("loop-days", "daily-chaser"):
        JOBS[name].work(day(when.month, when.day), nothing)


def mornings(first, last):
    for n in range((last - first).days + 1):
        morning(first + timedelta(days=n))


def steps_about(action):
    return Escalation.objects.filter(kind="action", subject_id=action.pk)


def hand_in(place, at):
    remedial().update(state=ActionState.DONE)
    people, loop = place.people, Loop.objects.get()
    form = Form(date(2026, 4, 7), people.manager, "Seen every week now.", secured=True)
    return loops.submit(loop, form, version=loop.version, by=people.service_manager, at=at)


def test_the_form_is_due_when_the_last_remedial_action_is(place):
    returned(place, "inadequate", BACK)

    assert max(one.due_on for one in remedial()) == date(2026, 4, 11)
    assert entry().due_on == date(2026, 4, 11)
    said = Notice.objects.get(kind="action.action_assigned", text__startswith=entry().title)
    assert "11 April 2026" in said.text
    assert not entry().date_changes.exists()


def test_without_remedial_actions_it_has_the_usual_five_working_days(place):
    audit = returned(place, "inadequate", BACK, actions=0)
    loop = Loop.objects.get(audit=audit)
    loops.leave_out(loop, reason="Not needed.", by=place.people.officer, at=BACK)
    remedial().update(state=ActionState.DONE)

    loops.take_up(loop, reason="Needed.", by=place.people.officer, at=BACK)

    assert Action.objects.get(kind="loop", state="open").due_on == date(2026, 4, 10)  # after Easter


def test_no_rung_is_climbed_while_a_remedial_action_is_not_due_yet(place):
    returned(place, "inadequate", BACK)
    remedial().update(due_on=FAR)

    for when in (date(2026, 4, 11), date(2026, 5, 9), date(2026, 5, 28)):
        morning(when)

    assert entry().due_on == FAR
    assert set(steps_about(entry()).values_list("step", flat=True)) == {"reminder"}


def test_a_remedial_action_that_is_late_makes_nobody_late_with_the_form(place):
    returned(place, "inadequate", BACK)
    remedial().update(due_on=FAR)

    mornings(date(2026, 5, 28), date(2026, 6, 8))

    assert not steps_about(entry()).exclude(step="reminder").exists()
    assert entry().due_on == date(2026, 6, 11)


def test_its_day_moves_with_the_actions_and_when_more_are_added(place):
    returned(place, "inadequate", BACK)

    found = []
    for days in ([date(2026, 4, 30)], [date(2026, 5, 8)], [date(2026, 4, 20)]):
        remedial().update(due_on=days[0])
        moved = [keep_days(day(4, 2), nothing) for _ in range(2)]
        found.append((*moved, entry().due_on))

    assert found == [
        (1, 0, date(2026, 4, 30)),
        (1, 0, date(2026, 5, 8)),
        (1, 0, date(2026, 4, 20)),
    ]
    assert list(entry().date_changes.values_list("old_on", "new_on", "by")) == [
        (date(2026, 4, 11), date(2026, 4, 30), None),
        (date(2026, 4, 30), date(2026, 5, 8), None),
        (date(2026, 5, 8), date(2026, 4, 20), None),
    ]


def test_once_all_is_done_it_has_five_working_days_more(place):
    returned(place, "inadequate", BACK)
    remedial().update(due_on=FAR)
    keep_days(day(4, 2), nothing)
    for one in remedial():
        finish_action(one, evidence="On the file.", by=one.owner, at=day(4, 14, 15))

    moved = [keep_days(day(4, number), nothing) for number in (15, 15, 16)]
    keep_days(day(4, 30), nothing)

    assert (moved, entry().due_on) == ([1, 0, 0], date(2026, 4, 21))
    assert entry().date_changes.last().reason.startswith("The form can be handed in")


def test_the_page_says_that_a_run_moved_the_day(place, client):
    returned(place, "inadequate", BACK)
    remedial().update(due_on=FAR)
    keep_days(day(4, 2), nothing)
    client.force_login(place.people.service_manager)

    page = client.get(action_path(entry())).content.decode()

    assert "11 April 2026 to 29 May 2026, the daily run" in page


def test_one_loop_that_fails_stops_no_other(place, monkeypatch):
    audit = returned(place, "inadequate", BACK)
    returned(place, "inadequate", BACK)
    remedial().update(due_on=FAR)
    broken = Loop.objects.get(audit=audit).pk
    real = loop_tracker.day_of_form

    def fails(loop, kept, on):
        if loop.pk == broken:
            raise ValueError("no")
        return real(loop, kept, on)

    monkeypatch.setattr(loop_tracker, "day_of_form", fails)

    with pytest.raises(ValueError, match="no"):
        keep_days(day(4, 2), nothing)

    days = Action.objects.filter(kind="loop").order_by("pk").values_list("due_on", flat=True)
    assert list(days) == [date(2026, 4, 11), FAR]


def test_a_form_that_is_handed_in_is_with_who_authorises_it(place, on):
    people = place.people
    returned(place, "inadequate", BACK)
    on(date(2026, 4, 8))
    hand_in(place, day(4, 8, 10))

    before = set(Notice.objects.filter(to=people.service_manager).values_list("pk", flat=True))
    for when in (date(2026, 4, 11), date(2026, 4, 16), date(2026, 5, 9)):
        morning(when)

    assert (entry().owner, entry().due_on) == (people.head, date(2026, 4, 15))
    about = Notice.objects.filter(path=action_path(entry()))
    assert not about.filter(to=people.service_manager).exclude(pk__in=before).exists()
    late = steps_about(entry()).filter(step="overdue").values_list("late", flat=True)
    assert list(late) == [people.head.pk]


def test_the_manager_hears_nothing_on_the_day_after_the_first_date(place, on):
    people = place.people
    returned(place, "inadequate", BACK)
    on(date(2026, 4, 8))
    hand_in(place, day(4, 8, 10))
    before = Notice.objects.filter(to=people.service_manager).count()

    for number in (9, 10, 11, 12, 13):
        morning(date(2026, 4, number))

    assert Notice.objects.filter(to=people.service_manager).count() == before


def test_a_form_that_is_sent_back_is_with_its_owner_again(place, on):
    people = place.people
    returned(place, "inadequate", BACK)
    on(date(2026, 4, 8))
    loop = hand_in(place, day(4, 8, 10))
    on(date(2026, 4, 20))

    loops.refuse(loop, reason="Who was seen?", by=people.head, at=day(4, 20, 10))
    moved = keep_days(day(4, 21), nothing)

    assert (entry().owner, entry().due_on) == (people.service_manager, date(2026, 4, 27))
    assert moved == 0


def test_where_the_head_handed_it_in_the_next_one_up_has_it(place, on):
    people = place.people
    returned(place, "inadequate", BACK)
    people.service_manager.holdings.update(to_on=date(2026, 3, 1))
    on(date(2026, 4, 8))
    remedial().update(state=ActionState.DONE)
    form = Form(date(2026, 4, 7), people.manager, "Seen every week now.", secured=True)

    loops.submit(Loop.objects.get(), form, version=1, by=people.head, at=day(4, 8, 10))

    assert entry().owner == people.deputy_director


def test_whoever_covers_for_the_head_has_it(place, on):
    people = place.people
    returned(place, "inadequate", BACK)
    on(date(2026, 4, 8))
    stand_in = place.somebody("ACT", [Role.REPORT_READER], people.service)
    PostHoldingFactory(
        post=people.head.holdings.get().post,
        user=stand_in,
        from_on=date(2026, 4, 1),
        to_on=date(2026, 4, 30),
        cover=True,
    )

    hand_in(place, day(4, 8, 10))

    assert entry().owner == stand_in


def test_where_nobody_authorises_it_the_head_of_qa_has_it(place, on):
    people = place.people
    returned(place, "inadequate", BACK)
    on(date(2026, 4, 8))
    remedial().update(state=ActionState.DONE)
    above = [people.head, people.deputy_director, people.director]
    PostHolding.objects.filter(user__in=above).update(to_on=date(2026, 3, 1))

    hand_in(place, day(4, 8, 10))

    assert entry().owner == people.qa_head


def test_the_head_of_service_sees_when_it_has_to_be_authorised(place, on, client):
    returned(place, "inadequate", BACK)
    on(date(2026, 4, 8))
    hand_in(place, day(4, 8, 10))
    client.force_login(place.people.head)

    page = client.get(reverse("my-work")).content.decode()

    assert "Authorise the form that closes the loop" in page
    assert "15 April 2026" in page


def test_a_loop_that_is_no_longer_due_is_left_alone(place):
    returned(place, "inadequate", BACK)
    Loop.objects.update(state="not_needed")
    remedial().update(due_on=FAR)

    assert keep_days(day(4, 2), nothing) == 0
