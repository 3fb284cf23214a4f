"""The five councils' numbers side by side, as the catalogue's section A6 lists them, read from the loaded editions."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from tests.factories.standards import published

pytestmark = pytest.mark.django_db

FILES = {
    "BwD": "blackburn-with-darwen/1",
    "WS": "west-sussex/2",
    "BX": "bexley/1",
    "LA": "lancashire/1",
    "BF": "bracknell-forest/1",
}
Policy = dict[str, Any]
Length = tuple[int, str]


@dataclass(frozen=True)
class Loaded:
    """What the database holds of an edition."""

    policy: Policy
    groups: int
    standards: int
    descriptors: int
    minutes: list[int]


def loaded(name: str) -> Loaded:
    version = published(settings.BASE_DIR / "fixtures" / "frameworks" / f"{name}.yaml")
    minutes = version.sections.exclude(minutes=None).order_by("order")
    return Loaded(
        version.policy,
        version.standards.values("section_code").distinct().count(),
        version.standards.count(),
        version.descriptors.count(),
        list(minutes.values_list("minutes", flat=True)),
    )


@pytest.fixture(scope="module")
def every_edition(django_db_setup, django_db_blocker) -> dict[str, Loaded]:
    """The councils' editions, loaded beside each other on the one engine, once for all tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = {council: loaded(name) for council, name in FILES.items()}
        found["WS before"] = loaded("west-sussex/1")
        transaction.set_rollback(True)
    return found


@pytest.fixture
def editions(every_edition) -> dict[str, Loaded]:
    """The five that are in force."""
    return {council: every_edition[council] for council in FILES}


def length(about: Policy | None) -> Length | None:
    return (about["number"], about["unit"]) if about else None


def limits(policy: Policy) -> dict[str, Length | None]:
    """The classes of action and the limit of each; None where the source sets none."""
    return {one["code"]: length(one.get("limit")) for one in policy["actions"]["classes"]}


def rungs(policy: Policy, key: str) -> dict[str, list[Length | None]]:
    """The formal rungs of each ladder, and the time of each."""
    return {
        ladder["code"]: [
            length(rung.get(key)) for rung in ladder.get("rungs", []) if not rung.get("informal")
        ]
        for ladder in policy.get("ladders", [])
    }


def weeks(policy: Policy) -> list[tuple[int, int]]:
    """The weeks of the performance cycle, each once."""
    cycle = policy.get("programme", {}).get("cycle", [])
    return sorted({(one["week"], one.get("to_week", one["week"])) for one in cycle})


def every(policy: Policy, group: str, code: str) -> str:
    [one] = [row for row in policy[group] if row["code"] == code]
    return one["every"]


def row(editions: dict[str, Loaded], value: Any) -> dict[str, Any]:
    return {council: value(version.policy) for council, version in editions.items()}


def test_a6_1_the_method_of_the_grade(editions):
    def method(policy):
        rule, scales = policy["overall_grade"], policy.get("scales", {})
        ends = {code: (scale["lowest"], scale["highest"]) for code, scale in scales.items()}
        return (
            rule["method"],
            len(rule.get("grades", [])),
            ends.get(rule.get("scale")),
            ends.get("item"),
        )

    assert row(editions, method) == {
        "BwD": ("direct", 4, None, None),
        "WS": ("direct", 4, None, None),
        "BX": ("scale", 0, (0, 6), (0, 10)),
        "LA": ("direct", 4, None, None),
        "BF": ("direct", 4, None, None),
    }
    beyond = row(editions, lambda policy: policy["overall_grade"].get("surpassed", {}).get("grade"))
    assert {council: grade for council, grade in beyond.items() if grade} == {"BX": "outstanding"}
    notes = row(editions, lambda policy: policy["overall_grade"].get("conditions", []))
    assert {council for council, rules in notes.items() if rules} == {"BwD"}
    assert notes["BwD"][0]["grade"] == "outstanding"
    blackburn, lancashire = editions["BwD"].policy, editions["LA"].policy
    assert sum(grade.get("descriptors", True) for grade in blackburn["grades"]) == 3
    assert lancashire["overall_grade"]["assumed"] == "J-32"


def test_a6_1_the_earlier_edition_of_west_sussex_has_a_scale_from_0_to_10(
    every_edition,
):
    policy = every_edition["WS before"].policy

    scale = policy["scales"][policy["overall_grade"]["scale"]]

    assert policy["overall_grade"]["method"] == "scale"
    assert (scale["lowest"], scale["highest"]) == (0, 10)
    assert policy["framework"]["closed"] is True


def test_a6_2_standards_and_descriptors(editions):
    """Blackburn counts its standards; the others the sections they are grouped in; Bracknell its indicators."""
    counted = {
        council: (edition.groups, edition.standards, edition.descriptors)
        for council, edition in editions.items()
    }

    assert counted == {
        "BwD": (5, 57, 101),
        "WS": (5, 42, 134),
        "BX": (5, 44, 118),
        "LA": (0, 0, 0),
        "BF": (7, 88, 0),
    }


def test_a6_3_how_many_audits_an_auditor_is_given(editions):
    assert row(editions, lambda policy: policy["allocation"].get("per_auditor")) == {
        "BwD": None,
        "WS": {"number": 1, "every": "month"},
        "BX": {"number": 1, "every": "month"},
        "LA": {"number": 1, "every": "quarter"},
        "BF": None,
    }


def test_a6_4_whose_files_an_auditor_is_given(editions):
    assert row(editions, lambda policy: policy["allocation"]["team_rule"]) == {
        "BwD": "any",
        "WS": "other_service",
        "BX": "other_team",
        "LA": "own_service",
        "BF": "other_team",
    }


def test_a6_5_notice_and_the_time_to_complete(editions):
    def times(policy):
        rule = policy["allocation"]["deadline"]
        return length(policy["allocation"].get("notice")), rule["rule"], rule.get("n")

    assert row(editions, times) == {
        "BwD": (None, "end_of_month", None),
        "WS": (None, "end_of_month", None),
        "BX": (None, "end_of_month", None),
        "LA": (None, "weeks", 4),
        "BF": ((1, "months"), "audit_date", None),
    }
    assert editions["BwD"].policy["allocation"]["assumed"] == "J-14"


def test_a6_6_the_time_that_is_advised(editions):
    assert row(editions, lambda policy: policy.get("time_budget")) == {
        "BwD": None,
        "WS": {"session": 60},
        "BX": None,
        "LA": None,
        "BF": None,
    }
    assert editions["WS"].minutes == [10] * 6
    assert editions["WS"].policy["moderation"]["minutes"] == 60


def test_a6_7_which_audits_are_moderated(editions):
    def selection(policy):
        rules = policy["moderation"]["selection"]
        extra = ("percent", "months", "grades", "every")
        return [(one["rule"], *(one[key] for key in extra if key in one)) for one in rules]

    worst = ("grade", ["inadequate"])
    assert row(editions, selection) == {
        "BwD": [("percentage", 15), worst, ("by_hand",)],
        "WS": [("percentage", 100, "month"), worst],
        "BX": [("look_back", 6, "month")],
        "LA": [("percentage", 15, "month"), worst, ("by_hand",)],
        "BF": [("panel", "month")],
    }
    unsaid = editions["BwD"].policy["moderation"]
    assert {unsaid["assumed"], *(one["assumed"] for one in unsaid["selection"])} == {"J-14"}


def test_a6_8_and_a6_9_the_quickest_and_the_ordinary_limit_of_an_action(editions):
    assert row(editions, limits) == {
        "BwD": {"as_set": None},
        "WS": {"safeguarding_5wd": (5, "working_days"), "standard_4w": (4, "weeks")},
        "BX": {"as_set": None, "immediate_24h": (24, "hours")},
        "LA": {"as_set": None},
        "BF": {"immediate": (5, "working_days"), "standard": (1, "months")},
    }


def test_a6_10_what_is_looked_at_again(editions):
    def again(policy):
        return [one["code"] for one in policy.get("follow_ups", [])]

    assert row(editions, again) == {
        "BwD": [],
        "WS": [
            "progress_safeguarding",
            "progress",
            "supervision",
            "dip_sample",
            "thematic_revisit",
        ],
        "BX": ["after_audit", "supervision"],
        "LA": ["second_learning_space", "dip_check", "tracker"],
        "BF": ["watch_list", "immediate_actions", "supervision", "on_file"],
    }
    bexley, bracknell = (editions[council].policy["follow_ups"][0] for council in ("BX", "BF"))
    assert length(bexley["limit"]) == (5, "working_days")
    assert bracknell["owner"] == "council.qa_officer"
    assert bracknell["grades"] == ["requires_improvement", "inadequate"]
    loops = row(editions, lambda policy: length(policy.get("closing_loop", {}).get("reaudit")))
    assert loops == {"BwD": None, "WS": None, "BX": None, "LA": (3, "months"), "BF": None}


def test_a6_11_and_a6_12_the_ladders_that_climb_by_themselves(editions):
    def late(policy):
        kinds = {ladder["code"]: ladder.get("kind", "late") for ladder in policy.get("ladders", [])}
        return {
            code: times for code, times in rungs(policy, "after").items() if kinds[code] == "late"
        }

    assert row(editions, late) == {
        "BwD": {},
        "WS": {},
        "BX": {},
        "LA": {
            "late_learning_space": [(2, "days"), (7, "days"), (14, "days")],
            "late_action": [(4, "weeks"), (6, "weeks"), (12, "weeks")],
        },
        "BF": {},
    }


def test_a6_13_the_stages_of_an_officers_concern(editions):
    stages = row(editions, lambda policy: rungs(policy, "limit"))

    five, eight = (5, "working_days"), (8, "working_days")
    assert {code: stages["BX"][code] for code in ("cp_chair", "iro", "firo")} == {
        "cp_chair": [five, five, five, eight],
        "iro": [five, five, five, eight, None],
        "firo": [five, five, five, eight],
    }
    assert stages["WS"] == {"further_escalation": [], "officer_disputes": []}
    assert stages["BF"] == {"iro_cpc": [], "audit_escalation": []}
    assert stages["BwD"] == {}
    [pan_berkshire, _] = editions["BF"].policy["ladders"]
    assert "Pan-Berkshire" in pan_berkshire["note"]


def test_a6_14_the_performance_cycle(editions):
    assert row(editions, weeks) == {
        "BwD": [],
        "WS": [],
        "BX": [(1, 1), (2, 2), (4, 4), (5, 5), (6, 6), (6, 7), (8, 9)],
        "LA": [(1, 1), (2, 2), (3, 3), (4, 4), (8, 12)],
        "BF": [],
    }
    assert "Ten weeks" in editions["BX"].policy["programme"]["note"]
    assert every(editions["WS"].policy, "activities", "performance_meeting") == "month"
    assert every(editions["BF"].policy, "reports", "performance_booklet") == "month"
    assert every(editions["BF"].policy, "reports", "performance_quarter") == "quarter"
