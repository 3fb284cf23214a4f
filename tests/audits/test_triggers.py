"""What a grade sets off: to the hour, once, and for whoever holds the post on the day (B4, B2-13, B2-21)."""

from datetime import date

import pytest
from django.utils import timezone

from actions.models import Action
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
from standards.policy import GradeTrigger, Limit, TriggerTask
from tests.moderation.scenes import council, moderated, moderator, moment, returned, waiting


@pytest.mark.parametrize(
    ("limit", "at", "on", "hour"),
    [
        # hours run through nights, holidays and both changes of the clocks (T-2)
        (Limit(24, "hours"), moment(2026, 12, 18, 11, 30), date(2026, 12, 19), (11, 30)),
        (Limit(24, "hours"), moment(2026, 12, 24, 23, 0), date(2026, 12, 25), (23, 0)),
        (Limit(24, "hours"), moment(2026, 3, 28, 12, 0), date(2026, 3, 29), (13, 0)),
        (Limit(24, "hours"), moment(2026, 10, 24, 12, 0), date(2026, 10, 25), (11, 0)),
        # working days begin with the next one (T-3)
        (Limit(5, "working_days"), moment(2026, 12, 24), date(2027, 1, 5), None),
        (Limit(1, "working_days"), moment(2026, 5, 22), date(2026, 5, 26), None),
        (Limit(7, "days"), moment(2026, 2, 26), date(2026, 3, 5), None),
        (Limit(4, "weeks"), moment(2026, 4, 27), date(2026, 5, 25), None),
        (Limit(1, "months"), moment(2026, 1, 31), date(2026, 2, 28), None),
    ],
)
def test_limits_count_as_the_council_counts(limit, at, on, hour):
    due_on, due_at = triggers.due(limit, at)

    assert due_on == on
    local = timezone.localtime(due_at) if due_at else None
    assert ((local.hour, local.minute) if local else None) == hour


def trigger(*tasks: TriggerTask) -> GradeTrigger:
    return GradeTrigger("one", "One", "returned", tasks=tasks)


def test_a_task_without_a_limit_takes_the_shortest_beside_it():
    day, week = Limit(24, "hours"), Limit(1, "weeks")
    bare = TriggerTask("bare", "Bare")

    timed = trigger(bare, TriggerTask("w", "W", limit=week), TriggerTask("d", "D", limit=day))

    assert triggers.limit_of(timed, bare) == day
    assert triggers.limit_of(trigger(bare), bare) == triggers.USUAL
    assert triggers.limit_of(trigger(bare), TriggerTask("x", "X", limit=week)) == week


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
    assert Triggered.objects.filter(audit=audit).count() == 2
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
def test_nobody_in_the_post_gives_no_task_and_leaves_a_line_in_the_trail():
    bexley = council("bexley")
    people = bexley.people
    for one in (people.service_manager, people.head, people.deputy_director, people.director):
        one.holdings.update(to_on=date(2026, 1, 1))

    returned(bexley, "1", moment(2026, 9, 10))

    tasks = Action.objects.filter(kind=triggers.TASK)
    assert {one.owner_id for one in tasks} == {people.manager.pk}
    lost = TrailEntry.objects.filter(verb="find nobody for task").values_list("detail", flat=True)
    assert list(lost) == [{"task": "satisfied"}]
