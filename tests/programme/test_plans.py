import time
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.models import Audit
from core.models import Notice, TrailEntry
from core.moves import Refused
from programme import tasks
from programme.allocation import TEAM_RULES
from programme.matching import NoPlan
from programme.models import AllocationPlan, Away, Draw, PlanRow, Replacement
from programme.selectors.plans import lines, loads, situation, window, year_of
from programme.services import plans
from programme.services.allocating import Choice, NeedsConfirming, allocate
from programme.services.leave import note_away, remove_away
from programme.services.plans import (
    REPLACED,
    TWICE,
    Terms,
    ask_for_plan,
    change_by_hand,
    confirm,
    take_up,
    work_out,
)
from programme.states import DrawState, PlanState
from standards.selectors import edition
from tests.access.routes import EVERYBODY, QA
from tests.factories.audits import NOW, framework
from tests.factories.cases import InvolvementFactory
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory
from tests.factories.programme import (
    MONTH,
    auditor_of,
    drawn,
    planned,
    worked_case,
    worker_of,
)

pytestmark = pytest.mark.django_db

MANAGER = "The auditor is the worker's line manager."


@pytest.fixture
def people():
    """Bexley's cast without its directors: for files of Team 2 there are three people who may audit them."""
    made = cast("bexley")
    for one in (made.director, made.deputy_director):
        one.holdings.update(to_on=date(2026, 1, 1))
    return made


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


def cases_of(people, number):
    """So many cases of Team 2, each with a worker of its own."""
    return [worked_case(people, worker_of(people)) for _ in range(number)]


# Asking --------------------------------------------------------------------------------------------


def test_a_plan_is_asked_for_once_and_waits(people, version):
    draw = drawn(people, version, cases_of(people, 1))

    first = ask_for_plan(draw, by=people.officer, at=NOW)
    again = ask_for_plan(draw, by=people.qa_head, at=NOW, over_number=True)

    assert again == first
    assert (again.state, again.asked_by, again.over_number) == (
        PlanState.WAITING,
        people.officer,
        False,
    )
    assert TrailEntry.objects.filter(verb="ask for plan").count() == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("frozen", "Draw the files before you allocate them."),
        ("withdrawn", "These files were drawn again, so they are not allocated from this draw."),
        ("allocated", "These files have been allocated."),
    ],
)
def test_only_a_drawn_draw_is_planned(people, version, state, words):
    bare = {"seed": "", "result": [], "drawn_at": None} if state == "frozen" else {}
    draw = drawn(people, version, cases_of(people, 1), state=state, **bare)

    with pytest.raises(Refused, match=words):
        ask_for_plan(draw, by=people.officer, at=NOW)

    assert not AllocationPlan.objects.exists()


@pytest.mark.parametrize("who", sorted(EVERYBODY - QA))
def test_nobody_but_the_qa_team_plans_changes_or_confirms(people, version, who):
    plan = planned(people, version, cases_of(people, 1))
    by = getattr(people, who)

    for step in (
        lambda: ask_for_plan(plan.draw, by=by, at=NOW),
        lambda: change_by_hand(plan.rows.get(), people.head, by=by, at=NOW),
        lambda: confirm(plan, Terms(), by=by, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            step()

    assert not Audit.objects.exists()


def test_another_councils_qa_team_is_shut_out(people, version):
    plan = planned(people, version, cases_of(people, 1))
    theirs = cast("eastmere").officer

    for step in (
        lambda: ask_for_plan(plan.draw, by=theirs, at=NOW),
        lambda: change_by_hand(plan.rows.get(), people.head, by=theirs, at=NOW),
        lambda: confirm(plan, Terms(), by=theirs, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            step()


def test_asking_again_forgets_the_rows_and_what_was_changed(people, version):
    plan = planned(people, version, cases_of(people, 2))
    change_by_hand(plan.rows.first(), None, reason="Court.", by=people.officer, at=NOW)

    again = ask_for_plan(plan.draw, by=people.qa_head, at=NOW, over_number=True)

    assert (again.pk, again.state, again.over_number, again.tries) == (
        plan.pk,
        PlanState.WAITING,
        True,
        0,
    )
    assert not again.rows.exists()


def test_a_confirmed_plan_is_not_worked_out_again(people, version):
    plan = planned(people, version, cases_of(people, 1))
    confirm(plan, Terms(), by=people.officer, at=NOW)

    with pytest.raises(Refused, match="This plan has been confirmed"):
        ask_for_plan(plan.draw, by=people.officer, at=NOW)


# Working out ---------------------------------------------------------------------------------------


def test_a_plan_gives_each_file_to_somebody_of_another_team(people, version):
    others = [auditor_of(people) for _ in range(2)]
    cases = cases_of(people, 5)

    plan = planned(people, version, cases)

    assert (plan.state, plan.explained, plan.lease_until) == (PlanState.READY, [], None)
    assert list(plan.rows.values_list("case_id", flat=True)) == [one.pk for one in cases]
    # Bexley: one a month each.
    assert {row.auditor for row in plan.rows.all()} == {
        people.auditor,
        people.service_manager,
        people.head,
        *others,
    }


def test_working_out_twice_changes_nothing(people, version):
    plan = planned(people, version, cases_of(people, 3))
    before = list(plan.rows.values_list("pk", "auditor_id"))

    assert work_out(plan.pk, at=NOW) is False

    assert list(plan.rows.values_list("pk", "auditor_id")) == before


def test_the_same_draw_gives_the_same_plan(people, version):
    plan = planned(people, version, cases_of(people, 3))
    before = list(plan.rows.values_list("case_id", "auditor_id"))

    ask_for_plan(plan.draw, by=people.officer, at=NOW)
    work_out(plan.pk, at=NOW)

    assert list(plan.rows.values_list("case_id", "auditor_id")) == before


def test_what_cannot_be_met_is_explained_and_kept(people, version):
    plan = planned(people, version, cases_of(people, 5))

    assert plan.explained == [
        {
            "words": "2 cases of Family support have no auditor: those who may reach their number in this plan.",
            "mend": "Work the plan out again and let auditors go over the number, or find 2 more.",
            "cases": 2,
        }
    ]
    assert plan.rows.filter(auditor=None).count() == 2
    assert set(plan.rows.filter(auditor=None).values_list("why_none", flat=True)) == {
        "No auditor: those who may reach their number in this plan."
    }


def test_going_over_the_number_is_spread_evenly(people, version):
    plan = planned(people, version, cases_of(people, 5), over=True)

    assert plan.explained == []
    shares = [load.total for load in loads(plan, on=MONTH)]
    assert shares == [2, 2, 1, 0]  # nobody of Team 2, whose files these are


def test_cases_outside_reach_are_named_by_service(people, version):
    """Everybody who audits sits in Team 2 or above nobody: no auditor outside the team."""
    for one in (people.auditor, people.service_manager, people.head):
        one.holdings.update(to_on=date(2026, 1, 1))

    plan = planned(people, version, cases_of(people, 3))

    assert [one["words"] for one in plan.explained] == [
        "3 cases of Family support have no auditor outside the team."
    ]


def test_files_that_nobody_can_be_given_are_explained(people, version):
    closed = worked_case(people, closed_on=date(2026, 11, 9))
    idle = worked_case(people)
    idle.involvements.update(to_on=date(2026, 11, 1))

    plan = planned(people, version, [closed, idle, *cases_of(people, 1)])

    assert [(one["words"], one["cases"]) for one in plan.explained] == [
        ("1 case of Family support has been closed since the draw.", 1),
        ("1 case of Family support has no worker recorded today.", 1),
    ]
    assert list(plan.rows.values_list("why_none", flat=True)) == [
        "The case has been closed since the draw.",
        "No worker is recorded for this case today.",
        "",
    ]


def test_who_is_away_gets_nothing(people, version):
    note_away(people.head, date(2026, 11, 10), date(2026, 11, 25), by=people.officer, at=NOW)

    plan = planned(people, version, cases_of(people, 3))

    assert set(plan.rows.values_list("auditor", flat=True)) == {
        people.auditor.pk,
        people.service_manager.pk,
        None,
    }
    assert "are away or reach" in plan.explained[0]["words"]


def test_nobody_gets_the_worker_of_their_last_audit_again(people, version):
    case = worked_case(people)
    tool = version.tools.select_related("version__framework__council").get()
    before = Choice(case, tool, people.auditor, people.worker, None, date(2026, 10, 1))
    allocate(before, by=people.officer, at=NOW)
    for one in (people.service_manager, people.head):
        one.holdings.update(to_on=date(2026, 1, 1))

    plan = planned(people, version, [worked_case(people)])

    assert plan.rows.get().auditor is None
    assert plan.explained[0]["words"] == (
        "1 case of Family support has no auditor: those who may looked at the same worker’s practice last time."
    )


def test_those_with_fewer_audits_this_year_go_first(people, version):
    tool = version.tools.select_related("version__framework__council").get()
    for who, month in (
        (people.auditor, 9),
        (people.auditor, 10),
        (people.head, 10),
    ):
        other = worked_case(people, worker_of(people))
        worker = other.involvements.get().user
        choice = Choice(other, tool, who, worker, None, date(2026, month, 1))
        allocate(choice, by=people.officer, at=NOW)

    plan = planned(people, version, cases_of(people, 2))

    assert set(plan.rows.values_list("auditor", flat=True)) == {
        people.service_manager.pk,
        people.head.pk,
    }


def test_a_file_audited_too_lately_is_given_to_nobody(version):
    bracknell = framework("fixtures/frameworks/bracknell-forest/1.yaml")
    people = cast("bracknell-forest")
    case = worked_case(people)
    tool = bracknell.tools.select_related("version__framework__council").first()
    day = date(2026, 11, 12)
    audit = allocate(
        Choice(case, tool, people.auditor, people.worker, None, MONTH, audit_on=day),
        by=people.officer,
        at=NOW,
        confirmed=True,
    )
    Audit.objects.filter(pk=audit.pk).update(returned_at=NOW, state="returned", grade="good")

    plan = planned(people, bracknell, [case], audit_on=day)

    assert [one["words"] for one in plan.explained] == [
        "1 case of Family support has been audited too lately."
    ]


def test_replaced_files_are_planned_in_place_of_the_drawn(people, version):
    first, second, instead = cases_of(people, 3)
    draw = drawn(people, version, [first, second])
    pool = draw.pool["files"] + [{"case": instead.number, "id": instead.pk, "values": []}]
    draw = drawn(people, version, [first, second], pool={"fields": [], "files": pool})
    Replacement.objects.create(
        draw=draw, out_case=first, in_case=instead, why="closed", by=people.officer, at=NOW
    )

    plan = ask_for_plan(draw, by=people.officer, at=NOW)
    work_out(plan.pk, at=NOW)

    assert list(plan.rows.values_list("case", flat=True)) == [instead.pk, second.pk]


# The lease -----------------------------------------------------------------------------------------


def test_a_plan_in_work_is_left_alone_until_its_lease_ends(people, version):
    plan = ask_for_plan(drawn(people, version, cases_of(people, 1)), by=people.officer, at=NOW)
    take_up(plan.pk, at=NOW)

    assert work_out(plan.pk, at=NOW + timedelta(minutes=2)) is False
    assert work_out(plan.pk, at=NOW + timedelta(minutes=4)) is True


def test_a_worker_that_comes_late_writes_nothing(people, version):
    plan = ask_for_plan(drawn(people, version, cases_of(people, 1)), by=people.officer, at=NOW)
    slow = take_up(plan.pk, at=NOW)
    work_out(plan.pk, at=NOW + timedelta(minutes=4))

    now = situation(slow.draw, [], on=MONTH)

    assert plans.write(slow, now, {}, ()) is False
    assert plan.rows.count() == 1


def test_after_three_tries_it_is_given_up_and_said(people, version):
    plan = ask_for_plan(drawn(people, version, cases_of(people, 1)), by=people.officer, at=NOW)
    for n in range(3):
        assert take_up(plan.pk, at=NOW + timedelta(minutes=4 * n)) is not None

    assert work_out(plan.pk, at=NOW + timedelta(minutes=30)) is False

    plan.refresh_from_db()
    assert (plan.state, plan.explained[0]["words"]) == (
        PlanState.FAILED,
        "It was tried three times and did not finish.",
    )
    assert ask_for_plan(plan.draw, by=people.officer, at=NOW).state == PlanState.WAITING


def test_a_draw_withdrawn_meanwhile_fails_in_words(people, version):
    draw = drawn(people, version, cases_of(people, 1))
    plan = ask_for_plan(draw, by=people.officer, at=NOW)
    Draw.objects.filter(pk=draw.pk).update(state=DrawState.WITHDRAWN)

    assert work_out(plan.pk, at=NOW) is False

    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED
    assert plan.explained[0]["words"].startswith("These files were drawn again")


def test_a_solver_without_an_answer_fails_in_words(people, version, monkeypatch):
    def nothing(*args, **kwargs):
        raise NoPlan("The solver found no plan: time is up")

    monkeypatch.setattr(plans, "match", nothing)
    plan = planned(people, version, cases_of(people, 1))

    assert (plan.state, plan.explained[0]["words"]) == (
        PlanState.FAILED,
        "The solver found no plan: time is up",
    )


def test_the_tasks_do_their_work_once(people, version, settings):
    settings.TEST_CLOCK = NOW
    one, other = (
        ask_for_plan(drawn(people, version, cases_of(people, 1)), by=people.officer, at=NOW)
        for _ in range(2)
    )

    assert [tasks.work_out_plan(one.pk), tasks.work_out_plan(one.pk)] == [True, False]
    assert [tasks.work_out_waiting(), tasks.work_out_waiting()] == [1, 0]
    assert AllocationPlan.objects.get(pk=other.pk).state == PlanState.READY


# Changing by hand ----------------------------------------------------------------------------------


def test_another_auditor_is_taken_by_hand(people, version):
    plan = planned(people, version, cases_of(people, 1))

    row = change_by_hand(plan.rows.get(), people.head, by=people.officer, at=NOW)

    assert (row.auditor, row.by_hand, row.why_none) == (people.head, True, "")
    entry = TrailEntry.objects.get(verb="change plan")
    assert entry.detail == {"number": 1, "auditor": people.head.pk}


@pytest.mark.parametrize(
    ("who", "problems"),
    [
        ("manager", (MANAGER, TEAM_RULES["other_team"])),
        ("officer", ("The person holds no post that audits today.",)),
        ("stranger", ("The person holds no post that audits today.",)),
    ],
)
def test_a_change_by_hand_is_refused_in_the_words_of_allocating(people, version, who, problems):
    plan = planned(people, version, [worked_case(people)])
    before = plan.rows.get().auditor

    with pytest.raises(Refused) as refused:
        change_by_hand(plan.rows.get(), getattr(people, who), by=people.officer, at=NOW)

    assert refused.value.problems == problems
    assert plan.rows.get().auditor == before
    assert TrailEntry.objects.get(verb="change of plan refused").detail == {"rules": len(problems)}


def test_who_audits_the_file_already_cannot_be_taken(people, version):
    case = worked_case(people)
    tool = version.tools.select_related("version__framework__council").get()
    choice = Choice(case, tool, people.auditor, people.worker, None, date(2026, 10, 1))
    allocate(choice, by=people.officer, at=NOW)
    plan = planned(people, version, [case])

    with pytest.raises(Refused) as refused:
        change_by_hand(plan.rows.get(), people.auditor, by=people.officer, at=NOW)

    assert refused.value.problems == ("The auditor is auditing this child's file already.",)


def test_a_file_is_left_out_by_hand_only_with_a_reason(people, version):
    plan = planned(people, version, cases_of(people, 1))

    with pytest.raises(Refused, match="Say why this file is left out"):
        change_by_hand(plan.rows.get(), None, reason=" ", by=people.officer, at=NOW)

    row = change_by_hand(plan.rows.get(), None, reason="Court.", by=people.officer, at=NOW)
    assert (row.auditor, row.why_none, row.by_hand) == (None, "Left out: Court.", True)


def test_a_closed_file_can_be_given_to_nobody_by_hand(people, version):
    plan = planned(people, version, [worked_case(people, closed_on=date(2026, 11, 1))])

    with pytest.raises(Refused) as refused:
        change_by_hand(plan.rows.get(), people.head, by=people.officer, at=NOW)

    assert refused.value.problems[0] == "The case has been closed since the draw."


def test_the_rule_on_teams_is_left_aside_with_a_reason_where_the_framework_lets_it():
    lancashire = framework("fixtures/frameworks/lancashire/1.yaml")
    people = cast("lancashire")
    elsewhere = OrgUnitFactory(council=people.council, kind="service", name="Leaving Care")
    team = OrgUnitFactory(council=people.council, parent=elsewhere)
    plan = planned(people, lancashire, [worked_case(people, unit=team)])
    assert [one["words"] for one in plan.explained] == [
        "1 case of Leaving Care has no auditor inside the service."
    ]

    with pytest.raises(Refused):
        change_by_hand(plan.rows.get(), people.head, by=people.officer, at=NOW)
    row = change_by_hand(
        plan.rows.get(), people.head, reason="Nobody else.", by=people.officer, at=NOW
    )
    assert row.reason == "Nobody else."
    assert lines(plan, [row], on=date(2026, 11, 10))[0].against == ()

    (audit,) = confirm(plan, Terms(), by=people.officer, at=NOW)
    assert "Left aside: Nobody else." in audit.moves.get().reason


# Confirming ----------------------------------------------------------------------------------------


def test_confirming_opens_every_audit_and_tells_the_auditors(people, version):
    plan = planned(people, version, cases_of(people, 3))
    chosen = dict(plan.rows.values_list("case_id", "auditor_id"))

    made = confirm(plan, Terms(practice_week=True), by=people.officer, at=NOW)

    assert {audit.case_id: audit.auditor_id for audit in made} == chosen
    assert {(audit.month, audit.deadline_on, audit.practice_week) for audit in made} == {
        (MONTH, date(2026, 11, 30), True)
    }
    plan.refresh_from_db()
    assert (plan.state, plan.confirmed_by, plan.confirmed_at) == (
        PlanState.CONFIRMED,
        people.officer,
        NOW,
    )
    assert Draw.objects.get().state == DrawState.ALLOCATED
    assert set(plan.rows.values_list("audit", flat=True)) == {audit.pk for audit in made}
    told = set(Notice.objects.values_list("to", "kind"))
    assert {(pk, "audit.allocated") for pk in chosen.values()} <= told


def test_the_workers_manager_is_told_where_the_framework_lets_managers_see(people, version):
    plan = planned(people, version, cases_of(people, 1))

    confirm(plan, Terms(), by=people.officer, at=NOW)

    notice = Notice.objects.get(to=people.manager)
    assert notice.kind == "audit.file_audited"
    names = [one.name for one in people.everybody().values()]
    assert not any(name in notice.subject + notice.text for name in names)


def test_the_worker_is_told_where_the_framework_names_the_worker():
    blackburn = framework("fixtures/frameworks/blackburn-with-darwen/1.yaml")
    people = cast("blackburn-with-darwen")
    plan = planned(people, blackburn, [worked_case(people)])

    confirm(plan, Terms(), by=people.officer, at=NOW)

    assert Notice.objects.filter(to=people.worker, kind="audit.allocated").count() == 1


def test_the_second_worker_comes_along_where_the_framework_has_one(people, version):
    case = worked_case(people)
    InvolvementFactory(case=case, user=people.second, kind="second")
    plan = planned(people, version, [case])

    (audit,) = confirm(plan, Terms(), by=people.officer, at=NOW)

    assert (audit.worker, audit.second_worker) == (people.worker, people.second)


def test_confirming_twice_opens_nothing_more(people, version):
    plan = planned(people, version, cases_of(people, 2))
    confirm(plan, Terms(), by=people.officer, at=NOW)

    with pytest.raises(Refused, match="This plan has been confirmed"):
        confirm(plan, Terms(), by=people.officer, at=NOW)

    assert Audit.objects.count() == 2


def test_a_plan_of_a_withdrawn_draw_cannot_be_confirmed_or_changed(people, version):
    plan = planned(people, version, cases_of(people, 1))
    Draw.objects.update(state=DrawState.WITHDRAWN)

    with pytest.raises(Refused, match="These files were drawn again"):
        confirm(plan, Terms(), by=people.officer, at=NOW)
    with pytest.raises(Refused, match="These files were drawn again"):
        change_by_hand(plan.rows.get(), people.head, by=people.officer, at=NOW)

    assert not Audit.objects.exists()


def test_a_plan_of_files_replaced_since_cannot_be_confirmed(people, version):
    first, instead = cases_of(people, 2)
    pool = [{"case": one.number, "id": one.pk, "values": []} for one in (first, instead)]
    plan = planned(people, version, [first], pool={"fields": [], "files": pool})
    Replacement.objects.create(
        draw=plan.draw, out_case=first, in_case=instead, why="moved", by=people.officer, at=NOW
    )

    with pytest.raises(Refused) as refused:
        confirm(plan, Terms(), by=people.officer, at=NOW)

    assert refused.value.problems == (REPLACED,)


def test_files_without_an_auditor_are_left_out_only_when_said(people, version):
    plan = planned(people, version, cases_of(people, 4))
    by_hand = plan.rows.exclude(auditor=None).first()
    change_by_hand(by_hand, None, reason="Court.", by=people.officer, at=NOW)

    with pytest.raises(Refused) as refused:
        confirm(plan, Terms(), by=people.officer, at=NOW)
    assert refused.value.problems == (
        "1 file has no auditor. Choose one, or say why they are left out.",
    )

    made = confirm(plan, Terms(left_out="Next month."), by=people.officer, at=NOW)
    assert len(made) == 2
    assert set(plan.rows.filter(auditor=None).values_list("why_none", flat=True)) == {
        "Left out: Court.",
        "No auditor: those who may reach their number in this plan. Left out: Next month.",
    }


def test_a_plan_without_a_single_auditor_is_not_confirmed(people, version):
    plan = planned(people, version, cases_of(people, 1))
    change_by_hand(plan.rows.get(), None, reason="Court.", by=people.officer, at=NOW)

    with pytest.raises(Refused) as refused:
        confirm(plan, Terms(), by=people.officer, at=NOW)

    assert refused.value.problems == ("No file of the plan has an auditor.",)


def test_one_row_that_a_rule_forbids_stops_them_all(people, version):
    cases = cases_of(people, 3)
    plan = planned(people, version, cases)
    cases[1].closed_on = date(2026, 11, 10)
    cases[1].save()

    with pytest.raises(Refused) as refused:
        confirm(plan, Terms(accepted=True), by=people.officer, at=NOW)

    assert refused.value.problems == (
        f"This case is closed, so it cannot be audited. (case {cases[1].number})",
    )
    assert not Audit.objects.exists()
    assert not Notice.objects.exists()
    plan.refresh_from_db()
    assert plan.state == PlanState.READY
    assert TrailEntry.objects.get(verb="confirm plan refused").detail == {
        "number": 1,
        "problems": 1,
    }


def test_a_case_that_lost_its_worker_stops_them_all(people, version):
    cases = cases_of(people, 2)
    plan = planned(people, version, cases)
    cases[0].involvements.update(to_on=date(2026, 11, 1))

    with pytest.raises(Refused) as refused:
        confirm(plan, Terms(), by=people.officer, at=NOW)

    assert refused.value.problems == (
        f"No worker is recorded for this case today. (case {cases[0].number})",
    )


def test_going_over_the_number_needs_a_word(people, version):
    plan = planned(people, version, cases_of(people, 4), over=True)

    with pytest.raises(NeedsConfirming) as doubts:
        confirm(plan, Terms(), by=people.officer, at=NOW)
    (words,) = doubts.value.problems
    assert words.startswith("The auditor already has an audit in this month. (case ")
    assert not Audit.objects.exists()

    assert len(confirm(plan, Terms(accepted=True), by=people.officer, at=NOW)) == 4


def test_leave_noted_after_the_plan_needs_a_word(people, version):
    plan = planned(people, version, cases_of(people, 3))
    row = plan.rows.get(auditor=people.head)
    note_away(people.head, date(2026, 11, 1), date(2026, 11, 30), by=people.officer, at=NOW)

    with pytest.raises(NeedsConfirming) as doubts:
        confirm(plan, Terms(), by=people.officer, at=NOW)

    assert doubts.value.problems == (
        f"The auditor is away for most of the time. (case {row.case.number})",
    )


def test_the_same_worker_twice_by_hand_needs_a_word():
    blackburn = framework("fixtures/frameworks/blackburn-with-darwen/1.yaml")
    people = cast("blackburn-with-darwen")
    plan = planned(people, blackburn, [worked_case(people), worked_case(people)])
    for row in plan.rows.all():
        change_by_hand(row, people.head, by=people.officer, at=NOW)

    with pytest.raises(NeedsConfirming) as doubts:
        confirm(plan, Terms(), by=people.officer, at=NOW)

    assert [words.startswith(TWICE) for words in doubts.value.problems] == [True]


def test_audits_due_on_their_day_need_the_day_and_its_notice():
    bracknell = framework("fixtures/frameworks/bracknell-forest/1.yaml")
    people = cast("bracknell-forest")
    plan = planned(people, bracknell, [worked_case(people)], month=date(2026, 12, 1))

    with pytest.raises(Refused) as refused:
        confirm(plan, Terms(), by=people.officer, at=NOW)
    assert refused.value.problems[0].startswith(
        "Enter the day of the audit: in this framework it is due back on that day. (case "
    )

    soon = Terms(audit_on=date(2026, 12, 1))
    with pytest.raises(NeedsConfirming) as doubts:
        confirm(plan, soon, by=people.officer, at=NOW)
    assert "The notice is shorter now." in doubts.value.problems[0]

    (audit,) = confirm(plan, Terms(audit_on=date(2026, 12, 16)), by=people.officer, at=NOW)
    assert audit.deadline_on == date(2026, 12, 16)


def test_forty_audits_are_given_out_in_a_few_seconds(people, version):
    for _ in range(40):
        auditor_of(people)
    plan = planned(people, version, cases_of(people, 40))
    start = time.perf_counter()

    with CaptureQueriesContext(connection) as queries:
        made = confirm(plan, Terms(), by=people.officer, at=NOW)

    took = time.perf_counter() - start
    print(f"{len(made)} audits in {took:.1f} s, {len(queries) / 40:.0f} queries each")
    assert len(made) == 40
    assert took < 15


# What the rules need -------------------------------------------------------------------------------


def queries_of(plan, rows):
    with CaptureQueriesContext(connection) as queries:
        lines(plan, rows, on=date(2026, 11, 10))
    return len(queries)


def test_the_queries_of_a_plan_do_not_grow_with_its_rows(people, version):
    plan = planned(people, version, cases_of(people, 8), over=True)
    rows = list(PlanRow.objects.filter(plan=plan))

    queries_of(plan, rows)  # the framework is read once in a process

    assert queries_of(plan, rows[:1]) == queries_of(plan, rows)


def test_working_out_takes_the_same_queries_for_any_number(people, version):
    counts = []
    for number in (1, 1, 6):  # the framework is read once in a process
        draw = drawn(people, version, cases_of(people, number))
        plan = ask_for_plan(draw, by=people.officer, at=NOW)
        with CaptureQueriesContext(connection) as queries:
            work_out(plan.pk, at=NOW)
        counts.append(len(queries))

    assert counts[1] == counts[2]


@pytest.mark.parametrize(
    ("month", "year_start", "first"),
    [
        (date(2026, 11, 1), 4, date(2026, 4, 1)),
        (date(2027, 3, 1), 4, date(2026, 4, 1)),
        (date(2026, 4, 1), 4, date(2026, 4, 1)),
        (date(2026, 11, 1), 1, date(2026, 1, 1)),
    ],
)
def test_year_of_is_the_programmes_year(month, year_start, first):
    assert year_of(month, year_start) == first


@pytest.mark.parametrize(
    ("council", "on", "audit_on", "days"),
    [
        ("bexley", date(2026, 11, 10), None, (date(2026, 11, 10), date(2026, 11, 30))),
        ("bexley", date(2026, 10, 20), None, (date(2026, 11, 1), date(2026, 11, 30))),
        ("lancashire", date(2026, 11, 10), None, (date(2026, 11, 10), date(2026, 12, 8))),
        (
            "bracknell-forest",
            date(2026, 10, 10),
            date(2026, 11, 12),
            (date(2026, 11, 12), date(2026, 11, 12)),
        ),
        ("bracknell-forest", date(2026, 10, 10), None, (date(2026, 11, 1), date(2026, 11, 30))),
    ],
)
def test_window_is_the_days_in_which_the_audits_are_done(council, on, audit_on, days):
    made = framework(f"fixtures/frameworks/{council}/1.yaml")
    draw = Draw(month=MONTH, version=made)

    assert window(draw, edition(made), on=on, audit_on=audit_on) == days


# Leave ---------------------------------------------------------------------------------------------


def test_leave_is_noted_once(people):
    for _ in range(2):
        note_away(people.head, MONTH, MONTH, by=people.officer, at=NOW)

    assert Away.objects.count() == 1
    assert TrailEntry.objects.get(verb="note away").detail == {"days": 1}


def test_leave_that_ends_before_it_starts_is_refused(people):
    with pytest.raises(Refused, match="must be the first day away or later"):
        note_away(people.head, MONTH, MONTH - timedelta(days=1), by=people.officer, at=NOW)


def test_leave_is_removed_and_its_history_stays(people):
    away = note_away(people.head, MONTH, MONTH, by=people.officer, at=NOW)

    remove_away(away, by=people.officer, at=NOW)

    assert not Away.objects.exists()
    assert TrailEntry.objects.filter(verb="remove away", by_id=people.officer.pk).exists()


@pytest.mark.parametrize("who", sorted(EVERYBODY - QA))
def test_nobody_but_the_qa_team_notes_leave(people, who):
    with pytest.raises(PermissionDenied):
        note_away(people.head, MONTH, MONTH, by=getattr(people, who), at=NOW)


def test_another_councils_people_are_not_theirs_to_note(people):
    theirs = cast("eastmere")

    with pytest.raises(PermissionDenied):
        note_away(people.head, MONTH, MONTH, by=theirs.officer, at=NOW)
    assert not Away.objects.visible_to(theirs.officer).exists()
