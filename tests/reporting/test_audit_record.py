from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.services import Plan, withdraw_action
from audits.answers import Given
from audits.models import Audit
from audits.services.actions import record_action
from audits.services.meeting import start_session
from audits.services.returning import reopen_audit, return_audit
from reporting.builders.audit_record import ActionLine, Line, build, case_note
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.standards import framework_text, moderated, published
from tests.reporting.records import answer, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast("northshire")


@pytest.fixture
def version():
    return published(moderated(framework_text("northshire")))


@pytest.fixture
def filled(people, version):
    """A conversation with two workers in which every kind of part is answered."""
    audit = audit_at("preparing", people, version, second=True)
    answer(audit, "proud.story", Given(text="We met the school"), by=people.worker)
    answer(audit, "proud.story", Given(text="He laughs again"), by=people.second)
    answer(audit, "proud.sure", Given(number=5), by=people.worker, instance=2)
    audit = in_session(audit)
    answer(audit, "voice.note", Given(text="A drawing of home"), by=people.auditor)
    answer(audit, "voice.rating", Given(number=1), by=people.worker)
    answer(audit, "voice.seen", Given(text="yes"), by=people.worker)
    answer(audit, "voice.seen_on", Given(day=date(2026, 5, 4)), by=people.worker)
    answer(audit, "voice.place", Given(text="school"), by=people.worker)
    found = Given(text="Visits are noted", day=date(2026, 10, 3), place="Case notes")
    answer(audit, "records.found", found, by=people.auditor)
    answer(audit, "outcome.overall", Given(text="good"), by=people.auditor)
    answer(audit, "outcome.rationale", Given(text="Clear <b>work</b>"), by=people.auditor)
    plan(audit, "Later", date(2026, 12, 24))
    plan(audit, "Sooner", date(2026, 12, 1))
    return finish(audit)


def in_session(audit):
    """Start the meeting of an audit whose preparation asks for nothing more."""
    start_session(audit, by=audit.auditor, at=NOW)
    return Audit.objects.get(pk=audit.pk)


def plan(audit, what, due_on):
    plan = Plan("improve", what, "Safer", audit.worker, due_on)
    return record_action(audit, plan, by=audit.auditor, at=NOW)


def test_the_head_speaks_the_councils_words(filled, people):
    record = build(filled)

    assert replace(record, grades=(), parts=(), actions=()) == replace(
        record,
        council="Northshire",
        heading="Practice conversation",
        reference="2026-0001",
        case_label="Mosaic number",
        case_number=filled.case.number,
        framework="Northshire quality framework, edition 3",
        auditor=people.auditor.name,
        practitioner_label="key worker",
        practitioner=people.worker.name,
        second_label="support worker",
        second=people.second.name,
        team="Team 2",
        meeting_at=filled.meeting_at,
        returned_at=NOW,
        grade="Strong",
        provisional=True,
        grades=(),
        parts=(),
        actions=(),
    )


def test_every_section_question_and_answer_stands_in_the_forms_order(filled, people):
    worker, second = people.worker.name, people.second.name

    assert [
        (part.number, part.title, [(one.number, one.title, one.lines) for one in part.entries])
        for part in build(filled).parts
    ] == [
        (
            "",
            "Before we talk",
            [
                (
                    "",
                    "What went well",
                    (
                        Line("What are you proud of?", worker, "We met the school", "", False),
                        Line("What are you proud of?", second, "He laughs again", "", False),
                    ),
                ),
                ("", "What went well (2)", (Line("How sure are you?", worker, "5", "", True),)),
            ],
        ),
        (
            "1",
            "Conversation",
            [
                (
                    "1",
                    "The child's voice",
                    (
                        Line("What we saw", "", "A drawing of home", "", False),
                        Line("How clear is the voice?", "", "1", "", True),
                        Line("Was the child seen alone?", "", "Yes", "", False),
                        Line("When was the child last seen?", "", "4 May 2026", "", False),
                        Line("Where?", "", "At school", "", False),
                    ),
                ),
                (
                    "2",
                    "Records",
                    (
                        Line("Child", "", filled.case.number, "", False),
                        Line(
                            "What the file shows",
                            "",
                            "Visits are noted",
                            "Case notes, 3 October 2026",
                            False,
                        ),
                    ),
                ),
            ],
        ),
        (
            "2",
            "Outcome",
            [
                (
                    "3",
                    "Grade",
                    (
                        Line("Overall grade", "", "Strong", "", True),
                        Line("Why this grade", "", "Clear <b>work</b>", "", False),
                    ),
                )
            ],
        ),
    ]


def lines_of(record):
    return {line.label: line for part in record.parts for one in part.entries for line in one.lines}


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (1, "1"), (10, "10")])
def test_nought_is_shown_as_an_answer(number, words):
    people, version = cast("bexley"), framework("fixtures/frameworks/bexley/1.yaml")
    audit = audit_at("preparing", people, version)
    answer(audit, "qi.scale", Given(number=number), by=people.worker)

    shown = [
        line.text
        for part in build(audit).parts
        for one in part.entries
        for line in one.lines
        if line.scaled
    ]

    assert len(shown) == 1
    assert shown[0].split(" – ")[0] == words


def test_what_nobody_answered_is_left_out_and_an_unknown_fact_is_said_to_be_so():
    people, version = cast("bexley"), framework("fixtures/frameworks/bexley/1.yaml")
    audit = audit_at("allocated", people, version)

    record = build(audit)

    facts = {
        line.label: line.text for part in record.parts for one in part.entries for line in one.lines
    }
    assert "Not known" in facts.values()
    assert audit.case.number in facts.values()
    assert not any(line.scaled for line in lines_of(record).values())
    assert (record.grade, record.grades, record.actions) == ("", (), ())


def test_every_grade_given_stays_and_the_last_one_counts(filled, people):
    later = NOW + timedelta(days=1)
    reopen_audit(filled, reason="The wrong file was read", by=people.qa_head, at=later)
    audit = Audit.objects.get(pk=filled.pk)
    worse = Given(text="requires_improvement")
    answer(audit, "outcome.overall", worse, by=people.auditor, version=1)
    return_audit(audit, by=people.auditor, at=later)

    record = build(Audit.objects.get(pk=audit.pk))

    assert record.grade == "Fair"
    assert [(one.label, one.value, one.who, one.at) for one in record.grades] == [
        ("Strong", None, people.auditor.name, NOW),
        ("Fair", None, people.auditor.name, later),
    ]
    assert record.grades[0].rationale == "Clear <b>work</b>"


def test_actions_that_stand_come_soonest_first(filled, people, version):
    audit_at("returned", people, version)
    withdrawn = filled.case.actions.get(what="Later")

    assert [one.what for one in build(filled).actions] == ["Sooner", "Later"]
    withdraw_action(withdrawn, reason="Not needed", by=people.auditor, at=NOW)

    assert build(filled).actions == (
        ActionLine("Improve practice", "Sooner", "Safer", people.worker.name, date(2026, 12, 1)),
    )


def places(value, field=""):
    """Every text of the record with the name of its field."""
    if isinstance(value, dict):
        return [pair for name, one in value.items() for pair in places(one, name)]
    if isinstance(value, list | tuple):
        return [pair for one in value for pair in places(one, field)]
    return [(field, value)] if isinstance(value, str) else []


def test_people_are_named_only_where_their_part_is(filled, people):
    names = {name: user.name for name, user in people.everybody().items()}

    found = {
        (field, who)
        for field, text in places(asdict(build(filled)))
        for who, name in names.items()
        if name in text
    }

    assert found == {
        ("auditor", "auditor"),
        ("practitioner", "worker"),
        ("second", "second"),
        ("who", "auditor"),
        ("who", "worker"),
        ("whose", "worker"),
        ("whose", "second"),
    }


def test_nothing_about_the_child_but_the_number_unless_the_form_shows_it(filled):
    case = filled.case
    case.date_of_birth, case.gender, case.ethnicity = date(2015, 6, 30), "Girl", "Black British"
    case.language, case.disability = "Urdu", "Deaf"
    case.save()

    texts = [text for _, text in places(asdict(build(filled)))]

    assert case.number in texts
    for private in ("30 June 2015", "2015-06-30", "Girl", "Black British", "Urdu", "Deaf"):
        assert not any(private in text for text in texts)


def test_the_case_note_says_who_what_and_by_when(filled, people):
    assert case_note(build(filled)) == (
        "Practice conversation – 2026-0001\n"
        f"Mosaic number: {filled.case.number}\n"
        f"Auditor: {people.auditor.name}. Key worker: {people.worker.name}. "
        f"Support worker: {people.second.name}.\n"
        "Returned on 10 November 2026. Overall grade: Strong (provisional).\n"
        "\n"
        "Why this grade\n"
        "Clear <b>work</b>\n"
        "\n"
        "Actions\n"
        f"1. Sooner – {people.worker.name}, by 1 December 2026\n"
        f"2. Later – {people.worker.name}, by 24 December 2026\n"
    )


def test_the_note_of_an_audit_with_one_worker_names_one(people, version):
    audit = audit_at("returned", people, version)
    Audit.objects.filter(pk=audit.pk).update(grade_final=True)

    note = case_note(build(Audit.objects.get(pk=audit.pk)))

    assert "Support worker" not in note
    assert "(provisional)" not in note


def test_building_takes_the_same_queries_with_more_answers_and_actions(filled, people, version):
    little = audit_at("returned", people, version)
    build(little)
    counts = []
    for audit in (little, filled):
        fresh = Audit.objects.select_related(
            "council", "case", "version", "tool", "unit", "auditor", "worker", "second_worker"
        ).get(pk=audit.pk)
        with CaptureQueriesContext(connection) as queries:
            build(fresh)
        counts.append((audit.answers.count(), len(queries)))

    (few_answers, few), (many_answers, many) = counts
    assert few_answers < many_answers
    assert few == many
