"""Bexley's acceptance scenarios SC-01 to SC-04, as far as they concern one audit."""

from datetime import UTC, date, datetime

import pytest

from actions.services import Plan
from audits import selectors
from audits.answers import Given, Unreadable, read
from audits.completeness import SESSION
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.answers import save_answer
from audits.services.meeting import start_session
from audits.services.returning import return_audit
from audits.states import AuditState
from audits.words import overall_choices
from core.models import Notice
from core.moves import Refused
from programme.demo import answer_all, invented
from programme.services.allocating import Choice, allocate
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cases import CaseFileFactory, InvolvementFactory
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def bexley():
    return framework("fixtures/frameworks/bexley/1.yaml"), cast("bexley")


def answer(audit, code, given, *, by, version=0):
    tool = selectors.tool_of(audit)
    part = tool.part(code)
    return save_answer(
        audit,
        tool.section(part.section_code),
        part,
        given,
        instance=1,
        read_version=version,
        by=by,
        at=NOW,
    )


def prepare(audit, people, *, without=()):
    """Everything that the meeting needs, except the parts of some respondents."""
    by = {"auditor": people.auditor, "practitioner": people.worker, "second": people.second}
    for one in selectors.missing_parts(audit, SESSION):
        if one.respondent not in without:
            save_answer(
                audit,
                one.section,
                one.part,
                invented(one.part, audit),
                instance=1,
                read_version=0,
                by=by[one.respondent],
                at=NOW,
            )


def test_sc01_the_meeting_waits_for_the_second_worker_and_names_them(bexley):
    version, people = bexley
    audit = audit_at("preparing", people, version, second=True)
    prepare(audit, people, without=("second",))

    with pytest.raises(Refused) as refused:
        start_session(audit, by=people.auditor, at=NOW)

    assert len(refused.value.problems) == 6
    assert all(
        line.startswith(f"{people.second.name}: Question i") for line in refused.value.problems
    )


def test_sc01_zero_opens_the_meeting_and_both_workers_scales_show(bexley):
    version, people = bexley
    audit = audit_at("preparing", people, version, second=True)
    prepare(audit, people, without=("second",))
    answer(audit, "qi.scale", Given(number=7), by=people.second)
    answer(audit, "qii.scale", Given(number=0), by=people.second)
    for code in ("qi.worked_well", "qi.move_up", "qii.worked_well", "qii.move_up"):
        answer(audit, code, Given(text="In my own words"), by=people.second)

    start_session(audit, by=people.auditor, at=NOW)

    audit = Audit.objects.get(pk=audit.pk)
    answers = selectors.given_answers(audit)
    assert audit.state == AuditState.IN_SESSION
    assert answers["qii.scale", "second", 1].number == 0
    assert answers["qii.scale", "practitioner", 1].number is not None


def choice(people, version, unit, auditor):
    case = CaseFileFactory(council=people.council, unit=unit)
    InvolvementFactory(case=case, user=people.worker)
    tool = version.tools.select_related("version__framework__council").get()
    return Choice(
        case=case,
        tool=tool,
        auditor=auditor,
        worker=people.worker,
        second_worker=None,
        month=date(2026, 11, 1),
    )


def test_sc02_a_child_of_the_auditors_own_team_is_refused_with_the_reason(bexley):
    version, people = bexley

    with pytest.raises(Refused) as refused:
        allocate(choice(people, version, people.team1, people.auditor), by=people.officer, at=NOW)

    assert refused.value.problems == (
        "The child's team is the auditor's own team. Choose an auditor from another team.",
    )
    assert not Audit.objects.exists()


def test_sc02_a_child_of_another_team_is_accepted_and_its_manager_sees_it(bexley):
    version, people = bexley

    audit = allocate(
        choice(people, version, people.team2, people.auditor), by=people.officer, at=NOW
    )

    assert audit.deadline_on == date(2026, 11, 30)
    assert Notice.objects.filter(to=people.auditor, kind="audit.allocated").count() == 1
    assert list(Audit.objects.being_audited(people.manager, NOW.date())) == [audit]
    assert not Audit.objects.visible_to(people.manager).exists()


def test_sc03_the_overall_rating_offers_exactly_nought_to_six_and_surpassed(bexley):
    version, people = bexley
    policy = selectors.edition_of(audit_at("allocated", people, version)).policy

    found = [(code, word) for code, _, word, _ in overall_choices(policy)]

    assert found == [
        ("0", "Inadequate"),
        ("1", "Inadequate"),
        ("2", "Inadequate"),
        ("3", "Requires improvement"),
        ("4", "Requires improvement"),
        ("5", "Requires improvement"),
        ("6", "Good"),
        ("surpassed", "Outstanding"),
    ]


@pytest.mark.parametrize("forced", ["11", "-1", "4.5"])
def test_sc03_a_forced_item_value_is_refused_and_ten_is_taken(bexley, forced):
    version, people = bexley
    audit = audit_at("in_session", people, version)
    part, policy = selectors.tool_of(audit).part("q7.scale"), selectors.edition_of(audit).policy

    with pytest.raises(Unreadable):
        read(part, {"": forced}, policy)
    assert read(part, {"": "10"}, policy).number == 10


def rated(audit, people, value):
    """Everything for a return but an action, with this overall rating."""
    answer(audit, "outcome.overall", Given(number=value), by=people.auditor)
    answer_all(audit, gate="return", at=NOW)


def test_sc04_an_action_is_needed_even_when_good(bexley):
    version, people = bexley
    audit = audit_at("in_session", people, version)
    rated(audit, people, 6)

    with pytest.raises(Refused) as refused:
        return_audit(audit, by=people.auditor, at=NOW)
    assert refused.value.problems == ("Record at least one action.",)

    plan = Plan(
        "share", "Present the work at the staff conference", "", people.worker, date(2027, 1, 15)
    )
    record_action(audit, plan, by=people.auditor, at=NOW)
    returned = return_audit(audit, by=people.auditor, at=datetime(2026, 12, 24, 11, 0, tzinfo=UTC))

    assert (returned.state, returned.grade) == (AuditState.RETURNED, "good")


def test_an_inadequate_audit_needs_a_practice_observation(bexley):
    version, people = bexley
    audit = audit_at("in_session", people, version)
    answer(audit, "details.observation", Given(text="not_required"), by=people.auditor)
    rated(audit, people, 2)

    with pytest.raises(Refused) as refused:
        return_audit(audit, by=people.auditor, at=NOW)

    assert any("Inadequate" in line and "observation" in line for line in refused.value.problems)


def test_good_surpassed_returns_as_outstanding_without_a_number(bexley):
    version, people = bexley
    audit = audit_at("in_session", people, version)
    answer(audit, "outcome.overall", Given(text="surpassed"), by=people.auditor)
    answer_all(audit, gate="return", at=NOW)
    record_action(
        audit,
        Plan("nominate", "Nominate the team", "", people.worker, date(2026, 12, 1)),
        by=people.auditor,
        at=NOW,
    )

    return_audit(audit, by=people.auditor, at=NOW)

    event = audit.grade_events.get()
    assert (event.grade, event.value, event.surpassed) == ("outstanding", None, True)


def test_the_family_must_be_tried_and_a_reason_stands_for_no_answer(bexley):
    version, people = bexley
    audit = audit_at("in_session", people, version)
    answer(audit, "voice_family.outcome", Given(text="no_reply"), by=people.auditor)

    missing = selectors.missing_in_words(audit, "return")

    assert any("what was tried and why" in line for line in missing)
    assert not any("1. The worker listens" in line for line in missing)
