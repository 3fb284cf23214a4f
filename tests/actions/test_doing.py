"""From open to signed off (C1-6, C1-7, SC-21); nobody judges their own."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, transaction

from actions.models import SignOffStep
from actions.selectors import standing
from actions.services import note_grade
from actions.services.doing import (
    begin_anew,
    change_date,
    finish_action,
    review_in_supervision,
    send_back,
    sign_off,
    start_action,
    withdraw,
)
from actions.states import REOPEN
from core.models import Notice, TrailEntry
from core.moves import Refused
from tests.actions.scenes import council, done, draft, fresh, moment, opened, signed
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.django_db
AT = moment(2026, 11, 10)
ON = AT.date()


@pytest.fixture
def bexley():
    return council("bexley")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.TEST_CLOCK = AT.replace(tzinfo=None)


def told(kind):
    return {one.to for one in Notice.objects.filter(kind=f"action.{kind}").select_related("to")}


def leaves(user):
    user.is_active = False
    user.save(update_fields=["is_active"])


def moves(action):
    return list(action.moves.values_list("verb", "state"))


def test_an_action_goes_from_draft_to_signed_off_with_a_row_for_each_step(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    start_action(action, by=people.worker, at=AT)
    finish_action(action, evidence=" Case note of 9 November ", by=people.worker, at=AT)
    made = sign_off(action, note="Well done", by=people.manager, at=AT)

    assert moves(made) == [
        ("record", "draft"),
        ("open", "open"),
        ("start", "in_progress"),
        ("finish", "done"),
        ("sign off", "signed_off"),
    ]
    row = fresh(made)
    assert (row.evidence, row.opened_on, row.done_on, row.closed_on) == (
        "Case note of 9 November",
        ON,
        ON,
        ON,
    )
    assert told("action_assigned") == told("action_signed_off") == {people.worker}
    assert told("action_done") == {people.manager}
    verbs = TrailEntry.objects.filter(subject_type="actions.action", subject_id=row.pk)
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "record action",
        "open action",
        "start action",
        "finish action",
        "sign off action",
    ]


@pytest.mark.parametrize("who", ["auditor", "manager", "officer", "qa_head", "stranger"])
def test_only_the_owner_starts_and_finishes(bexley, who):
    action = opened(bexley, AT)
    by = getattr(bexley.people, who)

    with pytest.raises(PermissionDenied):
        start_action(action, by=by, at=AT)
    with pytest.raises(PermissionDenied):
        finish_action(action, evidence="Done", by=by, at=AT)

    assert fresh(action).state == "open"


def test_an_action_is_not_done_without_evidence(bexley):
    action = opened(bexley, AT)

    with pytest.raises(Refused, match="where the evidence is"):
        finish_action(action, evidence=" ", by=action.owner, at=AT)


@pytest.mark.parametrize(
    "who",
    ["auditor", "worker", "service_manager", "head", "officer", "qa_head", "stranger", "former"],
)
def test_sc_21_only_the_workers_line_manager_signs_off(who):
    place = council("west-sussex", edition=2)
    action = opened(place, moment(2026, 4, 27), due_on=None, action_class="standard_4w")
    assert (action.due_on, action.due_at) == (date(2026, 5, 25), None)
    finish_action(action, evidence="Case note", by=action.owner, at=AT)

    with pytest.raises(PermissionDenied):
        sign_off(action, by=getattr(place.people, who), at=AT)
    assert fresh(action).state == "done"

    assert sign_off(action, by=place.people.manager, at=AT).state == "signed_off"


# Who signs, by the shipped files: kinds of grade, whose action it is, and by whom in order (C1-7).
SIGNERS = [
    ("bexley", 1, "good", "worker", ["manager"]),
    ("bexley", 1, "inadequate", "worker", ["manager", "service_manager"]),
    ("bexley", 1, "inadequate", "manager", ["service_manager"]),
    ("bexley", 1, "good", "auditor", ["manager"]),
    ("bexley", 1, "good", "service_manager", ["head"]),
    ("bexley", 1, "inadequate", "service_manager", ["head"]),
    ("west-sussex", 2, "inadequate", "worker", ["manager"]),
    ("west-sussex", 2, "inadequate", "manager", ["service_manager"]),
    ("bracknell-forest", 1, "good", "worker", ["manager"]),
    ("bracknell-forest", 1, "good", "manager", ["service_manager"]),
    ("lancashire", 1, "good", "worker", ["service_manager"]),
    ("lancashire", 1, "inadequate", "worker", ["service_manager", "head"]),
    ("lancashire", 1, "inadequate", "service_manager", ["head"]),
    ("lancashire", 1, "good", "manager", ["service_manager"]),
    ("blackburn-with-darwen", 1, "good", "worker", ["manager"]),
    ("blackburn-with-darwen", 1, "inadequate", "manager", ["service_manager"]),
]


def test_who_signs_in_every_council():
    found, places = [], {}
    for code, edition, grade, owner, _ in SIGNERS:
        place = places.setdefault(code, None) or council(code, edition)
        places[code] = place
        names = {user.pk: name for name, user in place.people.everybody().items()}
        whose = getattr(place.people, owner)
        action = draft(place, AT, owner=whose, grade=grade)
        steps = standing(fresh(action), ON).steps
        assert all(whose.pk not in step.people for step in steps)
        signers = [names[pk] for step in steps for pk in step.people]
        found.append((code, edition, grade, owner, signers))

    assert found == SIGNERS


def test_a_deputy_who_covers_the_post_signs(bexley):
    people = bexley.people
    action = done(bexley, AT)
    post = people.manager.holdings.get().post
    people.manager.holdings.update(to_on=ON - timedelta(days=1))
    post.holdings.create(user=people.second, from_on=ON, cover=True)

    assert sign_off(action, by=people.second, at=AT).state == "signed_off"


def test_an_inadequate_audits_action_needs_both_signatures_in_order(bexley):
    people = bexley.people
    action = done(bexley, AT, grade="inadequate")
    with pytest.raises(PermissionDenied):
        sign_off(action, by=people.service_manager, at=AT)

    first = sign_off(action, note="Enough for me", by=people.manager, at=AT)
    assert first.state == "done"
    assert told("action_done") == {people.manager, people.service_manager}
    with pytest.raises(PermissionDenied):
        sign_off(first, by=people.manager, at=AT)

    assert sign_off(first, by=people.service_manager, at=AT).state == "signed_off"
    rows = SignOffStep.objects.order_by("pk").values_list("by", "note", "words")
    assert list(rows) == [
        (people.manager.pk, "Enough for me", "worker’s line manager"),
        (people.service_manager.pk, "", "worker’s service manager"),
    ]
    with pytest.raises(InternalError), transaction.atomic():
        SignOffStep.objects.update(note="Something else")


def test_a_better_grade_or_a_vacant_post_leaves_the_last_signature_to_be_given(bexley):
    people = bexley.people
    half = done(bexley, AT, grade="inadequate")
    sign_off(half, by=people.manager, at=AT)

    note_grade("audit", half.source_id, "requires_improvement", by=people.officer, at=AT)
    ended = sign_off(fresh(half), by=people.manager, at=AT)

    assert ended.state == "signed_off"


def test_what_is_sent_back_starts_again_with_a_new_date_and_all_signatures(bexley):
    people = bexley.people
    action = done(bexley, AT, grade="inadequate")
    sign_off(action, by=people.manager, at=AT)

    with pytest.raises(PermissionDenied):
        send_back(action, reason="No", due_on=date(2026, 12, 24), by=people.worker, at=AT)
    back = send_back(
        action, reason="The plan.", due_on=date(2026, 12, 24), by=people.service_manager, at=AT
    )

    row = fresh(back)
    assert (row.state, row.due_on, row.round, row.done_on) == ("open", date(2026, 12, 24), 2, None)
    assert list(row.date_changes.values_list("old_on", "new_on", "reason")) == [
        (date(2026, 12, 1), date(2026, 12, 24), "The plan.")
    ]
    assert told("action_refused") == {people.worker}
    finish_action(row, evidence="Now it is", by=people.worker, at=AT)
    again = sign_off(fresh(row), by=people.manager, at=AT)
    assert again.state == "done"
    assert Notice.objects.filter(kind="action.action_done", to=people.manager).count() == 2


def test_what_comes_back_to_an_owner_who_has_left_is_told_to_whoever_can_give_it_on(bexley):
    people = bexley.people
    action = done(bexley, AT)
    leaves(people.worker)

    send_back(fresh(action), reason="No", due_on=date(2026, 12, 24), by=people.qa_head, at=AT)
    assert told("action_refused") == set()
    other = PostHoldingFactory(post=people.qa_head.holdings.get().post).user
    again = done(bexley, AT, owner=people.second)
    leaves(people.second)
    send_back(fresh(again), reason="No", due_on=date(2026, 12, 24), by=people.qa_head, at=AT)

    assert told("action_refused") == {other}
    message = Notice.objects.get(kind="action.action_refused")
    assert message.text.endswith("Its owner has left: please give it to somebody else on its page.")
    assert message.roles == "QA head"


def test_a_signature_for_an_owner_who_has_left_asks_nobody_to_give_it_on(bexley):
    people = bexley.people
    action = done(bexley, AT)
    PostHoldingFactory(post=people.qa_head.holdings.get().post)
    leaves(people.worker)

    sign_off(fresh(action), by=people.qa_head, at=AT)

    message = Notice.objects.get(kind="action.action_signed_off")
    assert message.to not in {people.worker, people.qa_head}
    assert "has left" not in message.text


def test_a_new_date_for_an_owner_who_has_left_is_told_to_whoever_can_give_it_on(bexley):
    people = bexley.people
    action = opened(bexley, AT)
    Notice.objects.all().delete()
    leaves(people.worker)

    change_date(fresh(action), due_on=date(2026, 11, 20), reason="Now", by=people.officer, at=AT)

    assert told("action_assigned") == {people.qa_head}


@pytest.mark.parametrize(
    ("reason", "due_on", "says"),
    [
        (" ", date(2026, 12, 24), "Say what is still missing"),
        ("No", None, "Enter the date"),
        ("No", date(2026, 11, 9), "today or later"),
    ],
)
def test_sending_back_needs_a_reason_and_a_date(bexley, reason, due_on, says):
    action = done(bexley, AT)

    with pytest.raises(Refused, match=says):
        send_back(action, reason=reason, due_on=due_on, by=bexley.people.manager, at=AT)

    assert fresh(action).state == "done"


def test_a_class_with_a_limit_counts_anew_when_it_is_sent_back():
    place = council("bracknell-forest")
    met = {"meeting": moment(2026, 5, 19)}
    action = done(place, moment(2026, 5, 19), due_on=None, action_class="immediate", anchors=met)
    assert action.due_on == date(2026, 5, 27)

    back = send_back(action, reason="No", due_on=None, by=place.people.manager, at=AT)

    assert (back.due_on, back.latest_on) == (date(2026, 11, 17), date(2026, 11, 17))
    again = finish_action(back, evidence="Yes", by=back.owner, at=AT)
    with pytest.raises(Refused, match="at the latest"):
        send_back(again, reason="No", due_on=date(2026, 11, 18), by=place.people.manager, at=AT)


# A task in hours, as a grade sets one off: it has no class ---------------------------------------------


def task(place, **changes):
    """One of 24 hours that its owner says is done."""
    until = {"due_on": ON + timedelta(days=1), "due_at": AT + timedelta(hours=24)}
    return done(place, AT, **until | changes)


def test_a_task_in_hours_begins_anew_with_the_same_hours(bexley):
    boss, at = bexley.people.manager, AT + timedelta(days=3, minutes=7)

    back = fresh(send_back(task(bexley), reason="No", due_on=None, by=boss, at=at))

    assert (back.due_at, back.due_on) == (at + timedelta(hours=24), date(2026, 11, 14))
    assert (back.latest_on, back.date_given, back.hours) == (date(2026, 11, 14), False, 24)
    message = Notice.objects.get(kind="action.action_refused")
    assert "14 November 2026 at 10:07" in message.text
    again = finish_action(back, evidence="Yes", by=back.owner, at=at)
    later = at + timedelta(days=20)
    third = send_back(again, reason="No", due_on=None, by=boss, at=later)
    assert third.due_at == later + timedelta(hours=24)


def test_a_later_date_for_a_task_in_hours_is_refused_and_its_last_day_keeps_the_moment(bexley):
    boss = bexley.people.manager
    action = task(bexley)

    with pytest.raises(Refused, match="11 November 2026 at the latest: it is due within 24 hours"):
        send_back(action, reason="No", due_on=date(2026, 11, 12), by=boss, at=AT)
    assert fresh(action).state == "done"

    back = send_back(action, reason="No", due_on=date(2026, 11, 11), by=boss, at=AT)
    assert fresh(back).due_at == AT + timedelta(hours=24)


def test_an_earlier_date_for_a_task_in_hours_is_a_day_and_its_hours_stay(bexley):
    boss = bexley.people.manager

    back = send_back(task(bexley), reason="No", due_on=ON, by=boss, at=AT)
    assert (back.due_on, back.due_at) == (ON, None)
    with pytest.raises(Refused, match="within hours"):
        change_date(back, due_on=date(2026, 11, 20), reason="Illness", by=boss, at=AT)

    again = finish_action(back, evidence="Yes", by=back.owner, at=AT)
    third = send_back(again, reason="No", due_on=None, by=boss, at=AT)
    assert third.due_at == AT + timedelta(hours=24)


def test_a_task_in_hours_is_reopened_with_its_hours_too(bexley):
    people = bexley.people
    action = sign_off(task(bexley), by=people.manager, at=AT)
    at = AT + timedelta(days=40)

    with pytest.raises(Refused, match="at the latest"):
        begin_anew(
            fresh(action), REOPEN, reason="No", due_on=date(2027, 1, 4), by=people.manager, at=at
        )
    row = fresh(action)
    begin_anew(row, REOPEN, reason="No", due_on=None, by=people.manager, at=at)

    assert fresh(action).due_at == at + timedelta(hours=24)


@pytest.mark.parametrize("hours", [False, True])
def test_what_is_brought_forward_from_hours_gets_no_more_time_by_that(bexley, hours):
    boss = bexley.people.manager
    if hours:
        until = {"due_on": ON + timedelta(days=1), "due_at": AT + timedelta(hours=24)}
        action = opened(bexley, AT, **until)
    else:
        returned = {"returned": AT}
        action = opened(bexley, AT, due_on=None, action_class="immediate_24h", anchors=returned)
    action = change_date(action, due_on=ON, reason="Today", by=bexley.people.officer, at=AT)

    with pytest.raises(Refused, match="within hours"):
        change_date(action, due_on=date(2026, 11, 11), reason="Illness", by=boss, at=AT)


# More time ------------------------------------------------------------------------------------------


def test_more_time_is_given_by_who_signs_and_keeps_the_old_date(bexley):
    people = bexley.people
    action = opened(bexley, AT)

    made = change_date(
        action, due_on=date(2026, 12, 15), reason="Illness", by=people.manager, at=AT
    )

    assert (made.due_on, made.set_on) == (date(2026, 12, 15), ON)
    assert list(made.date_changes.values_list("old_on", "new_on", "reason", "by")) == [
        (date(2026, 12, 1), date(2026, 12, 15), "Illness", people.manager.pk)
    ]
    assert moves(made)[-1] == ("more time", "open")


@pytest.mark.parametrize(
    ("who", "refusal", "says"),
    [
        ("worker", PermissionDenied, None),
        ("auditor", PermissionDenied, None),
        ("service_manager", PermissionDenied, None),
        ("officer", Refused, "Only whoever signs the action off can give more time"),
        ("qa_head", Refused, "Only whoever signs the action off can give more time"),
    ],
)
def test_nobody_else_gives_more_time(bexley, who, refusal, says):
    action = opened(bexley, AT)

    with pytest.raises(refusal, match=says):
        change_date(
            action,
            due_on=date(2026, 12, 15),
            reason="Illness",
            by=getattr(bexley.people, who),
            at=AT,
        )

    assert fresh(action).due_on == date(2026, 12, 1)


def test_the_qa_team_may_bring_a_date_forward(bexley):
    action = opened(bexley, AT)

    made = change_date(
        action, due_on=date(2026, 11, 20), reason="At once", by=bexley.people.officer, at=AT
    )

    assert (made.due_on, moves(made)[-1]) == (date(2026, 11, 20), ("earlier date", "open"))


def test_more_time_ends_with_the_class():
    place = council("bracknell-forest")
    at = moment(2026, 5, 19)
    action = opened(
        place,
        at,
        due_on=date(2026, 5, 21),
        action_class="immediate",
        anchors={"meeting": at},
    )
    boss = place.people.manager

    with pytest.raises(Refused, match="27 May 2026 at the latest"):
        change_date(action, due_on=date(2026, 5, 28), reason="Illness", by=boss, at=at)

    assert change_date(
        action, due_on=date(2026, 5, 27), reason="Illness", by=boss, at=at
    ).due_on == date(2026, 5, 27)


def test_more_time_beyond_the_class_where_the_framework_takes_a_reason():
    place = council("west-sussex", edition=2)
    at = moment(2026, 4, 27)
    action = opened(place, at, due_on=None, action_class="standard_4w")

    made = change_date(
        action, due_on=date(2026, 6, 8), reason="School holidays", by=place.people.manager, at=at
    )

    assert (made.due_on, made.late_reason) == (date(2026, 6, 8), "School holidays")


def test_a_limit_in_hours_is_never_longer(bexley):
    returned = {"returned": AT}
    action = opened(bexley, AT, due_on=None, action_class="immediate_24h", anchors=returned)
    assert action.due_at == AT + timedelta(hours=24)

    with pytest.raises(Refused, match="within hours"):
        change_date(
            action, due_on=date(2026, 11, 20), reason="Illness", by=bexley.people.manager, at=AT
        )


@pytest.mark.parametrize(
    ("due_on", "reason", "says"),
    [
        (date(2026, 12, 15), " ", "Give the reason"),
        (date(2026, 12, 1), "Illness", "date that the action has"),
        (date(2026, 11, 9), "Illness", "today or later"),
    ],
)
def test_a_change_of_date_that_is_none(bexley, due_on, reason, says):
    action = opened(bexley, AT)

    with pytest.raises(Refused, match=says):
        change_date(action, due_on=due_on, reason=reason, by=bexley.people.manager, at=AT)


def test_a_done_action_has_its_date_for_good(bexley):
    action = done(bexley, AT)

    with pytest.raises(Refused, match="still to be done"):
        change_date(
            action, due_on=date(2026, 12, 15), reason="Illness", by=bexley.people.manager, at=AT
        )


# Withdrawing, supervision ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "state", "may"),
    [
        ("manager", "open", True),
        ("worker", "open", False),
        ("auditor", "open", False),
        ("officer", "open", False),
        ("auditor", "draft", True),
        ("worker", "draft", False),
        ("manager", "draft", True),
    ],
)
def test_who_withdraws(bexley, who, state, may):
    action = opened(bexley, AT) if state == "open" else draft(bexley, AT)
    by = getattr(bexley.people, who)

    if may:
        assert withdraw(action, reason="Not needed", by=by, at=AT).state == "withdrawn"
    else:
        with pytest.raises(PermissionDenied):
            withdraw(action, reason="Not needed", by=by, at=AT)


def test_withdrawing_needs_a_reason_and_an_open_action(bexley):
    with pytest.raises(Refused, match="Give the reason"):
        withdraw(opened(bexley, AT), reason=" ", by=bexley.people.manager, at=AT)
    with pytest.raises(Refused, match="it is done"):
        withdraw(done(bexley, AT), reason="No", by=bexley.people.manager, at=AT)


def test_a_review_in_supervision_is_kept_with_its_day_and_note(bexley):
    action = opened(bexley, AT)

    made = review_in_supervision(action, on=ON, note=" Half done ", by=bexley.people.manager, at=AT)

    assert (made.on, made.note, made.by) == (ON, "Half done", bexley.people.manager)
    assert moves(action)[-1] == ("review", "open")


@pytest.mark.parametrize("who", ["worker", "auditor", "officer", "stranger"])
def test_only_managers_above_review(bexley, who):
    with pytest.raises(PermissionDenied):
        review_in_supervision(
            opened(bexley, AT), on=ON, note="x", by=getattr(bexley.people, who), at=AT
        )


@pytest.mark.parametrize(
    ("on", "note", "says"),
    [
        (ON, " ", "what was talked about"),
        (ON + timedelta(days=1), "x", "in the future"),
        (ON - timedelta(days=1), "x", "before the action was recorded"),
    ],
)
def test_a_review_that_cannot_be(bexley, on, note, says):
    with pytest.raises(Refused, match=says):
        review_in_supervision(opened(bexley, AT), on=on, note=note, by=bexley.people.manager, at=AT)


def test_a_closed_action_is_not_reviewed_any_more(bexley):
    with pytest.raises(Refused, match="not open any more"):
        review_in_supervision(signed(bexley, AT), on=ON, note="x", by=bexley.people.manager, at=AT)
