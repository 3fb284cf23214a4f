from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from audits.models import Audit
from core.models import Notice, TrailEntry
from core.moves import Refused
from programme.allocation import TEAM_RULES
from programme.services.allocating import Choice, NeedsConfirming, allocate
from tests.access.routes import EVERYBODY, QA
from tests.factories.audits import NOW, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db

MONTH = date(2026, 11, 1)
NO_POST = "The person holds no post that audits today."
NOT_A_WORKER = "Choose the worker from those who work with this child now."
NOT_A_SECOND = "Choose the second worker from those who work with this child now."
OWN_CASE = "The auditor has worked with this child. Nobody audits their own case."
MANAGER = "The auditor is the worker's line manager."
ALREADY = "The auditor is auditing this child's file already."
UNDER_WAY = "This child's file is being audited already."


@pytest.fixture
def people():
    return cast("bexley")


@pytest.fixture
def version():
    return framework("fixtures/frameworks/bexley/1.yaml")


@pytest.fixture
def chosen(version, people):
    """A Team 2 child with two workers, and Team 1's manager to audit it."""
    case = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=case, user=people.worker)
    InvolvementFactory(case=case, user=people.second, kind="second")
    tool = version.tools.select_related("version__framework__council").get()
    return Choice(case, tool, people.auditor, people.worker, people.second, MONTH)


def test_allocate_opens_one_audit_with_its_people_and_its_day(chosen, people):
    audit = allocate(chosen, by=people.officer, at=NOW)

    assert Audit.objects.get() == audit
    assert (audit.auditor, audit.worker, audit.second_worker) == (
        people.auditor,
        people.worker,
        people.second,
    )
    assert (audit.manager, audit.month, audit.deadline_on) == (
        people.manager,
        MONTH,
        date(2026, 11, 30),
    )
    assert list(Notice.objects.order_by("pk").values_list("to", "kind")) == [
        (people.auditor.pk, "audit.allocated"),
        (people.manager.pk, "audit.file_audited"),
    ]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"auditor": "worker"}, ("Nobody audits their own case.",)),
        ({"auditor": "second"}, ("Nobody audits their own case.",)),
        ({"auditor": "manager"}, (MANAGER, TEAM_RULES["other_team"])),
        ({"auditor": "stranger"}, (NO_POST,)),
        ({"auditor": "former"}, (NO_POST,)),
        ({"auditor": "officer"}, (NO_POST,)),
        ({"worker": "stranger"}, (NOT_A_WORKER,)),
        ({"second_worker": "stranger"}, (NOT_A_SECOND,)),
        ({"second_worker": "worker"}, ("The second worker must be another person.",)),
        (
            {"worker": "stranger", "second_worker": "stranger"},
            (NOT_A_WORKER, NOT_A_SECOND, "The second worker must be another person."),
        ),
    ],
)
def test_allocate_refuses_with_every_reason(chosen, people, changes, problems):
    wrong = replace(chosen, **{part: getattr(people, who) for part, who in changes.items()})

    with pytest.raises(Refused) as refused:
        allocate(wrong, by=people.officer, at=NOW, confirmed=True)

    assert refused.value.problems == problems
    assert not Audit.objects.exists()
    assert not Notice.objects.exists()


def test_allocate_refuses_somebody_who_worked_with_the_child_once(chosen, people):
    InvolvementFactory(
        case=chosen.case,
        user=people.auditor,
        from_on=date(2025, 2, 1),
        to_on=date(2025, 3, 1),
    )

    with pytest.raises(Refused) as refused:
        allocate(chosen, by=people.officer, at=NOW)

    assert refused.value.problems == (OWN_CASE,)


@pytest.mark.parametrize("closed_on", [date(2026, 11, 9), date(2026, 11, 10)])
def test_allocate_refuses_a_closed_case(chosen, people, closed_on):
    chosen.case.closed_on = closed_on
    chosen.case.save()

    with pytest.raises(Refused) as refused:
        allocate(chosen, by=people.officer, at=NOW)

    assert refused.value.problems == ("This case is closed, so it cannot be audited.",)


def test_allocate_refuses_a_worker_who_has_left_the_case(chosen, people):
    chosen.case.involvements.filter(user=people.worker).update(to_on=date(2026, 11, 9))

    with pytest.raises(Refused) as refused:
        allocate(chosen, by=people.officer, at=NOW)

    assert refused.value.problems == (NOT_A_WORKER,)


def test_allocate_refuses_an_auditor_who_can_no_longer_sign_in(chosen, people):
    people.auditor.is_active = False
    people.auditor.save()

    with pytest.raises(Refused) as refused:
        allocate(chosen, by=people.officer, at=NOW)

    assert refused.value.problems == (NO_POST,)


@pytest.mark.parametrize(
    ("part", "problem"),
    [("auditor", NO_POST), ("worker", NOT_A_WORKER), ("second_worker", NOT_A_SECOND)],
)
def test_allocate_refuses_another_councils_people(chosen, people, part, problem):
    theirs = cast("eastmere")
    who = {"auditor": theirs.auditor, "worker": theirs.worker, "second_worker": theirs.second}

    with pytest.raises(Refused) as refused:
        allocate(replace(chosen, **{part: who[part]}), by=people.officer, at=NOW)

    assert refused.value.problems == (problem,)


@pytest.mark.parametrize("who", ["officer", "qa_head"])
def test_allocate_is_closed_to_another_councils_qa_team(chosen, who):
    theirs = getattr(cast("eastmere"), who)

    with pytest.raises(PermissionDenied):
        allocate(chosen, by=theirs, at=NOW)

    assert not Audit.objects.exists()


@pytest.mark.parametrize("who", sorted(EVERYBODY - QA))
def test_nobody_but_the_qa_team_allocates(chosen, people, who):
    with pytest.raises(PermissionDenied):
        allocate(chosen, by=getattr(people, who), at=NOW)

    assert not Audit.objects.exists()


def test_the_head_of_qa_allocates(chosen, people):
    assert allocate(chosen, by=people.qa_head, at=NOW).allocated_by == people.qa_head


def test_the_same_case_again_must_be_confirmed(chosen, people):
    allocate(chosen, by=people.officer, at=NOW)
    again = replace(chosen, auditor=people.head)

    with pytest.raises(NeedsConfirming) as doubts:
        allocate(again, by=people.officer, at=NOW)
    assert doubts.value.problems == (UNDER_WAY,)
    assert Audit.objects.count() == 1

    allocate(again, by=people.officer, at=NOW, confirmed=True)
    assert Audit.objects.count() == 2


def test_more_than_the_frameworks_number_must_be_confirmed(chosen, people):
    allocate(chosen, by=people.officer, at=NOW)
    other = CaseFileFactory(council=people.council, unit=people.team2)
    InvolvementFactory(case=other, user=people.worker)
    more = replace(chosen, case=other, second_worker=None)

    with pytest.raises(NeedsConfirming) as doubts:
        allocate(more, by=people.officer, at=NOW)

    assert doubts.value.problems == ("The auditor already has an audit in this month.",)
    allocate(replace(more, month=date(2026, 12, 1)), by=people.officer, at=NOW)


@pytest.mark.parametrize("confirmed", [False, True])
def test_the_same_choice_twice_makes_one_audit(chosen, people, confirmed):
    for _ in range(2):
        try:
            allocate(chosen, by=people.officer, at=NOW, confirmed=confirmed)
        except Refused as fault:
            said = fault.problems

    assert said == (ALREADY,)
    assert Audit.objects.count() == 1
    assert Notice.objects.filter(kind="audit.allocated").count() == 1


def test_a_refused_try_leaves_a_line_in_the_trail_without_names(chosen, people):
    with pytest.raises(Refused):
        allocate(replace(chosen, auditor=people.manager), by=people.officer, at=NOW)

    line = TrailEntry.objects.get(verb="allocation refused")
    assert (line.subject_id, line.by_id, line.detail) == (
        chosen.case.pk,
        people.officer.pk,
        {"rules": 2},
    )
