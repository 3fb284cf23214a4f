from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from actions.services import Plan
from audits import selectors
from audits.answers import Given
from audits.models import Answer, Audit, AuditMove, EarlierAnswer, GradeEvent
from audits.services.actions import record_action
from audits.services.answers import (
    First,
    Stale,
    confirm_question,
    finish_section,
    give_first,
    save_answer,
)
from audits.services.meeting import set_meeting, start_session
from audits.services.returning import advise_on_grade, query_grade, reopen_audit, return_audit
from audits.states import AuditState
from core.models import Notice, TrailEntry
from core.moves import Refused
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene():
    version = framework()
    people = cast("eastmere")
    return version, people


def save(audit, code, given, *, by, version=0, instance=1, at=NOW):
    tool = selectors.tool_of(audit)
    part = tool.part(code)
    return save_answer(
        audit,
        tool.section(part.section_code),
        part,
        given,
        instance=instance,
        read_version=version,
        by=by,
        at=at,
    )


def test_save_answer_keeps_zero_and_counts_versions(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)

    first = save(audit, "voice.note", Given(text="Drawing"), by=people.auditor)
    second = save(audit, "voice.note", Given(text="Drawing, 3 May"), by=people.auditor, version=1)

    assert (first.version, second.version) == (1, 2)
    assert Answer.objects.get(audit=audit, part__code="voice.note").text == "Drawing, 3 May"


def test_save_answer_refuses_a_stale_version_and_loses_nothing(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    save(audit, "voice.note", Given(text="The auditor’s words"), by=people.auditor)

    with pytest.raises(Stale) as stale:
        save(audit, "voice.note", Given(text="The worker’s words"), by=people.worker)

    assert stale.value.current.text == "The auditor’s words"
    assert Answer.objects.get(audit=audit, part__code="voice.note").version == 1


def test_saving_the_same_again_is_harmless(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    save(audit, "voice.note", Given(text="Words"), by=people.auditor)

    again = save(audit, "voice.note", Given(text="Words"), by=people.auditor)

    assert again.version == 1


def test_replacing_somebody_elses_words_keeps_theirs(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    save(audit, "voice.note", Given(text="Theirs"), by=people.worker)

    save(audit, "voice.note", Given(text="Mine"), by=people.auditor, version=1)

    kept = EarlierAnswer.objects.get(audit=audit)
    assert (kept.text, kept.saved_by, kept.replaced_by) == ("Theirs", people.worker, people.auditor)


def test_words_that_meet_a_newer_answer_are_kept_once_however_often_they_are_sent(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    save(audit, "voice.note", Given(text="Theirs"), by=people.worker)

    for _ in range(2):
        with pytest.raises(Stale):
            save(audit, "voice.note", Given(text="Mine"), by=people.auditor)

    kept = EarlierAnswer.objects.get(audit=audit)
    assert (kept.text, kept.saved_by, kept.refused) == ("Mine", people.auditor, True)
    assert Answer.objects.get(audit=audit, part__code="voice.note").text == "Theirs"


@pytest.mark.parametrize("who", ["officer", "manager", "stranger", "second", "qa_head"])
def test_nobody_else_saves_an_answer(scene, who):
    version, people = scene
    audit = audit_at("in_session", people, version)

    with pytest.raises(PermissionDenied):
        save(audit, "voice.note", Given(text="x"), by=getattr(people, who))


def test_the_worker_does_not_answer_the_auditors_part(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)

    with pytest.raises(PermissionDenied):
        save(audit, "outcome.overall", Given(text="good"), by=people.worker)


@pytest.mark.parametrize("stage", ["allocated", "preparing", "returned"])
def test_joint_answers_are_closed_outside_the_meeting(scene, stage):
    version, people = scene
    audit = audit_at(stage, people, version)

    with pytest.raises(Refused, match="closed"):
        save(audit, "voice.note", Given(text="late"), by=people.auditor, version=1)


def firsts(audit, by, *codes):
    """First answers to some parts in words."""
    tool = selectors.tool_of(audit)
    parts = [tool.part(code) for code in codes]
    return [
        First(tool.section(part.section_code), part, Given(text=f"About {part.code}"), 1, by)
        for part in parts
    ]


def test_many_first_answers_are_given_with_as_many_queries_as_one(scene):
    version, people = scene
    one, two = (audit_at("in_session", people, version) for _ in range(2))
    with CaptureQueriesContext(connection) as single:
        give_first(one, firsts(one, people.auditor, "voice.note"), at=NOW)

    codes = ("voice.note", "voice.seen")
    with CaptureQueriesContext(connection) as several:
        given = give_first(two, firsts(two, people.auditor, *codes), at=NOW)

    assert (given, len(several)) == (2, len(single))
    assert set(two.answers.values_list("text", "version", "saved_by")) == {
        (f"About {code}", 1, people.auditor.pk) for code in codes
    }
    trail = TrailEntry.objects.filter(verb="answer", subject_id=two.pk)
    assert {one.detail["part"] for one in trail} == set(codes)


def test_many_first_answers_are_all_refused_where_one_is(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    save(audit, "voice.note", Given(text="Drawing"), by=people.auditor)
    both = firsts(audit, people.auditor, "voice.seen", "voice.note")

    with pytest.raises(Refused, match="answered already"):
        give_first(audit, both, at=NOW)
    with pytest.raises(PermissionDenied):
        give_first(audit, firsts(audit, people.stranger, "voice.seen"), at=NOW)
    early = audit_at("preparing", people, version)
    with pytest.raises(Refused, match="closed now"):
        give_first(early, firsts(early, people.auditor, "voice.seen"), at=NOW)

    assert audit.answers.get().text == "Drawing"


def test_confirmation_lapses_when_an_answer_changes(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    question = selectors.tool_of(audit).question("voice")
    save(audit, "voice.note", Given(text="Agreed"), by=people.auditor)
    before = confirm_question(audit, question, by=people.worker, at=NOW).fingerprint

    save(audit, "voice.note", Given(text="Changed"), by=people.auditor, version=1)

    assert confirm_question(audit, question, by=people.auditor, at=NOW).fingerprint != before


def test_nothing_to_confirm_is_refused(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)

    with pytest.raises(Refused, match="nothing to confirm"):
        confirm_question(
            audit, selectors.tool_of(audit).question("voice"), by=people.auditor, at=NOW
        )


def test_finish_section_names_what_is_missing(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    tool = selectors.tool_of(audit)

    with pytest.raises(Refused) as refused:
        finish_section(audit, tool, tool.section("outcome"), by=people.auditor, at=NOW)

    assert refused.value.problems == (
        f"{people.auditor.name}: Question 2 – Overall grade",
        f"{people.auditor.name}: Question 2 – Why this grade",
    )


def test_set_meeting_tells_the_worker_once_for_each_date(scene):
    version, people = scene
    audit = audit_at("allocated", people, version)

    for _ in range(2):
        set_meeting(
            audit, meeting_at=NOW + timedelta(days=3), mode="video", by=people.auditor, at=NOW
        )

    assert audit.moves.filter(verb="set meeting").count() == 2
    assert Audit.objects.get(pk=audit.pk).state == AuditState.PREPARING


@pytest.mark.parametrize("who", ["worker", "manager", "officer", "qa_head", "stranger"])
def test_only_the_auditor_runs_the_meeting(scene, who):
    version, people = scene
    audit = audit_at("prepared", people, version)

    with pytest.raises(PermissionDenied):
        start_session(audit, by=getattr(people, who), at=NOW)


def test_return_lists_everything_that_is_missing(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)

    with pytest.raises(Refused) as refused:
        return_audit(audit, by=people.auditor, at=NOW)

    assert refused.value.problems == (
        "Question 1 – What we saw",
        "Question 1 – Was the child seen alone?",
        f"{people.auditor.name}: Question 2 – Overall grade",
        f"{people.auditor.name}: Question 2 – Why this grade",
    )


def test_a_part_is_asked_for_when_the_other_answer_calls_for_it(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    save(audit, "voice.seen", Given(text="yes"), by=people.worker)

    assert "Question 1 – When was the child last seen?" in selectors.missing_in_words(
        audit, "return"
    )


def test_return_locks_grades_opens_actions_and_tells(scene):
    version, people = scene

    audit = audit_at("returned", people, version)

    event = GradeEvent.objects.get(audit=audit)
    assert (event.kind, event.grade, event.by) == ("auditor", audit.grade, people.auditor)
    assert audit.grade_final is False
    assert [action.state for action in selectors.actions_of(audit)] == ["open"]
    assert AuditMove.objects.filter(audit=audit, verb="return").count() == 1


def test_grade_events_only_grow(scene):
    version, people = scene
    audit = audit_at("returned", people, version)

    with pytest.raises(InternalError), transaction.atomic():
        GradeEvent.objects.filter(audit=audit).update(grade="outstanding")
    with pytest.raises(InternalError), transaction.atomic():
        GradeEvent.objects.filter(audit=audit).delete()


def test_returning_twice_is_refused(scene):
    version, people = scene
    audit = audit_at("returned", people, version)

    with pytest.raises(Refused):
        return_audit(audit, by=people.auditor, at=NOW)

    assert GradeEvent.objects.filter(audit=audit).count() == 1


def test_a_query_blocks_the_return_where_the_framework_says_so(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)

    query_grade(audit, note="I see it as good", by=people.worker, at=NOW)

    with pytest.raises(Refused) as refused:
        return_audit(audit, by=people.auditor, at=NOW)
    assert (
        "The grade query is open. Wait for the QA team's advice before you return the audit."
        in refused.value.problems
    )
    assert Notice.objects.filter(to=people.officer, kind="audit.grade_query").count() == 1


def test_advice_gives_the_audit_back(scene):
    version, people = scene
    audit = audit_at("in_session", people, version)
    query_grade(audit, note="Not agreed", by=people.auditor, at=NOW)

    advise_on_grade(audit, advice="Look at the plan again", by=people.officer, at=NOW)

    assert Audit.objects.get(pk=audit.pk).state == AuditState.IN_SESSION
    assert Notice.objects.filter(to=people.worker, kind="audit.advised").count() == 1


@pytest.mark.parametrize("who", ["auditor", "worker", "manager", "stranger", "administrator"])
def test_only_the_qa_team_advises(scene, who):
    version, people = scene
    audit = audit_at("in_session", people, version)
    query_grade(audit, note="Not agreed", by=people.auditor, at=NOW)

    with pytest.raises(PermissionDenied):
        advise_on_grade(audit, advice="x", by=getattr(people, who), at=NOW)


@pytest.mark.parametrize("who", ["auditor", "worker", "officer", "manager", "director"])
def test_only_the_qa_head_reopens(scene, who):
    version, people = scene
    audit = audit_at("returned", people, version)

    with pytest.raises(PermissionDenied):
        reopen_audit(audit, reason="x", by=getattr(people, who), at=NOW)


def test_reopening_keeps_the_grades_and_asks_why(scene):
    version, people = scene
    audit = audit_at("returned", people, version)

    with pytest.raises(Refused, match="Say why"):
        reopen_audit(audit, reason=" ", by=people.qa_head, at=NOW)
    reopen_audit(audit, reason="The wrong file was read", by=people.qa_head, at=NOW)
    return_audit(audit, by=people.auditor, at=NOW + timedelta(hours=1))

    assert GradeEvent.objects.filter(audit=audit).count() == 2
    assert [action.state for action in selectors.actions_of(audit)] == ["open"]


PLAN = Plan("improve", "Meet the family network", "More adults keep watch", None, date(2026, 12, 1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what": " "}, "Enter what will be done."),
        (
            {"what": "Call them ASAP"},
            "Say when it will be done as a date, not “ASAP” or “ongoing”.",
        ),
        (
            {"what": "Visits, ongoing"},
            "Say when it will be done as a date, not “ASAP” or “ongoing”.",
        ),
        ({"owner": None}, "Choose who will do it."),
        ({"due_on": None}, "Enter the date by which it will be done."),
        ({"due_on": date(2026, 11, 9)}, "The date must be today or later."),
        ({"kind": "punish"}, "Choose what kind of action it is."),
    ],
)
def test_an_action_must_say_what_who_and_when(scene, changes, words):
    version, people = scene
    audit = audit_at("in_session", people, version)
    plan = replace(PLAN, owner=people.worker)

    with pytest.raises(Refused) as refused:
        record_action(audit, replace(plan, **changes), by=people.auditor, at=NOW)

    assert refused.value.problems == (words,)


def test_every_step_leaves_a_line_in_the_trail(scene):
    version, people = scene
    audit = audit_at("returned", people, version)

    verbs = set(
        TrailEntry.objects.filter(subject_type="audits.audit", subject_id=audit.pk).values_list(
            "verb", flat=True
        )
    )

    assert {"allocate", "set meeting", "start session", "answer", "return"} <= verbs
