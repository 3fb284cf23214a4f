"""Differences between two editions, in words."""

import pytest

from standards import editing
from standards.difference import Change, differences
from standards.schema import read
from tests.factories.standards import framework_text

TEXT = framework_text("bexley")
BEFORE = read(TEXT)
MODERATION = """
moderation:
  selection: [{{rule: percentage, percent: {percent}}}]
"""


def after(path: str, value: object) -> list[Change]:
    """What is different once one value has changed."""
    return differences(BEFORE, read(editing.changed(TEXT, editing.place_of(path), value)))


def test_the_same_file_has_no_differences_and_a_new_edition_is_none():
    assert differences(BEFORE, BEFORE) == []
    assert after("framework.edition", 2) == []


def test_a_share_is_said_in_per_cent():
    text = framework_text("eastmere")
    pair = [read(text + MODERATION.format(percent=number)) for number in (15, 20)]

    assert differences(*pair) == [
        Change(
            "Moderation: Which audits are moderated: a share of the audits returned in a month: Share",
            "15 %",
            "20 %",
        )
    ]


@pytest.mark.parametrize(
    ("path", "value", "change"),
    [
        ("actions.minimum", 2, Change("Actions: Fewest actions in an audit", "1", "2")),
        (
            "actions.classes[1].limit",
            {"number": 5, "unit": "working_days", "from": "returned"},
            Change(
                "Actions: How soon: classes of action: "
                "Immediate or outstanding task of an inadequate audit: How soon",
                "24 hours from the return",
                "5 working days from the return",
            ),
        ),
        (
            "messages.allocated",
            ["auditor", "council.qa_head"],
            Change(
                "Who is told of each step: An audit has been allocated",
                "the auditor",
                "the auditor; every head of QA",
            ),
        ),
        (
            "allocation.team_rule",
            "any",
            Change("Allocation: The child's file is", "from another team", "from any team"),
        ),
        (
            "moderation.contents[1].each",
            "section",
            Change(
                "Moderation: What it holds: Scaling item by item: Asked for",
                "each question",
                "each section",
            ),
        ),
        (
            "moderation.contents[3].kind",
            "tick",
            Change(
                "Moderation: What it holds: Areas to develop: What it is",
                "a text",
                "a box to tick",
            ),
        ),
        (
            "disputes[0].about",
            "audit",
            Change(
                "Disagreements: The moderator and the auditor disagree about the grade: It is about",
                "the grade, after a moderation",
                "the audit itself",
            ),
        ),
    ],
)
def test_one_change_is_one_line_in_words(path, value, change):
    assert after(path, value) == [change]


def test_a_moderator_who_is_named_at_allocation_is_said():
    west_sussex = read(framework_text("west-sussex"))
    rule = {k: v for k, v in west_sussex["moderation"].items() if k != "named_at_allocation"}

    assert differences({**west_sussex, "moderation": rule}, west_sussex) == [
        Change("Moderation: The moderator is named when the audit is given out", "", "yes")
    ]


def test_what_is_new_and_what_has_gone_is_said():
    kinds = BEFORE["actions"]["kinds"]
    more = {
        **BEFORE,
        "actions": {**BEFORE["actions"], "kinds": [*kinds, {"code": "new", "label": "New"}]},
    }

    assert differences(BEFORE, more) == [Change("Actions: Kinds: New", "", "New")]
    assert differences(more, BEFORE) == [Change("Actions: Kinds: New", "New", "")]


def test_a_whole_group_that_is_new_tells_its_entries():
    without = {key: value for key, value in BEFORE.items() if key != "bodies"}

    found = differences(without, BEFORE)

    assert len(found) == len(BEFORE["bodies"])
    assert found[0] == Change(
        "Boards and meetings: Senior Leadership Team",
        "",
        "Members: every senior leader; every head of QA; Note: Receives audit themes monthly and quarterly.; Source: BX-§1.3",
    )


def test_an_assumption_that_is_confirmed_leaves_the_others_alone():
    fewer = {**BEFORE, "assumed": BEFORE["assumed"][:5] + BEFORE["assumed"][6:]}

    found = differences(BEFORE, fewer)

    assert [(one.where, one.after) for one in found] == [("Assumption: J-24 at scales.item", "")]


def test_standards_descriptors_and_questions_are_named():
    found = after("standards[0].items[0].text", "Another text.")

    assert found[0].where.startswith("Practice standards: General principles: Signs of Safety: 1")
    assert found[0].after == "Another text."
    [cell] = after("descriptor_areas[0].cells.good[0]", "Said differently.")
    assert cell.where == "What good looks like: Contact and referral: Good"
    [title] = after("tools[0].sections[0].questions[0].title", "Days and people")
    assert (title.before, title.after) == ("Dates and people", "Days and people")
