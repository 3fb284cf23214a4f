"""What a grade sets off: to the hour, once, and for whoever holds the post on the day (B4, B2-13, B2-21)."""

from datetime import date

import pytest

from actions.models import Action
from audits.answers import Given
from audits.models import Triggered
from audits.scoring import Overall
from audits.services import triggers
from audits.services.returning import reopen_audit, return_audit
from core.models import Notice, TrailEntry
from moderation.asking import Said
from moderation.models import Moderation
from moderation.services.choosing import choose_by_hand
from moderation.services.settling import Meeting, record_meeting
from moderation.states import ModerationState
from tests.factories.cast import cast
from tests.factories.people import PostHoldingFactory
from tests.factories.standards import framework_text, published
from tests.moderation.scenes import council, moderated, moderator, moment, returned, waiting
from tests.programme.scenes import Council


def agreed(found, place, who, at, grade):
    """Both record a meeting with the same grade."""
    for by in (place.people.auditor, who):
        met = Meeting(at.date(), "So it is.", Overall(grade, None, surpassed=False), "Look again.")
        record_meeting(found, met, by=by, at=at)


@pytest.mark.django_db
def test_a_task_without_a_limit_has_the_time_of_a_follow_up():
    at = moment(2026, 12, 18, 16)  # a Friday before Christmas
    returned(council("bexley"), "1", at)

    tasks = Action.objects.filter(kind=triggers.TASK)
    due = {one.what.split()[0]: (one.due_on, one.due_at) for one in tasks}
    assert due == {
        "Do": (date(2026, 12, 19), moment(2026, 12, 19, 16)),
        "Write": (date(2026, 12, 29), None),
        "Have": (date(2026, 12, 29), None),
        "Confirm": (date(2026, 12, 29), None),
    }


@pytest.mark.django_db
def test_lancashires_moderation_gives_no_task_twice_and_a_worse_grade_its_tasks_once():
    place = council("lancashire")
    tasks = Action.objects.filter(kind=triggers.TASK)
    bad = returned(place, "inadequate", moment(2026, 9, 10))
    first = set(tasks.values_list("pk", flat=True))
    who = moderator(place)
    moderated(waiting(bad), who, moment(2026, 9, 14))

    assert set(tasks.values_list("pk", flat=True)) == first
    assert not Notice.objects.filter(kind__in=["trigger.moderated", "trigger.returned"]).exists()

    good = returned(place, "good", moment(2026, 9, 10))
    choose_by_hand(good, reason="Look.", by=place.people.officer, at=moment(2026, 9, 11))
    found = moderated(waiting(good), who, moment(2026, 9, 14), "inadequate")
    agreed(found, place, who, moment(2026, 9, 15, 12), "inadequate")

    assert tasks.filter(source_id=good.pk).count() == len(first)
    assert good.loop.state == "form_due"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("concern", "becomes", "due_on"),
    # Both count from the recording on 10 September 2026.
    [("yes", "safeguarding_5wd", date(2026, 9, 17)), ("no", "standard_4w", date(2026, 10, 8))],
)
def test_a_moderation_that_finds_it_inadequate_brings_forward_what_is_open(
    concern, becomes, due_on
):
    place = council("west-sussex", edition=2)
    answers = {"outcome.safeguarding": Given(text=concern)}
    audit = returned(place, "requires_improvement", moment(2026, 9, 10), answers=answers)
    action = Action.objects.exclude(kind="follow_up").get()
    Action.objects.filter(pk=action.pk).update(due_on=date(2026, 10, 8))
    who = moderator(place)
    found = moderated(waiting(audit), who, moment(2026, 9, 14), "inadequate")
    agreed(found, place, who, moment(2026, 9, 15, 12), "inadequate")

    action.refresh_from_db()
    assert (action.action_class, action.due_on) == (becomes, due_on)


@pytest.mark.django_db
def test_a_task_is_whose_turn_it_is_where_somebody_covers_the_post():
    place = council("bexley")
    people = place.people
    post = people.manager.holdings.get().post
    days = {"from_on": date(2026, 9, 1), "to_on": date(2026, 9, 14)}
    deputy = PostHoldingFactory(post=post, cover=True, **days).user

    returned(place, "1", moment(2026, 9, 10))
    during = set(Action.objects.filter(kind=triggers.TASK).values_list("owner", flat=True))
    returned(place, "1", moment(2026, 9, 15))
    after = Action.objects.filter(kind=triggers.TASK, recorded_at=moment(2026, 9, 15))

    assert during == {deputy.pk, people.service_manager.pk}
    assert {one.owner_id for one in after} == {people.manager.pk, people.service_manager.pk}


@pytest.mark.django_db
def test_a_return_sets_off_its_triggers_once_however_often_it_is_returned():
    bexley = council("bexley")
    people = bexley.people
    at = moment(2026, 9, 10)
    audit = returned(bexley, "1", at)
    tasks = Action.objects.filter(kind=triggers.TASK)
    first = set(tasks.values_list("pk", flat=True))
    told = set(Notice.objects.filter(kind="audit.returned").values_list("to", flat=True))

    reopen_audit(audit, reason="A page was missing.", by=people.qa_head, at=at)
    return_audit(audit, by=people.auditor, at=at)

    assert {one.owner_id for one in tasks} == {people.manager.pk, people.service_manager.pk}
    assert set(tasks.values_list("pk", flat=True)) == first
    assert {one.state for one in tasks} == {"open"}
    assert Triggered.objects.filter(audit=audit).count() == 3  # with the follow-up
    assert {people.head.pk, people.deputy_director.pk, people.worker.pk} <= told


@pytest.mark.django_db
def test_two_triggers_of_one_moderation_give_each_task_once():
    bexley = council("bexley")
    audit = returned(bexley, "1", moment(2026, 9, 10))
    choose_by_hand(audit, reason="Look.", by=bexley.people.officer, at=moment(2026, 9, 11))
    before = set(Action.objects.values_list("pk", flat=True))
    instead = {("actions_completed", ""): Said(code="no")}
    at = moment(2026, 9, 14)
    moderated(waiting(audit), bexley.people.moderator, at, instead=instead)

    new = Action.objects.exclude(pk__in=before)
    assert sorted(one.what[:12] for one in new) == ["Do the tasks", "Write a mana"]
    assert Notice.objects.filter(kind="trigger.moderated", to=bexley.people.manager).count() == 1


@pytest.mark.django_db
def test_without_a_trigger_of_moderation_those_of_the_return_are_set_off_for_the_new_grade():
    place = council("blackburn-with-darwen")
    people = place.people
    audit = returned(place, "good", moment(2026, 9, 10))
    choose_by_hand(audit, reason="Look.", by=people.officer, at=moment(2026, 9, 11))
    who = moderator(place)
    found = moderated(waiting(audit), who, moment(2026, 9, 14), "inadequate")
    assert found.state == ModerationState.DISAGREED
    assert not Triggered.objects.filter(audit=audit, grade="inadequate").exists()
    agreed = Overall("inadequate", None, surpassed=False)
    for by in (people.auditor, who):
        met = Meeting(date(2026, 9, 15), "So it is.", agreed, "Look at the visits.")
        record_meeting(found, met, by=by, at=moment(2026, 9, 15, 12))

    assert Moderation.objects.get().state == ModerationState.FINAL
    assert Triggered.objects.filter(audit=audit, grade="inadequate").count() == 1
    assert Notice.objects.filter(kind="trigger.returned", to=people.manager).count() == 1


@pytest.mark.django_db
def test_nobody_in_the_post_gives_the_task_to_the_head_of_qa_and_leaves_a_line_in_the_trail():
    bexley = council("bexley")
    people = bexley.people
    for one in (people.service_manager, people.head, people.deputy_director, people.director):
        one.holdings.update(to_on=date(2026, 1, 1))

    returned(bexley, "1", moment(2026, 9, 10))

    tasks = Action.objects.filter(kind=triggers.TASK)
    assert {one.owner_id for one in tasks} == {people.manager.pk, people.qa_head.pk}
    assert tasks.get(owner=people.qa_head).what.startswith("Confirm that")
    lost = TrailEntry.objects.filter(verb="find nobody for task").values_list("detail", flat=True)
    assert list(lost) == [{"task": "satisfied"}]


@pytest.mark.django_db
def test_a_trigger_may_ask_for_another_audit_of_the_same_worker_some_time_on():
    text = framework_text("bexley").replace(
        "    action_class: immediate_24h\n",
        "    action_class: immediate_24h\n    reaudit: {number: 3, unit: months}\n",
        1,
    )
    bexley = Council(cast("bexley"), published(text))

    returned(bexley, "1", moment(2026, 11, 30))

    asked = Action.objects.get(what__startswith="Give the same worker another audit")
    assert (asked.owner, asked.due_on) == (bexley.people.officer, date(2027, 2, 28))
