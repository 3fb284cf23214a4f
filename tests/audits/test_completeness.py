from dataclasses import replace
from types import MappingProxyType

import pytest

from audits.answers import Given
from audits.completeness import (
    counted,
    failed_checks,
    missing,
    silent_sections,
    unmet_conditions,
)
from standards.edition import AppliesWhen, Option, PartForm, QuestionForm, SectionForm, ToolForm
from standards.policy import GradeCondition, OverallGrade, ReturnCheck
from tests.audits.test_answers import DIRECT, policy

LINES = (Option("a", "A"), Option("b", "B"))


def part(code, kind="yes_no", section="one", **extra):
    return PartForm(1, code, kind, code, "auditor", code.split(".")[0], section, **extra)


def section(code, *parts, **extra):
    question = QuestionForm(code, "1", code, "", (), (), None, "", 1, "", code, tuple(parts))
    return SectionForm(
        code, "1", code, "", "auditor", ("in_session",), (), "section", None, (question,), **extra
    )


def tool(*sections, **extra):
    return ToolForm(1, "t", "T", "T", "", tuple(sections), **extra)


def said(**texts):
    """Answers of the auditor: q_part="yes" answers q.part."""
    return {
        (code.replace("_", ".", 1), "auditor", 1): Given(text=text) for code, text in texts.items()
    }


WHEN = AppliesWhen("q.risk", "", ("yes", "partly"))
FORM = tool(
    section("one", part("q.risk", required_at="return")),
    section("two", part("r.met", section="two", required_at="return"), applies_when=WHEN),
    section(
        "three",
        part("s.more", section="three", required_at="return"),
        applies_when=AppliesWhen("r.met", "", ("no",)),
    ),
)


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ({}, ["q.risk"]),
        ({"q_risk": "no"}, []),
        ({"q_risk": "yes"}, ["r.met"]),
        ({"q_risk": "partly"}, ["r.met"]),
        ({"q_risk": "yes", "r_met": "yes"}, []),
        ({"q_risk": "yes", "r_met": "no"}, ["s.more"]),
        # What was said in a section that no longer applies counts for nothing.
        ({"q_risk": "no", "r_met": "no"}, []),
    ],
)
def test_a_section_is_asked_only_while_it_applies(answers, codes):
    found = missing(FORM, said(**answers), gate="return", second=False)

    assert [one.part.code for one in found] == codes


def test_only_answers_of_sections_that_apply_count():
    answers = said(q_risk="no", r_met="no")

    assert counted(FORM, answers) == said(q_risk="no")


@pytest.mark.parametrize(("text", "blocks"), [("", True), ("a", True), ("b", True), ("a,b", False)])
def test_a_checklist_of_which_every_line_must_be_ticked(text, blocks):
    form = tool(
        section(
            "one", part("q.list", "checklist", options=LINES, all_of=True, required_at="return")
        )
    )

    found = missing(form, said(q_list=text), gate="return", second=False)

    assert bool(found) is blocks


@pytest.mark.parametrize(("text", "blocks"), [("", True), ("a", False), ("a,b", False)])
def test_a_plain_checklist_needs_one_line(text, blocks):
    form = tool(section("one", part("q.list", "checklist", options=LINES, required_at="return")))

    assert bool(missing(form, said(q_list=text), gate="return", second=False)) is blocks


@pytest.mark.parametrize(("text", "asked"), [("", False), ("a", False), ("a,b", True)])
def test_a_ticked_line_can_make_another_part_compulsory(text, asked):
    why = part("q.why", "long_text", required_at="return", required_when=("q.list", ("b",)))
    form = tool(section("one", part("q.list", "checklist", options=LINES), why))

    assert bool(missing(form, said(q_list=text), gate="return", second=False)) is asked


@pytest.mark.parametrize(
    ("answers", "silent"), [({}, ["one"]), ({"q_risk": " "}, ["one"]), ({"q_risk": "no"}, [])]
)
def test_a_section_that_is_always_asked_must_hold_an_answer(answers, silent):
    form = tool(section("one", part("q.risk"), always=True), section("two", part("r.met")))

    assert [one.code for one in silent_sections(form, said(**answers))] == silent


CONDITIONED = policy(
    OverallGrade(
        "direct",
        grades=("good", "outstanding"),
        conditions=(GradeCondition("outstanding", "q.list"),),
    )
)


@pytest.mark.parametrize(
    ("grade", "text", "unmet"),
    [
        ("good", "", []),
        ("", "", []),
        ("outstanding", "", ["q.list"]),
        ("outstanding", "a", ["q.list"]),
        ("outstanding", "a,b", []),
    ],
)
def test_a_grade_stands_only_with_every_line_of_its_checklist(grade, text, unmet):
    form = tool(section("one", part("q.list", "checklist", options=LINES)))

    found = unmet_conditions(form, CONDITIONED, said(q_list=text), grade=grade)

    assert [one.code for one in found] == unmet


def test_a_form_without_the_checklist_has_no_such_condition():
    assert unmet_conditions(FORM, CONDITIONED, {}, grade="outstanding") == []


@pytest.mark.parametrize(("text", "broken"), [("a", False), ("a,b", True), ("", False)])
def test_a_check_looks_at_each_ticked_line(text, broken):
    check = ReturnCheck("q.list", ("b",), MappingProxyType({}), "Not with b.")
    rules = replace(DIRECT, return_checks=(check,))

    found = failed_checks(rules, said(q_list=text), grade="good", flags=frozenset())

    assert bool(found) is broken
