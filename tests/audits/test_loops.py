"""Closing the loop: who fills, authorises and links, what each step needs, and what follows (C3, B2-22)."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit, Loop
from audits.selectors.closing import regions
from audits.services import loops
from audits.services.changing import exclude_audit
from audits.services.closing import settle
from audits.services.grading import make_final
from audits.services.loops import Form
from audits.services.triggers import RETURNED, fire, take_tasks_back
from audits.states import LoopState
from core import clock
from core.models import Notice
from core.moves import Refused
from people.roles import Role
from tests.factories.people import UserFactory
from tests.moderation.scenes import council, moment, opened, returned

pytestmark = pytest.mark.django_db
AT = moment(2026, 9, 10)
MET = moment(2026, 9, 21)


@pytest.fixture
def place(monkeypatch):
    """Lancashire, on the day on which its loop is worked on."""
    monkeypatch.setattr(clock, "today", lambda: date(2026, 9, 21))
    return council("lancashire")


def nothing(done):
    """How a run that nobody watches says how far it is."""


def form(place, **changes):
    """A form with nothing missing."""
    full = Form(date(2026, 9, 18), place.people.manager, "Seen every week now.", secured=True)
    return replace(full, **changes)


def all_done():
    Action.objects.exclude(kind="loop").update(state=ActionState.DONE)


def handed_in(place):
    audit = returned(place, "inadequate", AT)
    all_done()
    loop = Loop.objects.get(audit=audit)
    return loops.submit(loop, form(place), version=1, by=place.people.service_manager, at=MET)


def authorised(place):
    return loops.authorise(handed_in(place), by=place.people.head, at=MET)


def second(place, **changes):
    """Another audit of the same worker, with another child."""
    council_ = place.people.council
    other = place.somebody("AUD2", [Role.AUDITOR], place.people.team1)
    assert other.council_id == council_.pk
    return opened(place, moment(2026, 10, 5), **{"auditor": other, **changes})


def test_an_inadequate_return_asks_for_the_form_once_and_puts_it_on_the_tracker(place):
    audit = returned(place, "inadequate", AT)

    loop = Loop.objects.get(audit=audit)
    action = Action.objects.get(kind="loop")
    assert (loop.state, loop.before) == (LoopState.FORM_DUE, "inadequate")
    assert action.owner == place.people.service_manager
    assert Notice.objects.filter(kind="loop.loop_due", to=place.people.service_manager).count() == 1
    assert loops.begin(audit, by=audit.auditor, at=MET) is None


@pytest.mark.parametrize("grade", ["requires_improvement", "good", "outstanding"])
def test_other_grades_ask_for_no_form(place, grade):
    returned(place, grade, AT)

    assert not Loop.objects.exists()


def test_a_council_without_the_form_has_no_loop():
    returned(council("bexley"), "1", AT)

    assert not Loop.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"met_on": None}, "Enter the date on which you met the worker and the manager."),
        ({"met_on": date(2026, 9, 22)}, "The date of the meeting must be today or earlier."),
        (
            {"met_on": date(2026, 9, 9)},
            "The date of the meeting must not lie before the return of the audit.",
        ),
        ({"met_manager": None}, "Choose the manager whom you met with the worker."),
        ({"different": " "}, "Say what is different for the child."),
        ({"secured": None}, "Say whether safeguarding is secured."),
        (
            {"secured": False},
            "Say what is still open, because safeguarding is not secured.",
        ),
    ],
)
def test_the_form_is_handed_in_with_everything_in_it(place, changes, says):
    audit = returned(place, "inadequate", AT)
    all_done()

    with pytest.raises(Refused) as refusal:
        loops.submit(
            audit.loop,
            form(place, **changes),
            version=1,
            by=place.people.service_manager,
            at=MET,
        )

    assert refusal.value.problems == (says,)


def test_it_waits_for_every_remedial_action_and_names_those_that_are_not_done(place):
    audit = returned(place, "inadequate", AT)

    with pytest.raises(Refused) as refusal:
        loops.submit(audit.loop, form(place), version=1, by=place.people.service_manager, at=MET)

    assert "This action is not done yet: Ask the child" in refusal.value.problems
    assert (
        len(refusal.value.problems) == 2
    )  # the auditor's action, and the meeting that the grade set off


@pytest.mark.parametrize("who", ["auditor", "worker", "manager", "head", "officer", "director"])
def test_nobody_else_fills_the_form(place, who):
    audit = returned(place, "inadequate", AT)

    with pytest.raises(PermissionDenied):
        loops.save_form(audit.loop, form(place), version=1, by=getattr(place.people, who), at=MET)


def test_what_is_saved_stands_and_a_stale_save_is_refused(place):
    audit = returned(place, "inadequate", AT)
    by = place.people.service_manager

    saved = loops.save_form(audit.loop, form(place, secured=None), version=1, by=by, at=MET)
    with pytest.raises(loops.Stale, match="Somebody else changed this form"):
        loops.save_form(audit.loop, form(place, different="Mine"), version=1, by=by, at=MET)

    kept = Loop.objects.get()
    assert (saved.version, kept.different, kept.secured) == (2, "Seen every week now.", None)


def test_it_goes_to_the_qa_team_and_to_the_one_who_authorises_it(place):
    handed_in(place)

    told = set(Notice.objects.filter(kind="loop.loop_submitted").values_list("to", flat=True))
    assert told == {place.people.officer.pk, place.people.head.pk}


@pytest.mark.parametrize(
    "who", ["service_manager", "officer", "qa_head", "deputy_director", "worker", "auditor"]
)
def test_only_the_head_of_service_authorises(place, who):
    loop = handed_in(place)

    for step in (loops.authorise, loops.refuse):
        with pytest.raises(PermissionDenied):
            step(loop, by=getattr(place.people, who), at=MET, **_reason(step))

    assert Loop.objects.get().state == LoopState.SUBMITTED


def _reason(step):
    return {"reason": "More."} if step is loops.refuse else {}


def test_nobody_authorises_a_form_that_they_handed_in_themselves(place):
    loop = handed_in(place)
    Loop.objects.filter(pk=loop.pk).update(submitted_by=place.people.head)

    with pytest.raises(PermissionDenied):
        loops.authorise(loop, by=place.people.head, at=MET)


def test_it_is_sent_back_with_a_reason_and_comes_again(place):
    loop = handed_in(place)

    with pytest.raises(Refused, match="Say what the form still needs"):
        loops.refuse(loop, reason=" ", by=place.people.head, at=MET)
    back = loops.refuse(loop, reason="Who was seen?", by=place.people.head, at=MET)
    version = back.version
    loops.submit(back, form(place), version=version, by=place.people.service_manager, at=MET)

    moves = list(Loop.objects.get().moves.values_list("verb", "reason"))
    assert moves == [("begin", ""), ("submit", ""), ("refuse", "Who was seen?"), ("submit", "")]
    assert Notice.objects.filter(kind="loop.loop_refused", to=place.people.service_manager).exists()


@pytest.mark.parametrize(
    ("at", "due_on"),
    [
        (moment(2026, 9, 21), date(2026, 12, 21)),
        (moment(2026, 11, 30), date(2027, 2, 28)),
        (moment(2026, 9, 30, 23, 30), date(2026, 12, 30)),
    ],
)
def test_the_second_audit_is_due_three_months_after_it_is_authorised(place, at, due_on):
    loop = loops.authorise(handed_in(place), by=place.people.head, at=at)

    assert loop.reaudit_due_on == due_on


def test_the_qa_team_is_told_once_on_the_day_the_second_audit_is_due(place):
    authorised(place)

    before = loops.tell_due(moment(2026, 12, 20, 6), nothing)
    on_the_day = [loops.tell_due(moment(2026, 12, day, 6), nothing) for day in (21, 21, 22)]

    assert (before, on_the_day) == (0, [1, 0, 0])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("same case", "The second audit must look at another child."),
        ("other worker", "The second audit must look at the work of the same worker."),
        ("too early", "The second audit must be given out after the form was authorised."),
        ("left out", "This audit was left out."),
        ("other council", "Choose another audit."),
        ("itself", "Choose another audit."),
        (
            "same auditor",
            "Another auditor should carry out the second audit. Say why it is the same one.",
        ),
    ],
)
def test_the_second_audit_is_of_the_same_worker_with_another_child(place, wrong, says):
    loop = authorised(place)
    reaudit = second(place)
    changes = {
        "same case": {"case_id": loop.audit.case_id},
        "other worker": {"worker_id": place.people.second.pk},
        "too early": {"allocated_at": AT},
        "left out": {"state": "excluded"},
        "same auditor": {"auditor_id": place.people.auditor.pk},
        "other council": {"council_id": 0},
    }
    if wrong == "itself":
        reaudit = loop.audit
    elif wrong == "other council":
        reaudit.council_id = 0
    else:
        Audit.objects.filter(pk=reaudit.pk).update(**changes[wrong])
        reaudit.refresh_from_db()

    assert loops.why_not_second(loop, reaudit, reason="") == says


def test_the_same_auditor_needs_a_reason(place):
    loop = authorised(place)
    reaudit = second(place, auditor=place.people.auditor)

    linked = loops.link(
        loop, reaudit, reason="Nobody else was free.", by=place.people.officer, at=MET
    )

    assert (linked.state, linked.reaudit) == (LoopState.LINKED, reaudit)


def test_linking_is_the_qa_teams_and_finishes_the_loop(place):
    loop = authorised(place)
    reaudit = second(place)

    for who in ("service_manager", "head", "auditor", "worker", "director"):
        with pytest.raises(PermissionDenied):
            loops.link(loop, reaudit, by=getattr(place.people, who), at=MET)
    loops.link(loop, reaudit, by=place.people.officer, at=MET)

    audit = Audit.objects.get(pk=loop.audit_id)
    assert [one.words for one in regions(audit)][3] == "Second audit linked"
    assert list(audit.closure_confirmed.values_list("code", "by")) == [
        ("loop_authorised", place.people.head.pk)
    ]


def test_a_second_audit_that_is_left_out_makes_room_for_another(place):
    officer = place.people.officer
    first = second(place)
    loop = loops.link(authorised(place), first, by=officer, at=MET)
    other = opened(place, moment(2026, 10, 6), auditor=first.auditor)

    with pytest.raises(Refused, match="only one"):
        loops.link(loop, other, by=officer, at=MET)
    Audit.objects.filter(pk=first.pk).update(state="excluded")
    with pytest.raises(Refused, match="was left out"):
        loops.link(loop, Audit.objects.get(pk=first.pk), by=officer, at=MET)
    kept = Loop.objects.get()
    loops.link(loop, other, by=officer, at=MET)

    now = Loop.objects.get()
    assert (kept.state, kept.reaudit) == (LoopState.LINKED, first)
    assert (now.state, now.reaudit) == (LoopState.LINKED, other)
    assert list(now.moves.values_list("verb", flat=True))[-3:] == ["link", "unlink", "link"]


def linked(place):
    """The first audit, closed because its second one is linked, and the second."""
    officer = place.people.officer
    loop = loops.link(authorised(place), second(place), by=officer, at=MET)
    Action.objects.exclude(kind="loop").update(state=ActionState.SIGNED_OFF)
    first = make_final(loop.audit, grade="inadequate", by=officer, at=MET)
    assert settle(first, at=MET)
    return loop.reaudit


@pytest.mark.parametrize(
    ("at", "due_on"),
    [
        (moment(2026, 10, 6), date(2026, 12, 21)),
        (moment(2026, 12, 21), date(2026, 12, 21)),
        (moment(2026, 12, 22), date(2026, 12, 31)),  # after Christmas
    ],
)
def test_leaving_out_the_second_audit_gives_its_loop_back_to_the_qa_team(place, at, due_on):
    people, reaudit = place.people, linked(place)

    exclude_audit(reaudit, reason="The child has moved.", by=people.qa_head, at=at)
    told = [loops.tell_due(moment(2027, 1, day, 6), nothing) for day in (4, 5)]

    loop, entry = Loop.objects.get(), Action.objects.get(kind="loop")
    last = loop.moves.last()
    assert (loop.state, loop.reaudit, last.verb) == (LoopState.AUTHORISED, None, "unlink")
    assert last.reason == f"Audit {reaudit.reference} was left out."
    assert (entry.state, entry.owner, entry.due_on) == (ActionState.OPEN, people.officer, due_on)
    assert Audit.objects.get(pk=loop.audit_id).closed_at is None
    said = Notice.objects.get(kind="loop.reaudit_left_out")
    assert said.to == people.officer
    assert f"by {due_on:%-d %B %Y}" in said.text
    assert told == [int(at.date() < date(2026, 12, 21)), 0]


def test_another_second_audit_closes_the_first_again(place):
    people, reaudit = place.people, linked(place)
    exclude_audit(reaudit, reason="The child has moved.", by=people.qa_head, at=MET)
    other = opened(place, moment(2026, 10, 6), auditor=reaudit.auditor)

    loops.link(Loop.objects.get(), other, by=people.officer, at=moment(2026, 10, 7))

    entry = Action.objects.get(kind="loop")
    assert (entry.state, entry.evidence) == (
        ActionState.SIGNED_OFF,
        f"The second audit is {other.reference}.",
    )
    assert Audit.objects.get(loop__reaudit=other).closed_at == moment(2026, 10, 7)


def test_leaving_out_any_other_audit_changes_no_loop(place):
    authorised(place)
    other = opened(place, moment(2026, 10, 6))

    exclude_audit(other, reason="The child has moved.", by=place.people.qa_head, at=MET)

    assert Loop.objects.get().state == LoopState.AUTHORISED
    assert not Notice.objects.filter(kind="loop.reaudit_left_out").exists()


def test_where_no_second_audit_is_due_nobody_is_asked_for_another(place):
    reaudit = linked(place)
    Loop.objects.update(reaudit_due_on=None)

    exclude_audit(reaudit, reason="The child has moved.", by=place.people.qa_head, at=MET)

    assert Loop.objects.get().state == LoopState.AUTHORISED
    assert Action.objects.get(kind="loop").state == ActionState.SIGNED_OFF
    assert not Notice.objects.filter(kind="loop.reaudit_left_out").exists()


def test_it_stays_on_the_tracker_in_the_hands_of_whoever_has_the_next_step(place):
    loop = authorised(place)
    people = place.people
    waiting = Action.objects.get(kind="loop")

    loops.link(loop, second(place), by=people.officer, at=MET)

    ended = Action.objects.get(kind="loop")
    assert (waiting.owner, waiting.due_on) == (people.officer, date(2026, 12, 21))
    assert (waiting.state, ended.state) == (ActionState.OPEN, ActionState.SIGNED_OFF)
    assert not people.officer.has_perm("actions.do_action", waiting)


def test_a_loop_is_left_out_by_the_qa_team_with_a_reason_and_can_be_taken_up_again(place):
    loop = returned(place, "inadequate", AT).loop
    officer = place.people.officer

    with pytest.raises(Refused, match="Say why the loop is no longer needed"):
        loops.leave_out(loop, reason="", by=officer, at=MET)
    with pytest.raises(PermissionDenied):
        loops.leave_out(loop, reason="No.", by=place.people.service_manager, at=MET)
    loops.leave_out(loop, reason="The grade changed.", by=officer, at=MET)
    after = Loop.objects.get().state
    loops.take_up(loop, reason="It changed back.", by=officer, at=MET)

    assert (after, Loop.objects.get().state) == (LoopState.NOT_NEEDED, LoopState.FORM_DUE)
    entries = Action.objects.filter(kind="loop").order_by("pk").values_list("state", flat=True)
    assert list(entries) == [ActionState.WITHDRAWN, ActionState.OPEN]


def test_a_grade_that_stops_being_inadequate_leaves_the_loop_to_the_qa_team(place):
    audit = returned(place, "inadequate", AT)

    take_tasks_back(
        audit, given_before=MET, reason="It is Good now.", by=place.people.officer, at=MET
    )

    assert Loop.objects.get().state == LoopState.NOT_NEEDED


def test_what_was_taken_back_is_set_off_again_when_the_grade_comes_back(place):
    audit, officer = returned(place, "inadequate", AT), place.people.officer
    asked = Action.objects.filter(state=ActionState.OPEN, kind__in=["task", "loop"]).count()
    Audit.objects.filter(pk=audit.pk).update(grade="good")
    audit.refresh_from_db()
    take_tasks_back(audit, given_before=MET, reason="It is Good now.", by=officer, at=MET)
    Audit.objects.filter(pk=audit.pk).update(grade="inadequate")
    audit.refresh_from_db()
    later = moment(2026, 9, 30)

    first = fire(audit, RETURNED, by=officer, at=later)
    again = fire(audit, RETURNED, by=officer, at=later)

    assert (bool(first), again) == (True, [])
    assert Loop.objects.get().state == LoopState.FORM_DUE
    back = Action.objects.filter(state=ActionState.OPEN, kind__in=["task", "loop"])
    assert back.count() == asked > 1


def test_a_loop_that_was_left_out_by_hand_stays_out_at_the_next_return(place):
    audit, officer = returned(place, "inadequate", AT), place.people.officer
    loops.leave_out(Loop.objects.get(), reason="She has moved away.", by=officer, at=MET)

    assert fire(audit, RETURNED, by=officer, at=MET) == []
    assert Loop.objects.get().state == LoopState.NOT_NEEDED


def test_another_council_finds_no_loop(place):
    returned(place, "inadequate", AT)
    stranger = UserFactory()

    assert not Loop.objects.visible_to(stranger).exists()
