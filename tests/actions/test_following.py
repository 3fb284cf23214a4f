"""What is handed to whoever chases: open actions that are due soon or late, with their ladder (C4-2, SC-10)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions import points
from actions.following import actions_in_hours, late_actions, late_now
from actions.models import Action
from actions.services.doing import change_date, finish_action, send_back, sign_off
from core.models import Notice
from core.notices import log_for
from escalation.models import Overdue
from escalation.services.chasing import chase
from people.models import User
from standards.deadlines import Due
from tests.access.test_every_url import signed_in
from tests.actions.scenes import council, fresh, moment, opened
from tests.factories.cast import cast
from tests.factories.people import PostTypeFactory
from tests.factories.standards import framework_text, published
from tests.programme.scenes import Council

pytestmark = pytest.mark.django_db
JULY = date(2026, 7, 31)


@pytest.fixture
def lancashire():
    return council("lancashire")


def run(day):
    chase(moment(day.year, day.month, day.day, 6), lambda done: None)


def rungs():
    return list(
        Notice.objects.filter(kind__contains="rung")
        .order_by("made_at", "to__name")
        .values_list("to__name", flat=True)
    )


def test_an_open_action_is_handed_over_with_its_people_and_ladder(lancashire):
    people = lancashire.people
    action = opened(lancashire, moment(2026, 7, 1), due_on=JULY)

    (one,) = late_actions(people.council.pk, moment(2026, 7, 29))

    assert (one.kind, one.pk, one.item, one.case) == (
        "action",
        action.pk,
        f"Action {action.pk}",
        action.case.number,
    )
    assert (one.due, one.anchor_on, one.late_id) == (Due(JULY), JULY, people.worker.pk)
    assert one.people == {
        "owner": people.worker.pk,
        "worker": people.worker.pk,
        "auditor": people.auditor.pk,
    }
    assert (one.ladder.code, one.version_id) == ("late_action", lancashire.version.pk)


def test_what_is_not_due_soon_done_or_another_councils_is_not_handed_over(lancashire):
    action = opened(lancashire, moment(2026, 7, 1), due_on=JULY)
    council_id = lancashire.people.council.pk
    late = moment(2026, 9, 10)
    # reminders come two working days before; it looks ahead as far as that
    assert not list(late_actions(council_id, moment(2026, 7, 27)))
    assert list(late_actions(council_id, moment(2026, 7, 28)))
    assert list(late_actions(council_id, late))
    assert not list(late_actions(council_id + 1, late))

    finish_action(action, evidence="x", by=action.owner, at=late)

    assert not list(late_actions(council_id, late))


def test_a_new_date_and_a_new_round_are_a_new_start(lancashire):
    people = lancashire.people
    at = moment(2026, 7, 1)
    action = opened(lancashire, at, due_on=JULY)
    later = change_date(
        action, due_on=date(2026, 8, 14), reason="Illness", by=people.service_manager, at=at
    )
    assert [one.anchor_on for one in late_actions(people.council.pk, moment(2026, 8, 14))] == [
        date(2026, 8, 14)
    ]

    finish_action(later, evidence="x", by=people.worker, at=at)
    send_back(fresh(later), reason="No", due_on=date(2026, 9, 1), by=people.service_manager, at=at)

    assert [one.anchor_on for one in late_actions(people.council.pk, moment(2026, 9, 1))] == [
        date(2026, 9, 1)
    ]


def test_only_what_is_due_at_a_moment_is_in_the_check_of_hours():
    bexley = council("bexley")
    at = moment(2026, 12, 18, 11, 30)
    opened(bexley, at, source=1)
    hours = opened(bexley, at, due_on=None, action_class="immediate_24h", anchors={"returned": at})

    council_id = bexley.people.council.pk
    assert not list(actions_in_hours(council_id, at + timedelta(hours=19, minutes=59)))

    (one,) = actions_in_hours(council_id, at + timedelta(hours=20))

    assert (one.pk, one.due.at) == (hours.pk, at + timedelta(hours=24))
    assert not list(actions_in_hours(council_id, at + timedelta(hours=20), []))


@pytest.mark.parametrize(
    ("lengths", "day", "reminded"),
    [
        ("[{number: 1, unit: months}]", date(2026, 6, 30), True),
        ("[{number: 1, unit: months}]", date(2026, 6, 29), False),
        ("[{number: 10, unit: working_days}]", date(2026, 7, 17), True),
        ("[{number: 10, unit: working_days}]", date(2026, 7, 16), False),
        ("[]", JULY, False),
    ],
)
def test_a_reminder_of_any_length_goes_out_on_its_day(lengths, day, reminded):
    """In a council whose framework has no ladder, and so none with reminders of its own."""
    code = "blackburn-with-darwen"
    version = published(f"{framework_text(code)}\nreminders: {lengths}\n")
    opened(Council(cast(code), version), moment(2026, 6, 1), due_on=JULY)

    run(day)

    assert Notice.objects.filter(kind="late.reminder").exists() == reminded


def test_a_lot_that_is_read_again_holds_what_is_still_to_be_done(lancashire):
    council_id, at = lancashire.people.council.pk, moment(2026, 8, 28)
    first, second = (opened(lancashire, moment(2026, 7, 1), source=n, due_on=JULY) for n in (1, 2))
    finish_action(first, evidence="x", by=first.owner, at=at)

    found = [list(late_actions(council_id, at, pks)) for pks in ([first.pk, second.pk], [first.pk])]

    assert [[one.pk for one in lot] for lot in found] == [[second.pk], []]


def test_a_lot_is_read_again_with_one_query(lancashire, django_assert_num_queries):
    actions = [opened(lancashire, moment(2026, 7, 1), source=n, due_on=JULY) for n in (1, 2)]
    council_id, at = lancashire.people.council.pk, moment(2026, 8, 28)
    list(late_actions(council_id, at))

    with django_assert_num_queries(1):
        assert len(list(late_actions(council_id, at, [one.pk for one in actions]))) == 2


@pytest.mark.parametrize("end", ["done", "put off"])
def test_what_is_finished_or_put_off_is_off_the_list_of_late_things_at_once(
    lancashire, settings, end
):
    people, at = lancashire.people, moment(2026, 8, 28)
    settings.TEST_CLOCK = at
    action = opened(lancashire, moment(2026, 7, 1), due_on=JULY)
    run(at.date())
    client = signed_in(people.officer)

    def listed():
        answer = client.get(reverse("escalations"))
        assert len(answer.context["counts"]) == len(answer.context["rows"])
        return [row.one.subject_id for row in answer.context["rows"]]

    assert listed() == [action.pk]

    if end == "done":
        finish_action(action, evidence="x", by=people.worker, at=at)
    else:
        changed = {"due_on": date(2026, 9, 30), "reason": "Ill"}
        change_date(action, **changed, by=people.service_manager, at=at)

    assert listed() == []
    assert Overdue.objects.exists()


@pytest.mark.parametrize(
    ("due_on", "hours", "minutes", "late"),
    [
        (date(2026, 8, 27), None, 0, True),
        (date(2026, 8, 28), None, 0, False),
        (date(2026, 8, 28), 0, -1, False),
        (date(2026, 8, 28), 0, 1, True),
        (date(2026, 8, 27), 1, 0, False),
    ],
)
def test_the_query_for_what_is_late_and_the_rule_agree(lancashire, due_on, hours, minutes, late):
    at = moment(2026, 8, 28)
    action = opened(lancashire, moment(2026, 7, 1), due_on=JULY)
    due_at = None if hours is None else at + timedelta(hours=hours)
    Action.objects.update(due_on=due_on, due_at=due_at)
    now = at + timedelta(minutes=minutes)

    found = late_now(lancashire.people.council.pk, now)

    assert Due(due_on, due_at).late(now) == late
    assert [row["pk"] for row in found] == [action.pk] * late


def test_the_queries_do_not_grow_with_the_actions(lancashire):
    def count():
        with CaptureQueriesContext(connection) as queries:
            list(late_actions(lancashire.people.council.pk, moment(2026, 9, 1)))
        return len(queries)

    opened(lancashire, moment(2026, 7, 1), due_on=JULY)
    one = count()
    for source in range(3):
        opened(lancashire, moment(2026, 7, 1), source=source, due_on=JULY)

    assert count() == one


def test_sc_10_the_rungs_of_an_action_and_none_after_it_is_signed_off(lancashire, settings):
    people = lancashire.people
    action = opened(lancashire, moment(2026, 7, 1), due_on=JULY)

    run(date(2026, 8, 27))
    assert rungs() == []
    run(date(2026, 8, 28))
    assert rungs() == sorted([people.service_manager.name, people.head.name])

    finish_action(action, evidence="x", by=people.worker, at=moment(2026, 9, 10))
    settings.TEST_CLOCK = moment(2026, 9, 10).replace(tzinfo=None)
    done = sign_off(fresh(action), by=people.service_manager, at=moment(2026, 9, 10))
    for day in (date(2026, 9, 11), date(2026, 10, 23), date(2026, 8, 28)):
        run(day)

    assert done.state == "signed_off"
    assert len(rungs()) == 2


def test_sc_10_all_three_rungs_where_nothing_is_done(lancashire):
    people = lancashire.people
    for user, kind in ((people.deputy_director, "DCSC"), (people.director, "ED")):
        post = user.holdings.get().post
        post.type = PostTypeFactory(council=people.council, code=kind)
        post.save()
    opened(lancashire, moment(2026, 7, 1), due_on=JULY)

    told = {}
    for day in (date(2026, 8, 28), date(2026, 9, 10), date(2026, 9, 11), date(2026, 10, 23)):
        before = len(rungs())
        run(day)
        told[day] = sorted(rungs()[before:])

    assert told == {
        date(2026, 8, 28): sorted([people.head.name, people.service_manager.name]),
        date(2026, 9, 10): [],
        date(2026, 9, 11): [people.deputy_director.name],
        date(2026, 10, 23): [people.director.name],
    }


def test_an_action_without_an_edition_goes_by_the_one_in_force(lancashire):
    action = opened(lancashire, moment(2026, 7, 1), due_on=JULY)
    Action.objects.update(version=None)

    run(date(2026, 8, 28))

    assert rungs() == sorted([lancashire.people.service_manager.name, lancashire.people.head.name])
    (one,) = late_actions(lancashire.people.council.pk, moment(2026, 8, 28))
    assert (one.pk, one.version_id, one.ladder.code) == (
        action.pk,
        lancashire.version.pk,
        "late_action",
    )


def test_without_any_edition_nothing_is_chased_and_other_councils_are(lancashire):
    opened(lancashire, moment(2026, 7, 1), due_on=JULY)
    other = cast("eastmere")
    raised = Action.objects.get()
    raised.pk, raised.version, raised.council = None, None, other.council
    raised.save()

    run(date(2026, 8, 28))

    assert not list(late_actions(other.council.pk, moment(2026, 8, 28)))
    assert len(rungs()) == 2


def test_actions_kept_from_a_person_are_not_among_what_is_late_nor_in_the_log(
    lancashire, monkeypatch
):
    people = lancashire.people
    kept = opened(lancashire, moment(2026, 7, 1), source=1, due_on=JULY)
    shown = opened(lancashire, moment(2026, 7, 1), source=2, due_on=JULY)
    own = opened(lancashire, moment(2026, 7, 1), source=1, due_on=JULY)
    Action.objects.filter(pk=own.pk).update(owner=people.qa_head)

    def room(user):
        # As a room must: the person stands in queries only, for they are built once for everybody.
        who = User.objects.filter(pk=getattr(user, "pk", user), email=people.qa_head.email)
        return Q(source="audit", source_id=1, council__in=who.values("council"))

    monkeypatch.setattr(points, "HIDDEN", [room])
    run(date(2026, 8, 28))

    def late(user):
        found = Overdue.objects.visible_to(user, date(2026, 8, 28))
        return set(found.values_list("subject_id", flat=True))

    assert late(people.officer) == {kept.pk, shown.pk, own.pk}
    assert late(people.qa_head) == {shown.pk, own.pk}
    assert Notice.objects.filter(path=f"/actions/{kept.pk}/").exists()
    assert not log_for(people.qa_head).filter(path=f"/actions/{kept.pk}/").exists()
    assert log_for(people.qa_head).filter(path=f"/actions/{shown.pk}/").exists()
