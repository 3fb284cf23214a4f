"""Lancashire's framework file, held against the catalogue: A4, B4-4/5, B6-1..5, C1 to C4, D-LA1, E, G1, H1."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from people.roles import Role
from standards.schema import check
from tests.factories.audits import audit_at
from tests.factories.cast import cast
from tests.factories.standards import edition_of, framework_text

QUARTERS = {
    "learning_space": {post: [1, 1, 1, 1] for post in ("TM", "SM", "HOS", "DCSC", "IRO", "PDM")},
    "dip_sample": {**{post: [3, 3, 3, 3] for post in ("TM", "SM", "HOS")}, "DCSC": [1, 1, 1, 1]},
    "observation": {
        **{post: [1, 1, 1, 1] for post in ("TM", "SM")},
        **{post: [0, 1, 0, 1] for post in ("HOS", "DCSC")},
    },
    "practice_week": {
        **{post: [0, 1, 0, 0] for post in ("TM", "SM", "HOS")},
        "DCSC": [0, 0, 0, 0],
    },
}
SUMS = {
    "TM": ([5, 6, 5, 5], 21),
    "SM": ([5, 6, 5, 5], 21),
    "HOS": ([4, 6, 4, 5], 19),
    "DCSC": ([2, 3, 2, 3], 10),
    "IRO": ([1, 1, 1, 1], 4),
    "PDM": ([1, 1, 1, 1], 4),
}
# Where each parameter of A4.1 is held; one that has no key of its own stands under `parameters`.
HELD = {
    2: ("words", "audit"),
    3: ("overall_grade", "grades"),
    4: ("timetable",),
    5: ("allocation", "team_rule"),
    7: ("allocation", "deadline"),
    9: ("targets",),
    11: ("activities", "thematic"),
    12: ("activities", "multi_agency"),
    13: ("activities", "observation"),
    14: ("moderation", "selection"),
    15: ("ladders", "late_learning_space"),
    16: ("allocation", "extension"),
    17: ("ladders", "late_action"),
    18: ("closing_loop", "reaudit"),
    21: ("bodies", "strategic_pq"),
    22: ("programme", "cycle"),
    25: ("post_types",),
}


@pytest.fixture(scope="module")
def lancashire() -> dict[str, Any]:
    document, _ = check(framework_text("lancashire"))
    assert document is not None
    return document


def by_code(rows: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(row for row in rows if row["code"] == code)


def parameter(document: dict[str, Any], number: str) -> dict[str, Any]:
    return next(row for row in document["parameters"] if row.get("number") == number)


def parts_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every part of the form by its full code, with its section's respondent."""
    [tool] = document["tools"]
    found = {}
    for section in tool["sections"]:
        for question in section["questions"]:
            parts = question["parts"]
            for part in tool["part_sets"][parts] if isinstance(parts, str) else parts:
                found[f"{question['code']}.{part['code']}"] = {
                    "respondent": section["respondent"],
                    **part,
                }
    return found


def marks(value: Any) -> Iterator[str]:
    """Every number of an assumption that is written beside a rule."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "assumed" and isinstance(inner, str):
                yield inner
            else:
                yield from marks(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from marks(inner)


def test_the_file_has_no_faults():
    assert check(framework_text("lancashire"))[1] == []


@pytest.mark.django_db
def test_it_can_be_loaded_and_published():
    version = edition_of("lancashire")

    assert (version.council.code, version.edition) == ("lancashire", 1)


@pytest.mark.parametrize("number", range(1, 26))
def test_every_parameter_is_held(lancashire, number):
    if number in HELD:
        found: Any = lancashire
        for step in HELD[number]:
            found = by_code(found, step) if isinstance(found, list) else found[step]
    else:
        found = parameter(lancashire, f"A4-{number}")["value"]

    assert found


def test_what_the_source_does_not_say_is_left_out(lancashire):
    absent = {
        "standards",
        "descriptor_areas",
        "grade_query",
        "time_budget",
        "disputes",
        "statutory_rules",
        "themes",
    }

    assert absent & lancashire.keys() == set()
    assert not {"case_system", "practice_model", "approved_on"} & lancashire["framework"].keys()


# Scope, words, grades (A4-1 to A4-3)


def test_thirteen_services_are_in_scope_and_can_be_chosen(lancashire):
    scope = parameter(lancashire, "A4-1")["value"]
    functions = parts_of(lancashire)["details.function"]["options"]

    assert (len(scope), len(functions)) == (13, 13)
    assert scope[0] == "MASH"


def test_an_audit_is_called_a_learning_space(lancashire):
    assert lancashire["words"]["audit"] == "learning space"
    assert parameter(lancashire, "A4-6")["value"] == "Face to face, in person"


def test_four_grades_are_given_directly_and_none_is_described(lancashire):
    rule = lancashire["overall_grade"]

    assert (rule["method"], rule["never_average"], rule["assumed"]) == ("direct", True, "J-32")
    assert rule["grades"] == ["inadequate", "requires_improvement", "good", "outstanding"]
    assert [grade["rank"] for grade in lancashire["grades"]] == [1, 2, 3, 4]
    assert {grade["descriptors"] for grade in lancashire["grades"]} == {False}


# Posts (A4-25, H1)


def test_the_posts_carry_the_engines_roles(lancashire):
    holders = {
        role: {post["code"] for post in lancashire["post_types"] if role in post["roles"]}
        for role in Role
    }

    assert holders[Role.PRACTITIONER] == {"SW"}
    assert holders[Role.AUDITOR] == {"TM", "MASHM", "SM", "IRO", "PDM", "HOS", "DCSC"}
    assert holders[Role.LINE_MANAGER] == {"TM", "MASHM"}
    assert holders[Role.NEXT_LEVEL] == {"SM"}
    assert holders[Role.HEAD_OF_SERVICE] == {"HOS"}
    assert holders[Role.SENIOR_LEADER] == {"DCSC", "ED"}
    assert holders[Role.MODERATOR] == {"QA", "QAL"}
    assert (holders[Role.QA_OFFICER], holders[Role.QA_HEAD]) == ({"QA"}, {"QAL"})
    assert holders[Role.REVIEWING_OFFICER] == {"IRO"}
    assert {post["code"] for post in lancashire["post_types"]} >= {"BI", "PSW", "SL", "CSAP"}


# Allocation (A4-4, A4-5, A4-7, A4-16, B6-1, B6-2, B6-10)


def test_the_qa_team_allocates_within_the_own_function_unless_it_gives_a_reason(lancashire):
    rule = lancashire["allocation"]

    assert set(rule["by"]) == {"qa_officer", "qa_head"}
    assert (rule["team_rule"], rule["override_team"], rule["assumed"]) == (
        "own_service",
        True,
        "J-34",
    )
    assert (rule["own_case"], rule["line_manager"]) == ("refused", "refused")


def test_one_learning_space_a_quarter_is_due_after_4_weeks(lancashire):
    rule = lancashire["allocation"]

    assert rule["deadline"] == {"rule": "weeks", "n": 4}
    assert rule["per_auditor"] == {"number": 1, "every": "quarter"}


def test_only_a_head_of_service_extends_or_excludes_and_only_before_the_deadline(lancashire):
    rule = lancashire["allocation"]

    assert rule["extension"]["steps"] == [{"by": ["head_of_service"]}]
    assert rule["extension"]["before_deadline"] is True
    assert (rule["exclusion"]["by"], rule["exclusion"]["before_deadline"]) == (
        ["head_of_service"],
        True,
    )


# Timetable and targets (A4.2, A4-8 to A4-10, J-33, J-35, J-66, J-78, SC-11)


def test_the_timetable_is_that_of_the_source(lancashire):
    rows = {(row["activity"], row["post"]): row["quarters"] for row in lancashire["timetable"]}

    wanted = {
        (activity, post): quarters
        for activity, posts in QUARTERS.items()
        for post, quarters in posts.items()
    }
    assert rows == wanted
    assert len(lancashire["timetable"]) == len(rows) == 18


@pytest.mark.parametrize(("post", "sums"), SUMS.items())
def test_each_post_owes_its_sum_per_quarter_and_year(lancashire, post, sums):
    rows = [row["quarters"] for row in lancashire["timetable"] if row["post"] == post]

    quarters = [sum(column) for column in zip(*rows, strict=True)]

    assert (quarters, sum(quarters)) == sums


def test_multi_agency_and_thematic_audits_owe_no_number(lancashire):
    owed = {row["activity"] for row in lancashire["timetable"] + lancashire["targets"]}

    assert not {"multi_agency", "thematic"} & owed
    assert by_code(lancashire["activities"], "multi_agency")["assumed"] == "J-66"
    assert by_code(lancashire["activities"], "thematic")["assumed"] == "J-66"


def test_the_targets_are_40_a_month_120_a_quarter_and_478_dip_samples(lancashire):
    targets = {row["activity"]: row for row in lancashire["targets"]}

    assert (targets["learning_space"]["month"], targets["learning_space"]["quarter"]) == (40, 120)
    assert targets["dip_sample"]["quarter"] == 478
    assert "month" not in targets["dip_sample"]
    assert targets["dip_sample"]["assumed"] == "J-35"
    assert (targets["mash_learning_space"]["month"], targets["mash_learning_space"]["assumed"]) == (
        2,
        "J-78",
    )


def test_dip_samples_are_allocated_by_the_service_in_a_programme_of_6_months(lancashire):
    activity = by_code(lancashire["activities"], "dip_sample")

    assert activity["allocated_by"] == ["head_of_service", "next_level"]
    assert (activity["every"], activity["number"], activity["graded"]) == ("month", 1, False)
    assert parameter(lancashire, "A4-10")["value"] == 6


def test_the_activities_of_the_source_are_there(lancashire):
    codes = {row["code"] for row in lancashire["activities"]}

    assert codes >= {
        "learning_space",
        "mash_learning_space",
        "mash_audit",
        "dip_sample",
        "thematic",
        "multi_agency",
        "mash_multi_agency",
        "observation",
        "practice_week",
        "learning_circle",
        "joint_learning",
        "peer_review",
        "ehcp_audit",
        "send_multi_agency",
        "cfw_qa",
        "cyjs_qa",
        "cyjs_dip",
        "self_assessment",
    }
    assert len(parameter(lancashire, "A4-23")["value"]) == 5
    assert len(parameter(lancashire, "A4-24")["value"]) == 3


def test_the_performance_cycle_runs_through_weeks_1_to_4_and_8_to_12(lancashire):
    weeks = [(row["week"], row.get("to_week")) for row in lancashire["programme"]["cycle"]]

    assert weeks == [(1, None), (2, None), (3, None), (4, None), (8, 12)]
    assert {row["assumed"] for row in lancashire["programme"]["cycle"]} == {"J-70"}


def test_the_strategic_board_and_the_operational_meetings_are_monthly(lancashire):
    every = {row["code"]: row.get("every") for row in lancashire["bodies"]}

    assert (every["strategic_pq"], every["operational_pq"]) == ("month", "month")
    assert (every["pact_county"], every["cyjs_performance"]) == ("month", "quarter")
    spotlight = by_code(lancashire["activities"], "spotlight")
    assert (spotlight["number"], spotlight["every"]) == (2, "month")


# Moderation (A4-14, B6-4, SC-12)


def test_15_per_cent_and_every_inadequate_one_are_moderated(lancashire):
    rules = {row["rule"]: row for row in lancashire["moderation"]["selection"]}

    assert (rules["percentage"]["percent"], rules["percentage"]["every"]) == (15, "month")
    assert rules["grade"]["grades"] == ["inadequate"]
    assert {rules[name]["assumed"] for name in ("percentage", "grade")} == {"J-36"}


def test_a_moderation_always_holds_the_talk_with_the_original_manager(lancashire):
    rule = lancashire["moderation"]

    assert rule["talk_with"] == ["auditor"]
    needed = {row["code"] for row in rule["contents"] if row.get("required")}
    assert needed >= {"talked_on", "viewpoint", "learning"}
    assert set(rule["independent_of"]) == {"auditor", "worker", "worker_line"}
    assert rule["moderators"] == ["QA", "QAL"]


# Ladders (A4-15, A4-17, C4-1, C4-2)


def test_a_late_learning_space_climbs_after_2_7_and_14_days(lancashire):
    ladder = by_code(lancashire["ladders"], "late_learning_space")

    assert (ladder["kind"], ladder["anchor"]) == ("late", "deadline")
    assert [(rung["after"]["number"], rung["after"]["unit"]) for rung in ladder["rungs"]] == [
        (2, "days"),
        (7, "days"),
        (14, "days"),
    ]
    assert [rung["to"] for rung in ladder["rungs"]] == [
        ["auditor.next_level", "auditor.head_of_service"],
        ["council.post.DCSC"],
        ["council.post.ED"],
    ]
    assert ladder["paused_by"] == ["qa_officer", "qa_head"]


def test_a_late_action_climbs_after_4_6_and_12_weeks_from_its_due_date(lancashire):
    ladder = by_code(lancashire["ladders"], "late_action")

    assert (ladder["kind"], ladder["anchor"], ladder["assumed"]) == ("late", "due", "J-37")
    assert [(rung["after"]["number"], rung["after"]["unit"]) for rung in ladder["rungs"]] == [
        (4, "weeks"),
        (6, "weeks"),
        (12, "weeks"),
    ]
    assert [rung["to"] for rung in ladder["rungs"]] == [
        ["owner.next_level", "owner.head_of_service"],
        ["council.post.DCSC"],
        ["council.post.ED"],
    ]


# What a grade sets off (A4-18, A4-19, B4-4, B4-5, C2-6, C3)


def test_an_inadequate_learning_space_is_told_moderated_and_closed_by_the_loop(lancashire):
    trigger = by_code(lancashire["grade_triggers"], "inadequate_returned")

    assert (trigger["point"], trigger["grades"]) == ("returned", ["inadequate"])
    assert set(trigger["tell"]) == {
        "worker.next_level",
        "worker.head_of_service",
        "council.qa_officer",
    }
    assert (trigger["moderation"], trigger["loop"]) == (True, True)
    assert [task["owner"] for task in trigger["tasks"]] == ["worker.next_level"]


def test_one_that_moderation_finds_inadequate_sets_off_the_same_and_one_that_was_so_nothing_more(
    lancashire,
):
    # A framework without triggers of a moderation has those of a return set off for a changed grade.
    assert {one["point"] for one in lancashire["grade_triggers"]} == {"returned"}


def test_an_outstanding_one_is_told_to_the_head_of_service(lancashire):
    trigger = by_code(lancashire["grade_triggers"], "outstanding_returned")

    assert (trigger["tell"], trigger["assumed"]) == (["worker.head_of_service"], "J-38")
    assert len(parameter(lancashire, "A4-19")["value"]) == 2


def test_the_loop_is_authorised_by_the_head_of_service_alone_and_followed_after_3_months(
    lancashire,
):
    rule = lancashire["closing_loop"]

    assert (rule["owner"], rule["authorised_by"]) == ("worker.next_level", "worker.head_of_service")
    assert rule["sent_to"] == ["council.qa_officer"]
    assert rule["reaudit"] == {"number": 3, "unit": "months"}
    assert (rule["other_auditor"], rule["assumed"], len(rule["fields"])) == (True, "J-84", 7)


def test_an_inadequate_audit_is_not_closed_without_the_loop(lancashire):
    [row] = lancashire["closure_checks"]

    assert (row["grades"], row["by"]) == (["inadequate"], "worker.head_of_service")


# Actions (C1-2, C1-7)


def test_actions_are_due_as_set_and_signed_off_by_senior_manager_and_head_of_service(lancashire):
    rule = lancashire["actions"]

    assert [row["code"] for row in rule["classes"]] == ["as_set"]
    assert "limit" not in rule["classes"][0]
    assert [(row["by"], row.get("grades")) for row in rule["sign_off"]] == [
        (["worker.next_level"], None),
        (["worker.head_of_service"], ["inadequate"]),
    ]


# Hearing people and reporting (D-LA1, G-7 to G-9)


def test_the_ways_of_hearing_people_go_to_the_performance_meetings(lancashire):
    rows = {row["code"]: row for row in lancashire["instruments"]}

    assert rows.keys() >= {
        "family_feedback",
        "designing",
        "cioc_council",
        "send_groups",
        "participation_groups",
        "compliments_complaints",
    }
    for code in rows.keys() - {"in_learning_space"}:
        assert rows[code]["reports_to"] == ["strategic_pq", "operational_pq"]


def test_the_quarterly_report_goes_to_the_boards_and_csap(lancashire):
    report = by_code(lancashire["reports"], "quarterly")

    assert (report["every"], report["due"]) == ("quarter", {"number": 5, "unit": "working_days"})
    assert report["to"] == ["strategic_pq", "operational_pq", "csap"]
    assert any({"40", "120", "478"} <= set(re.findall(r"\d+", text)) for text in report["contents"])


def test_the_report_of_the_year_has_the_sums_of_each_post(lancashire):
    [text] = by_code(lancashire["reports"], "year")["contents"]

    assert re.findall(r"\d+", text) == ["21", "21", "19", "10"]


# The form (A4.3, J-39)


def test_the_form_has_five_sections(lancashire):
    [tool] = lancashire["tools"]

    assert [(row["code"], row["respondent"]) for row in tool["sections"]] == [
        ("details", "auditor"),
        ("conversation", "joint"),
        ("voice", "auditor"),
        ("outcome", "auditor"),
        ("actions", "auditor"),
    ]


def test_the_reflective_conversation_has_four_texts_and_four_optional_scales(lancashire):
    parts = parts_of(lancashire)

    for question in ("working", "experience", "outcomes", "next"):
        text, scale = parts[f"{question}.notes"], parts[f"{question}.scale"]
        assert (text["kind"], text["required_at"], text["respondent"]) == (
            "long_text",
            "return",
            "joint",
        )
        assert (scale["kind"], "required_at" in scale) == ("scale", False)
    scale = lancashire["scales"]["conversation"]
    assert (scale["lowest"], scale["highest"], "bands" in scale) == (0, 10, False)


def test_what_the_return_needs_is_compulsory_at_return_and_nothing_before(lancashire):
    due = {code: part.get("required_at") for code, part in parts_of(lancashire).items()}

    assert Counter(due.values())["session"] == 0
    assert {code for code, at in due.items() if at == "return"} == {
        "details.function",
        "details.in_person",
        "details.why_not",
        "working.notes",
        "experience.notes",
        "outcomes.notes",
        "next.notes",
        "voice.heard",
        "voice.view",
        "voice.why_not",
        "outcome.overall",
        "outcome.rationale",
    }
    assert parts_of(lancashire)["details.in_person"]["kind"] == "yes_no"
    assert parts_of(lancashire)["actions.actions"]["kind"] == "actions"


@pytest.mark.django_db
def test_a_learning_space_goes_from_allocation_to_return():
    audit = audit_at("returned", cast("lancashire"), edition_of("lancashire"))

    assert audit.state == "returned"


# Assumptions


def test_every_assumption_about_lancashire_is_listed(lancashire):
    listed = {row["number"] for row in lancashire["assumed"]}

    wanted = {f"J-{number}" for number in (*range(32, 40), 66, 68, 70, 78, 84)}
    assert wanted <= listed
    assert {"J-02", "J-04", "J-05", "J-43", "J-45", "J-47"} <= listed
    assert set(marks(lancashire)) <= listed
