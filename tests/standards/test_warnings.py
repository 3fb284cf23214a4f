"""What looks like an oversight is told by name, and is accepted by that name and a reason."""

import copy

import pytest

from core.moves import Refused
from standards.crosscheck.warnings import NAMES
from standards.models import FrameworkVersion
from standards.schema import Warning, faults, read, unacknowledged, warnings
from standards.services import load, publish
from tests.factories.standards import AT, framework_text

TEXT = framework_text("northshire")
GOOD = read(TEXT)
RUNG = {"title": "First", "limit": {"number": 1, "unit": "days"}}
LADDER = {"code": "late", "title": "Late action", "kind": "stages", "anchor": "due"}
REPORT = {"code": "year", "title": "The year", "every": "year"}
ASK = {"code": "ask", "title": "Ballot", "privacy": "totals"}
MODERATION = {"selection": [{"rule": "by_hand"}], "roles": ["qa_head"]}
TRIGGER = {"code": "worst", "point": "returned"}
PANEL = (
    "The panel is not asked whether the grade is supported. Add one of kind “verdict” to contents."
)
VERDICT = {"code": "v", "label": "V", "kind": "verdict"}


def with_groups(**groups: object) -> dict:
    """The good document, in which every warning is acknowledged, with these groups in it."""
    return {**copy.deepcopy(GOOD), **groups}


def warned(document: dict) -> list[tuple[str, str, str]]:
    assert faults(document) == []
    return [(one.name, one.path, one.says) for one in unacknowledged(document)]


@pytest.mark.parametrize(
    ("groups", "name", "path", "says"),
    [
        ({"actions": {"minimum": 0, "kinds": GOOD["actions"]["kinds"], "classes": [{"code": "soon", "label": "Soon"}, GOOD["actions"]["classes"][0]]}}, "class-without-limit", "actions.classes.soon", "Actions of the class “Soon” are due on any day. Give the class a limit."),
        ({"reports": [REPORT]}, "report-nobody-receives", "reports.year", "Nobody receives “The year”. Write “to” with bodies or recipients."),
        ({"grade_triggers": [{**TRIGGER, "tasks": [{"code": "a", "title": "A"}]}]}, "trigger-tells-nobody", "grade_triggers.worst", "Nobody hears that this has been set off. Write “tell”, “show” or “watch”."),
        ({"ladders": [LADDER]}, "ladder-empty", "ladders.late", "“Late action” has no rungs and tells nobody. Add them."),
        ({"ladders": [{**LADDER, "rungs": [RUNG]}]}, "rung-tells-nobody", "ladders.late.rungs[0]", "“First” goes to nobody. Write “to”."),
        ({"instruments": [{**ASK, "delivery": ["link", "paper"]}]}, "instrument-without-fields", "instruments.ask", "“Ballot” is asked in the service and has no questions. Add fields."),
        ({"instruments": [{**ASK, "privacy": "anonymous", "delivery": ["link", "log"]}]}, "instrument-without-help", "instruments.ask", "Nobody can follow up what somebody writes in “Ballot”. Say under “help_text” where to get help."),
        ({"moderation": {"roles": ["qa_head"]}}, "moderation-chooses-nothing", "moderation", "No audit would ever be moderated. Write “selection”; by_hand will do."),
        ({"moderation": {"selection": [{"rule": "by_hand"}]}}, "moderation-without-moderator", "moderation", "Nobody may moderate. Write “moderators” (posts) or “roles”."),
        ({"moderation": {**MODERATION, "panel": {"note": "Monthly."}}}, "panel-without-verdict", "moderation.panel", PANEL),
        ({"moderation": {**MODERATION, "selection": [{"rule": "by_hand"}, {"rule": "panel"}]}}, "panel-without-verdict", "moderation.selection[1]", PANEL),
        ({"moderation": {**MODERATION, "selection": [{"rule": "panel"}], "panel": {}, "contents": [{"code": "a", "label": "A"}]}}, "panel-without-verdict", "moderation.panel", PANEL),
        ({"standards": [*GOOD["standards"], {"section": {"code": "3", "title": "Leaving care"}, "items": [{"number": "3.1", "text": "A plan."}]}]}, "standard-linked-nowhere", "standards.3", "No question opens the section “Leaving care”. Name it with a question."),
        ({"standards": [{"section": GOOD["standards"][0]["section"], "items": [*GOOD["standards"][0]["items"], {"number": "1.3", "text": "Seen."}]}, GOOD["standards"][1]]}, "standard-linked-nowhere", "standards.1.items[2]", "No question opens the standard 1.3. Name it with a question."),
        ({"descriptor_areas": [*GOOD["descriptor_areas"], {**GOOD["descriptor_areas"][0], "code": "plans", "title": "Plans"}]}, "area-linked-nowhere", "descriptor_areas.plans", "No question opens “Plans”. Name it with a question."),
        ({"descriptor_areas": [{**GOOD["descriptor_areas"][0], "cells": {"good": ["Yes"], "inadequate": ["No"]}}, {**GOOD["descriptor_areas"][1], "cells": {**GOOD["descriptor_areas"][1]["cells"], "requires_improvement": [{"column": "practice", "text": "Some."}]}}]}, "grade-without-descriptor", "descriptor_areas.voice", "“Voice” does not say what Fair looks like. Add it under cells."),
    ],
)  # fmt: skip
def test_an_oversight_is_told_by_its_name_at_its_path(groups, name, path, says):
    assert warned(with_groups(**groups)) == [(name, path, says)]


@pytest.mark.parametrize(
    "groups",
    [
        {"reports": [{**REPORT, "to": ["council.qa_head"]}]},
        {"grade_triggers": [{**TRIGGER, "show": ["worker"]}, {**TRIGGER, "code": "b", "watch": ["auditor"]}]},
        {"grade_triggers": [{**TRIGGER, "tasks": [{"code": "a", "title": "A", "owner": "worker"}]}]},
        {"ladders": [{**LADDER, "rungs": [{**RUNG, "to": ["owner"]}]}]},
        {"instruments": [{**ASK, "delivery": ["paper"]}, {**ASK, "code": "b", "delivery": ["call", "log"]}, {**ASK, "code": "c"}]},
        {"instruments": [{**ASK, "delivery": ["link"], "fields": [{"code": "a", "label": "A", "kind": "date"}]}]},
        {"instruments": [{**ASK, "privacy": "anonymous", "delivery": ["link", "log"], "help_text": "Call us."}, {**ASK, "code": "b", "privacy": "anonymous", "delivery": ["paper"]}, {**ASK, "code": "c", "privacy": "confidential", "delivery": ["link", "log"]}]},
        {"moderation": MODERATION},
        {"moderation": {"selection": [{"rule": "by_hand"}], "moderators": ["HQA"]}},
        {"moderation": {**MODERATION, "panel": {"note": "Monthly."}, "contents": [VERDICT]}},
    ],
)  # fmt: skip
def test_groups_that_leave_nothing_open_are_not_warned_of(groups):
    assert warned(with_groups(**groups)) == []


def test_without_areas_each_described_grade_needs_a_definition():
    document = with_groups(descriptor_areas=[], acknowledged=GOOD["acknowledged"][:2])
    document["overall_grade"]["definitions"] = {"inadequate": "Poor.", "good": "Well."}
    for section in document["tools"][0]["sections"]:
        for question in section["questions"]:
            question.pop("area", None)
            question.pop("areas", None)

    assert warned(document) == [
        (
            "grade-without-descriptor",
            "grades.requires_improvement",
            "Nothing says what “Fair” means. Define it under overall_grade.definitions, "
            "add descriptor_areas, or write “descriptors: false”.",
        )
    ]


def test_a_question_of_guidance_alone_is_answered_by_nobody():
    document = with_groups()
    questions = document["tools"][0]["sections"][1]["questions"]
    questions.append(
        {
            "code": "read",
            "title": "Read",
            "parts": [{"code": "a", "kind": "guidance", "label": "A"}],
        }
    )

    assert warned(document) == [
        (
            "question-nobody-answers",
            "tools.talk.sections.talk.questions.read",
            "Nothing is answered in this question. Add a part that is.",
        )
    ]


def test_a_section_of_practitioners_is_answered_by_nobody_where_no_post_is_one():
    document = with_groups()
    document["post_types"][0]["roles"] = []

    assert warned(document) == [
        (
            "question-nobody-answers",
            "tools.talk.sections.before",
            "The practitioner answers here, and no kind of post carries that role. "
            "Give it to one under post_types.",
        )
    ]


def test_a_set_of_parts_is_looked_into():
    document = with_groups()
    tool = document["tools"][0]
    tool["part_sets"] = {"usual": [{"code": "when", "kind": "date", "label": "When?"}]}
    tool["sections"][1]["questions"].append({"code": "more", "title": "More", "parts": "usual"})

    assert warned(document) == []


# Acknowledging


@pytest.mark.parametrize("path", ["actions.classes.other", "actions.classes[1]"])
def test_an_acknowledged_warning_keeps_its_reason(path):
    document = with_groups(
        acknowledged=[
            {"warning": "class-without-limit", "path": path, "reason": "None is set."},
            *GOOD["acknowledged"][1:],
        ]
    )

    found = warnings(document)

    assert warned(document) == []
    assert found[0] == Warning(
        "class-without-limit",
        "actions.classes.other",
        "Actions of the class “Other” are due on any day. Give the class a limit.",
        reason="None is set.",
    )


def test_a_warning_of_another_name_or_place_is_not_acknowledged():
    document = with_groups(
        acknowledged=[
            {"warning": "ladder-empty", "path": "actions.classes.other", "reason": "A."},
            {"warning": "class-without-limit", "path": "actions.classes.safety", "reason": "B."},
            *GOOD["acknowledged"][1:],
        ]
    )

    assert [(name, path) for name, path, _ in warned(document)] == [
        ("class-without-limit", "actions.classes.other")
    ]


@pytest.mark.parametrize(
    ("row", "path", "says"),
    [
        ({"warning": "ladders-empty", "path": "grades"}, "acknowledged[0].warning", "There is no warning “ladders-empty”. Did you mean “ladder-empty”?"),
        ({"warning": "ladder-empty", "path": "ladders.late"}, "acknowledged[0].path", "There is nothing at “ladders.late” in this file. Correct the path."),
    ],
)  # fmt: skip
def test_only_a_real_warning_at_a_real_place_can_be_acknowledged(row, path, says):
    found = faults(with_groups(acknowledged=[{**row, "reason": "Because."}]))

    assert [(fault.path, fault.says) for fault in found] == [(path, says)]


def test_a_warning_is_acknowledged_once():
    again = {**GOOD["acknowledged"][0], "path": "actions.classes.other"}

    found = faults(with_groups(acknowledged=[*GOOD["acknowledged"], again]))

    assert [(fault.path, fault.says) for fault in found] == [
        ("acknowledged[3]", "This warning is acknowledged twice. Keep one of them.")
    ]


def test_warnings_name_their_lines_and_come_in_the_order_of_the_file():
    text = TEXT.split("acknowledged:")[0]

    found = warnings(read(text), text)

    lines = text.splitlines()
    assert [lines[one.line - 1].strip().split(",")[0] for one in found] == [
        "- {code: other",
        '- {number: "1.2"',
        "- code: safety",
    ]
    assert str(found[0]) == (
        f"line {found[0].line}: class-without-limit at actions.classes.other: "
        "Actions of the class “Other” are due on any day. Give the class a limit."
    )


def test_a_warning_without_a_line_is_told_without_one():
    assert str(Warning("ladder-empty", "ladders.late", "Add rungs.")) == (
        "ladder-empty at ladders.late: Add rungs."
    )


def test_every_warning_says_what_it_means():
    assert all(NAMES.values())


# Publishing


@pytest.mark.django_db
def test_an_edition_with_a_warning_that_nobody_acknowledged_is_loaded_and_not_published():
    draft = load(TEXT.split("acknowledged:")[0], at=AT)

    with pytest.raises(Refused) as refused:
        publish(draft, at=AT, cause="test")

    assert "add its name, its path and a reason to the list “acknowledged”" in str(refused.value)
    assert [problem.split(": ")[1] for problem in refused.value.problems] == [
        "class-without-limit at actions.classes.other",
        "standard-linked-nowhere at standards.1.items[1]",
        "grade-without-descriptor at descriptor_areas.safety",
    ]
    assert FrameworkVersion.objects.get().state == "draft"


@pytest.mark.django_db
def test_an_edition_whose_warnings_are_acknowledged_is_published():
    assert publish(load(TEXT, at=AT), at=AT, cause="test").state == "published"
