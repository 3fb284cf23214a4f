"""What a moderation asks for and what is still missing: tables over a real edition's form."""

from dataclasses import replace
from datetime import date

import pytest

from moderation.asking import BLANK, Said, asked, contents_of, judged, problems, view_of
from standards.policy import Content, Moderation
from standards.selectors import edition
from tests.factories.standards import edition_of

pytestmark = pytest.mark.django_db
ON = date(2026, 9, 15)
EVERY = {"details", "preparation", "health_check", "practice", "feedback", "outcome"}


@pytest.fixture
def bexley():
    return edition(edition_of("bexley"))


def asks(bexley, rule, *, blind=False, applied=EVERY):
    return asked(rule, bexley.tools["cca"], bexley.policy, applied, blind=blind)


@pytest.mark.parametrize(
    ("kinds", "blind", "expected"),
    [
        ((), False, ["agreement", "reason"]),
        ((), True, ["overall", "reason"]),
        (("text",), False, ["text", "agreement", "reason"]),
        (("agreement",), False, ["agreement", "reason"]),
        (("reason", "agreement"), False, ["reason", "agreement"]),
        (("overall", "agreement"), True, ["overall", "reason"]),
        (("verdict", "text"), False, ["verdict", "text"]),
    ],
)
def test_a_view_of_the_grade_and_its_reasons_are_always_asked(kinds, blind, expected):
    rule = Moderation(contents=tuple(Content(kind, kind, kind) for kind in kinds))

    assert [one.kind for one in contents_of(rule, blind=blind)] == expected


def test_who_grades_blind_must_give_a_grade_of_their_own():
    rule = Moderation(contents=(Content("overall", "Overall", "overall", required=False),))

    (overall, _) = contents_of(rule, blind=True)

    assert overall.required is True


def test_items_are_asked_for_each_scaled_question_or_for_each_section(bexley):
    question = Moderation(contents=(Content("items", "Items", "items", each="question"),))
    section = Moderation(contents=(Content("items", "Items", "items", each="section"),))

    questions = [one for one in asks(bexley, question) if one.about]
    sections = [one for one in asks(bexley, section) if one.about]

    assert len(questions) == 21
    assert [one.code for one in questions[0].choices][:3] == ["0", "1", "2"]
    assert {one.about for one in sections} < EVERY
    assert [one.code for one in sections[0].choices] == [
        "inadequate",
        "requires_improvement",
        "good",
        "outstanding",
    ]


def test_a_section_that_does_not_apply_has_no_items(bexley):
    rule = Moderation(contents=(Content("items", "Items", "items", each="question"),))

    assert not [one for one in asks(bexley, rule, applied={"details"}) if one.about]


@pytest.mark.parametrize(
    ("said", "grade", "surpassed"),
    [
        (Said(number=0), "inadequate", False),
        (Said(number=3), "requires_improvement", False),
        (Said(number=6), "good", False),
        (Said(code="surpassed"), "outstanding", True),
    ],
)
def test_a_choice_is_judged_in_the_frameworks_way(bexley, said, grade, surpassed):
    found = judged(said, bexley.policy)

    assert (found.grade, found.surpassed) == (grade, surpassed)
    assert judged(BLANK, bexley.policy) is None


@pytest.mark.parametrize(
    ("kind", "said", "words"),
    [
        ("text", BLANK, "Write something: It."),
        ("text", Said(text="  "), "Write something: It."),
        ("text", Said(text="x"), ""),
        ("number", BLANK, "Enter a number: It."),
        ("number", Said(number=0), ""),
        ("tick", Said(code=""), "Tick this once it is done: It."),
        ("date", BLANK, "Enter a date: It."),
        ("date", Said(day=ON), ""),
        ("date", Said(day=date(2026, 9, 16)), "The date cannot lie in the future."),
        ("yes_no", BLANK, "Choose one: It."),
        ("actions_completed", Said(code="none"), ""),
    ],
)
def test_what_must_be_there_is_named(bexley, kind, said, words):
    rule = Moderation(contents=(Content("it", "It", kind, required=True),))
    all_asked = asks(bexley, rule)
    complete = {("agreement", ""): Said(code="agree"), ("reason", ""): Said(text="So it is.")}

    found = problems(all_asked, {**complete, ("it", ""): said}, bexley.policy, before="good", on=ON)

    assert [(one.name, one.says) for one in found] == ([("it", words)] if words else [])


@pytest.mark.parametrize(
    ("chosen", "own", "name", "words"),
    [
        ("agree", BLANK, "", ""),
        ("agree", Said(number=4), "", ""),  # a grade left over beside an agreement says nothing
        ("propose", BLANK, "agreement__grade", "Choose the grade that you propose."),
        ("propose", Said(number=4), "", ""),
        (
            "propose",
            Said(number=6),
            "agreement__grade",
            "This is the auditor’s grade. Choose another one, or agree with it.",
        ),
    ],
)
def test_an_agreement_and_a_proposal_must_fit(bexley, chosen, own, name, words):
    said = {
        ("agreement", ""): Said(code=chosen),
        ("agreement", "grade"): own,
        ("reason", ""): Said(text="So it is."),
    }
    all_asked = asks(bexley, Moderation())

    found = problems(all_asked, said, bexley.policy, before="good", on=ON)

    assert [(one.name, one.says) for one in found] == ([(name, words)] if words else [])


@pytest.mark.parametrize(
    ("verdict", "own", "agrees", "sent_back"),
    [
        ("supported", BLANK, True, False),
        ("not_supported", BLANK, False, False),
        ("not_supported", Said(number=4), False, False),
        ("sent_back", BLANK, False, True),
    ],
)
def test_a_panels_verdict_is_read(bexley, verdict, own, agrees, sent_back):
    rule = Moderation(contents=(Content("verdict", "Verdict", "verdict", required=True),))
    said = {("verdict", ""): Said(code=verdict), ("verdict", "grade"): own}

    found = view_of(asks(bexley, rule), said, bexley.policy, before="good")

    assert (found.agrees, found.sent_back) == (agrees, sent_back)
    assert (found.grade.grade if found.grade else "") == (
        "requires_improvement" if own.choice else ""
    )


@pytest.mark.parametrize(("own", "agrees"), [(6, True), (5, False)])
def test_a_blind_view_is_compared_with_the_auditors_grade(bexley, own, agrees):
    all_asked = asks(bexley, replace(Moderation(), blind=True), blind=True)
    said = {("own_grade", ""): Said(number=own), ("reason", ""): Said(text="So it is.")}

    found = view_of(all_asked, said, bexley.policy, before="good")

    assert found.agrees is agrees
    assert problems(all_asked, said, bexley.policy, before="good", on=ON) == []
