"""The rules of a framework as frozen values, and how a file becomes them."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standards.policy import (
    ActionClass,
    ActionKind,
    Allocation,
    Band,
    Deadline,
    GradeQuery,
    Limit,
    OverallGrade,
    PerAuditor,
    PostType,
    ReturnCheck,
    Scale,
    Surpassed,
)
from standards.reading import policy_of
from standards.schema import read
from tests.factories.standards import framework_text

BANDS = (
    Band(0, 2, "inadequate", "Inadequate"),
    Band(3, 5, "requires_improvement", "Requires improvement"),
    Band(6, 6, "good", "Good"),
    Band(7, 10, None, "Above the Good point"),
)
SCALE = Scale("item", 0, 10, 1, BANDS)


@pytest.fixture(scope="module")
def northshire():
    return policy_of(read(framework_text("northshire")))


@pytest.mark.parametrize(
    ("value", "band", "word"),
    [
        (0, BANDS[0], "Inadequate"),
        (2, BANDS[0], "Inadequate"),
        (3, BANDS[1], "Requires improvement"),
        (5, BANDS[1], "Requires improvement"),
        (6, BANDS[2], "Good"),
        (7, BANDS[3], "Above the Good point"),
        (10, BANDS[3], "Above the Good point"),
    ],
)
def test_scale_gives_each_value_its_band_and_word(value, band, word):
    assert (SCALE.band_for(value), SCALE.word_for(value)) == (band, word)


@pytest.mark.parametrize("value", [-1, 11, 4.5])
def test_scale_refuses_a_value_that_is_not_on_it(value):
    with pytest.raises(ValueError, match="not on the scale 0-10"):
        SCALE.band_for(value)


def test_scale_values_rise_by_its_step():
    assert list(Scale("odd", 1, 5, 2, ()).values) == [1, 3, 5]


def test_scale_without_bands_has_no_words():
    assert Scale("odd", 1, 5, 2, ()).word_for(3) == ""


@given(st.integers(0, 20), st.integers(1, 20), st.integers(1, 5))
def test_scale_finds_a_band_for_every_value_it_offers(lowest, steps, step):
    highest = lowest + steps * step
    middle = (lowest + highest) // 2
    scale = Scale(
        "any",
        lowest,
        highest,
        step,
        (Band(lowest, middle, None, "low"), Band(middle + 1, highest, None, "high")),
    )

    words = [scale.word_for(value) for value in scale.values]

    assert words == ["low" if value <= middle else "high" for value in scale.values]
    assert len(words) == steps + 1


def test_policy_finds_a_grade_by_its_code(northshire):
    assert northshire.grade("good").label == "Strong"


def test_policy_refuses_a_grade_it_does_not_have(northshire):
    with pytest.raises(KeyError, match="splendid"):
        northshire.grade("splendid")


def test_policy_lists_the_best_grade_first(northshire):
    ranks = [grade.rank for grade in northshire.grades_best_first]

    assert ranks == [4, 3, 2, 1]


def test_policy_calls_things_as_the_council_does_and_otherwise_as_told(northshire):
    assert northshire.word("practitioner", "practitioner") == "key worker"
    assert northshire.word("child", "young person") == "young person"


def test_policy_of_reads_every_rule_of_the_file(northshire):
    assert northshire.overall_grade == OverallGrade(
        method="direct", grades=("inadequate", "requires_improvement", "good", "outstanding")
    )
    assert northshire.scales == {
        "five": Scale("five", 1, 5, 1, ()),
        "odd": Scale("odd", 1, 5, 2, ()),
    }
    assert northshire.post_types[1] == PostType(
        "TM", "Practice manager", ("line_manager", "auditor")
    )
    assert northshire.allocation == Allocation(
        by=("qa_officer",),
        auditors=("auditor",),
        team_rule="other_service",
        own_case="refused",
        line_manager="refused",
        deadline=Deadline("weeks", 4),
        per_auditor=PerAuditor(1, "quarter"),
        second_worker=True,
        seen_by_manager=False,
    )
    assert northshire.grade_query == GradeQuery(True, True, ("council.qa_officer",))
    assert northshire.actions.minimum == 0
    assert northshire.actions.kinds == (ActionKind("improve", "Improve practice"),)
    assert northshire.actions.classes == (
        ActionClass("safety", "Safety", Limit(1, "working_days", "returned")),
        ActionClass("other", "Other"),
    )
    assert northshire.return_checks == (
        ReturnCheck(
            "voice.seen",
            ("no",),
            {"grade": ("outstanding",)},
            "A Leading grade needs the child to have been seen alone.",
        ),
    )
    assert northshire.messages["returned"] == (
        "worker",
        "worker.line_manager",
        "auditor.next_level",
    )
    assert northshire.time_budget == {"preparing": 15, "session": 60}
    assert northshire.note_title == "Practice conversation"


def test_policy_of_leaves_out_what_the_file_does_not_say(northshire):
    document = read(framework_text("northshire"))
    for key in (
        "words",
        "scales",
        "grade_query",
        "return_checks",
        "messages",
        "time_budget",
        "note",
    ):
        del document[key]
    del document["allocation"]["per_auditor"], document["actions"]["classes"]

    policy = policy_of(document)

    assert (policy.grade_query, policy.return_checks, policy.note_title) == (None, (), "")
    assert (policy.words, policy.scales, policy.messages, policy.time_budget) == ({}, {}, {}, {})
    assert (policy.allocation.per_auditor, policy.actions.classes) == (None, ())


def test_policy_of_reads_a_scaled_grade_that_can_be_surpassed():
    document = read(framework_text("northshire"))
    document["scales"]["overall"] = {
        "lowest": 0,
        "highest": 1,
        "bands": [
            {"from": 0, "to": 0, "grade": "inadequate"},
            {"from": 1, "to": 1, "label": "More"},
        ],
    }
    document["overall_grade"] = {
        "method": "scale",
        "scale": "overall",
        "surpassed": {"label": "Surpassed", "grade": "outstanding", "conditions": ["It lasts."]},
    }

    policy = policy_of(document)

    assert policy.overall_grade == OverallGrade(
        method="scale",
        scale="overall",
        surpassed=Surpassed("outstanding", "Surpassed", "", ("It lasts.",)),
    )
    assert policy.scales["overall"].bands == (
        Band(0, 0, "inadequate", "Not yet good enough"),
        Band(1, 1, None, "More"),
    )


def test_policy_cannot_be_changed(northshire):
    with pytest.raises(FrozenInstanceError):
        northshire.note_title = "Other"
    with pytest.raises(TypeError):
        northshire.words["practitioner"] = "other"
    with pytest.raises(TypeError):
        northshire.return_checks[0].when["flag"] = "other"
