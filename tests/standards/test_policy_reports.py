"""Reports and the least that figures stand on, as frozen values."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from standards.crosscheck.groups import report_versions
from standards.policy import FigureRules, Grade
from standards.reading import figures_of, policy_of, report_of

FILES = sorted(Path("fixtures/frameworks").glob("*/*.yaml"))
NEWEST = {path.parent.name: path for path in FILES}
SECTIONS = (
    "leaders",
    "practice",
    "grades",
    "sections",
    "inadequate",
    "voice",
    "actions",
    "learning",
    "activities",
    "triangulation",
    "sample",
    "trust",
    "delivery",
)


@pytest.mark.parametrize("council", sorted(NEWEST))
def test_every_council_has_a_monthly_summary_and_a_quarterly_report(council):
    policy = policy_of(yaml.safe_load(NEWEST[council].read_text("utf-8")))

    made = {one.every: one for one in policy.reports if one.sections}

    assert {key: one.sections for key, one in made.items()} == {
        "month": ("month",),
        "quarter": SECTIONS,
    }
    assert {key: (one.due.number, one.due.unit) for key, one in made.items()} == {
        "month": (1, "working_days"),
        "quarter": (5, "working_days"),
    }
    assert all(
        policy.bodies[name].members
        for one in made.values()
        for name in one.to
        if name in policy.bodies
    )


def test_only_bracknell_forest_cannot_do_without_managements_answer():
    policies = {
        council: policy_of(yaml.safe_load(path.read_text("utf-8")))
        for council, path in NEWEST.items()
    }

    compulsory = {
        (council, one.code)
        for council, policy in policies.items()
        for one in policy.reports
        if one.response == "compulsory"
    }

    assert compulsory == {("bracknell-forest", "quarterly")}


def test_what_is_usual_stands_where_a_file_says_nothing_of_figures():
    assert figures_of({}) == FigureRules(minimum=10, smallest=5, ceiling=None, good="")
    assert figures_of({"minimum": 20, "good": "met", "assumed": "J-49"}) == FigureRules(
        20, 5, None, "met"
    )


def test_a_report_without_sections_is_not_made_by_the_system():
    assert report_of({"code": "a", "title": "A", "every": "year"}).sections == ()


@pytest.mark.parametrize(
    ("grades", "named", "good"),
    [
        ((("poor", 1), ("good", 2), ("best", 3)), "", {"good", "best"}),
        ((("poor", 1), ("fair", 2), ("fine", 3), ("best", 4)), "", {"fine", "best"}),
        ((("poor", 1), ("fair", 2), ("fine", 3), ("best", 4)), "fair", {"fair", "fine", "best"}),
    ],
)
def test_good_or_better_begins_where_the_framework_says(grades, named, good):
    document = yaml.safe_load(NEWEST["lancashire"].read_text("utf-8"))
    policy = policy_of({**document, "figures": {"good": named} if named else {}})
    policy = replace(policy, grades=tuple(Grade(code, code, rank) for code, rank in grades))

    assert policy.good_grades == good
    assert policy.worst_grade.code == "poor"


def test_two_versions_for_one_audience_and_a_mixed_month_are_faults():
    document = {
        "reports": [
            {"versions": [{"audience": "staff", "to": ["a"]}, {"audience": "staff", "to": ["b"]}]},
            {"sections": ["month", "grades"]},
            {"sections": ["month"]},
        ]
    }

    assert [place for place, _ in report_versions(document)] == [
        ("reports", 0, "versions", 1, "audience"),
        ("reports", 1, "sections"),
    ]
