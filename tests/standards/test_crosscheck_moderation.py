"""What a moderation holds fits its kind, and a disagreement about a grade ends."""

import copy

import pytest

from standards.crosscheck.moderation import ONCE
from standards.schema import faults, read
from tests.factories.standards import framework_text

GOOD = read(framework_text("northshire"))
RULE = {"selection": [{"rule": "by_hand"}], "roles": ["qa_head"]}
PANEL = {"panel": {"chair": ["council.qa_head"]}}
NO_PANEL = (
    "A panel gives the verdict, and the file has none. Write “panel”, add the rule “panel” to "
    "selection, or use another kind."
)
NOBODY = (
    "Nobody decides on the last rung, and the grade could stay open for ever. Write “decides: true” "
    "here, add a rung that decides, or keep one rung alone."
)
MEET = {"title": "They meet"}
ASK = {"title": "Somebody is asked"}
DECIDE = {"title": "Somebody decides", "decides": True}


def told(**groups: object) -> list[tuple[str, str]]:
    """What is wrong with the good document once these groups are in it."""
    return [(fault.path, fault.says) for fault in faults({**copy.deepcopy(GOOD), **groups})]


def content(kind: str | None = None, code: str = "a", **keys: object) -> dict[str, object]:
    each = {"each": "question"} if kind == "items" else {}
    return {"code": code, "label": "A", **each, **({"kind": kind} if kind else {}), **keys}


def holding(*contents: dict[str, object], **keys: object) -> dict[str, object]:
    return {**RULE, "contents": list(contents), **keys}


def without_each(one: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in one.items() if key != "each"}


def dispute(*rungs: dict[str, object], about: str = "moderation") -> list[dict[str, object]]:
    return [{"code": "d", "title": "D", "about": about, "rungs": list(rungs)}]


@pytest.mark.parametrize(
    ("rule", "path", "says"),
    [
        (holding(without_each(content("items"))), "moderation.contents[0].each", "Nothing says for what items are asked. Write “each: question” or “each: section”."),
        (holding(content("overall", each="section")), "moderation.contents[0].each", "“each” belongs to the kind “items”, and this is of kind “overall”. Take it out, or write “kind: items”."),
        (holding(content(each="question")), "moderation.contents[0].each", "“each” belongs to the kind “items”, and this is of kind “text”. Take it out, or write “kind: items”."),
        (holding(content("verdict")), "moderation.contents[0].kind", NO_PANEL),
    ],
)  # fmt: skip
def test_a_content_that_does_not_fit_its_kind_is_told_at_its_path(rule, path, says):
    assert told(moderation=rule) == [(path, says)]


def test_a_content_is_of_a_kind_that_the_service_knows():
    found = told(moderation=holding(content("text"), content("poem", "b")))

    assert [path for path, _ in found] == ["moderation.contents[1].kind"]


@pytest.mark.parametrize("kind", sorted(ONCE))
def test_what_the_service_reads_stands_once(kind):
    rule = holding(content(kind), content("text", "b"), content(kind, "c"), **PANEL)

    assert told(moderation=rule) == [
        (
            "moderation.contents[2].kind",
            f"“a” is of kind “{kind}” already, and a moderation holds only one. "
            "Take one of them out, or use another kind.",
        )
    ]


@pytest.mark.parametrize("kind", ["text", "date", "number", "tick", "yes_no", None])
def test_a_plain_field_may_stand_as_often_as_it_is_wanted(kind):
    assert told(moderation=holding(content(kind), content(kind, "b"))) == []


@pytest.mark.parametrize(
    "keys",
    [PANEL, {"panel": {}}, {"selection": [{"rule": "by_hand"}, {"rule": "panel"}]}],
)
def test_a_verdict_is_said_by_a_panel(keys):
    assert told(moderation=holding(content("verdict"), **keys)) == []


@pytest.mark.parametrize("each", ["question", "section"])
def test_items_are_asked_for_each_question_or_section(each):
    assert told(moderation=holding(content("items", each=each))) == []


@pytest.mark.parametrize(
    "rungs",
    [(MEET, ASK), (MEET, DECIDE, ASK), (DECIDE, MEET), (MEET, {**ASK, "decides": False})],
)
def test_a_disagreement_about_a_moderation_whose_last_rung_does_not_decide_is_told(rungs):
    assert told(moderation=RULE, disputes=dispute(*rungs)) == [
        (f"disputes[0].rungs[{len(rungs) - 1}].decides", NOBODY)
    ]


@pytest.mark.parametrize(
    ("rungs", "about"),
    [
        ((MEET,), "moderation"),
        ((DECIDE,), "moderation"),
        ((MEET, DECIDE), "moderation"),
        ((MEET, ASK, DECIDE), "moderation"),
        ((MEET, ASK), "audit"),
    ],
)
def test_a_meeting_alone_and_a_disagreement_about_an_audit_may_end_without_a_decision(rungs, about):
    assert told(disputes=dispute(*rungs, about=about)) == []


@pytest.mark.parametrize("about", [None, "grade"])
def test_a_disagreement_says_what_it_is_about(about):
    [row] = dispute(MEET)
    row = {key: value for key, value in {**row, "about": about}.items() if value}

    assert [path for path, _ in told(disputes=[row])] == ["disputes[0].about"]
