"""Bracknell Forest's framework file, held against the catalogue: A5, B4-8, B6-7/9, C1, C4-6, D-BF, F-31 to F-34, G1, H1."""

from collections.abc import Iterator
from typing import Any

import pytest

from people.roles import Role
from standards.schema import check
from tests.factories.audits import audit_at
from tests.factories.cast import cast
from tests.factories.standards import edition_of, framework_text

INDICATORS = {"1": 8, "2": 13, "3": 15, "4": 14, "5": 23, "6": 7, "7": 8}
# Where each parameter of A5.1 is held; one that has no key of its own stands under `parameters`.
HELD = {
    2: ("framework", "case_system"),
    3: ("overall_grade", "grades"),
    4: ("grade_query", "blocks_return"),
    5: ("standards",),
    7: ("allocation", "notice"),
    10: ("actions", "file_heading"),
    12: ("allocation", "team_rule"),
    13: ("grade_triggers", "ri_returned"),
    14: ("moderation", "panel"),
    15: ("reports", "quarterly"),
    17: ("activities", "flash_audit"),
    18: ("bodies", "cqawg"),
    19: ("activities", "learning_event"),
    20: ("activities", "case_viewing"),
    21: ("activities", "participation_meeting"),
    22: ("ladders", "iro_cpc"),
    23: ("activities", "reg44"),
    24: ("activities", "lado_month"),
    25: ("reports", "complaints_year"),
    26: ("reports", "performance_booklet"),
    28: ("post_types",),
    29: ("bodies", "bfsb"),
}


@pytest.fixture(scope="module")
def bracknell() -> dict[str, Any]:
    document, _ = check(framework_text("bracknell-forest"))
    assert document is not None
    return document


def by_code(rows: list[dict[str, Any]], code: str) -> dict[str, Any]:
    return next(row for row in rows if row["code"] == code)


def parameter(document: dict[str, Any], number: str) -> dict[str, Any]:
    return next(row for row in document["parameters"] if row.get("number") == number)


def section(document: dict[str, Any], code: str) -> dict[str, Any]:
    return by_code(document["tools"][0]["sections"], code)


def parts_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every part of the form by its full code, with its section's respondent."""
    [tool] = document["tools"]
    found = {}
    for one in tool["sections"]:
        for question in one["questions"]:
            parts = question["parts"]
            for part in tool["part_sets"][parts] if isinstance(parts, str) else parts:
                found[f"{question['code']}.{part['code']}"] = {
                    "respondent": one["respondent"],
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
    assert check(framework_text("bracknell-forest"))[1] == []


@pytest.mark.django_db
def test_it_can_be_loaded_and_published():
    version = edition_of("bracknell-forest")

    assert (version.council.code, version.edition) == ("bracknell-forest", 1)


@pytest.mark.parametrize("number", range(1, 31))
def test_every_parameter_is_held(bracknell, number):
    if number in HELD:
        found: Any = bracknell
        for step in HELD[number]:
            found = by_code(found, step) if isinstance(found, list) else found[step]
    else:
        found = parameter(bracknell, f"A5-{number}")["value"]

    assert found


def test_what_the_source_does_not_say_is_left_out(bracknell):
    absent = {
        "descriptor_areas",
        "time_budget",
        "timetable",
        "targets",
        "closing_loop",
        "closure_checks",
        "scales",
        "themes",
    }

    assert absent & bracknell.keys() == set()
    assert "extension" not in bracknell["allocation"]
    assert "per_auditor" not in bracknell["allocation"]


# Identity, words, posts (A5-1, A5-2, A5-28, H1)


def test_it_is_version_7_to_be_reviewed_by_january_2023(bracknell):
    about = bracknell["framework"]

    assert "7.0" in about["label"]
    assert (about["case_system"], about["review_on"]) == ("Mosaic", "2023-01-31")
    assert about["practice_model"].startswith("FSM")
    assert len(parameter(bracknell, "A5-1")["value"]) == 7


def test_it_speaks_of_live_audits_and_key_workers(bracknell):
    words = bracknell["words"]

    assert (words["audit"], words["practitioner"], words["session"]) == (
        "live audit",
        "key worker",
        "audit meeting",
    )


def test_the_posts_carry_the_engines_roles(bracknell):
    holders = {
        role: {post["code"] for post in bracknell["post_types"] if role in post["roles"]}
        for role in Role
    }

    panel = {"HOQA", "HOS", "PSW", "QAO"}
    assert holders[Role.PRACTITIONER] == {"KW"}
    assert holders[Role.AUDITOR] == {"AUD", "TM", "HOS", "PSW"}
    assert (holders[Role.LINE_MANAGER], holders[Role.NEXT_LEVEL]) == ({"TM"}, {"HOS"})
    assert holders[Role.HEAD_OF_SERVICE] == {"HOS"}
    assert holders[Role.SENIOR_LEADER] == {"AD_CSC", "AD_QA", "ED"}
    assert (holders[Role.MODERATOR], holders[Role.PANEL_MEMBER]) == (panel, panel)
    assert (holders[Role.QA_OFFICER], holders[Role.QA_HEAD]) == ({"QAO"}, {"HOQA"})
    assert holders[Role.REVIEWING_OFFICER] == {"IRO", "CPC", "CRTM"}
    assert {post["code"] for post in bracknell["post_types"]} >= {
        "LM",
        "CM",
        "LADO",
        "CPO",
        "PA",
        "PO",
        "LAY",
    }


# Grades (A5-3, A5-4, SC-16)


def test_four_grades_are_given_directly_each_with_its_general_text(bracknell):
    rule = bracknell["overall_grade"]

    assert (rule["method"], rule["never_average"]) == ("direct", True)
    assert rule["grades"] == ["inadequate", "requires_improvement", "good", "outstanding"]
    assert rule["definitions"].keys() == set(rule["grades"])


def test_a_grade_that_is_not_agreed_waits_for_the_qa_teams_advice(bracknell):
    rule = bracknell["grade_query"]

    assert (rule["allowed"], rule["blocks_return"]) == (True, True)
    assert set(rule["ask"]) == {"council.qa_officer", "council.qa_head"}


# Standards (A5-5, A5.2)


@pytest.mark.parametrize(("code", "number"), INDICATORS.items())
def test_each_standard_has_its_number_of_indicators(bracknell, code, number):
    [group] = [row for row in bracknell["standards"] if row["section"]["code"] == code]

    assert [item["number"] for item in group["items"]] == [
        f"{code}.{step}" for step in range(1, number + 1)
    ]
    assert {item["source"] for item in group["items"]} == {f"BF-Std {code}"}


def test_seven_standards_hold_88_indicators_and_none_stands_twice(bracknell):
    texts = [item["text"] for group in bracknell["standards"] for item in group["items"]]

    assert (len(bracknell["standards"]), len(texts), len(set(texts))) == (7, 88, 88)


def test_standard_2_has_2_general_and_11_quality_indicators(bracknell):
    items = bracknell["standards"][1]["items"]

    assert "12 months" in items[0]["text"]
    assert "Signs of Safety" in items[1]["text"]
    assert len(items[2:]) == 11


@pytest.mark.parametrize(
    ("start", "number"), [("Professionals:", 3), ("Child:", 13), ("Parents and carers:", 7)]
)
def test_standard_5_is_about_professionals_children_and_parents(bracknell, start, number):
    items = bracknell["standards"][4]["items"]

    assert sum(item["text"].startswith(start) for item in items) == number


@pytest.mark.parametrize(("start", "number"), [("Oversight:", 3), ("Decisions:", 5)])
def test_standard_7_is_about_oversight_and_decisions(bracknell, start, number):
    items = bracknell["standards"][6]["items"]

    assert sum(item["text"].startswith(start) for item in items) == number


def test_standard_4_has_6_reasons_for_an_extra_review_and_18_checks_of_the_plan(bracknell):
    assert len(parameter(bracknell, "F-34")["value"]) == 6
    checks = by_code(bracknell["parameters"], "care_plan_checks")["value"]
    assert (len(checks), len(set(checks))) == (18, 18)


# Allocation (A5-7, A5-12, B6-9, SC-14)


def test_files_are_drawn_at_random_across_teams_one_month_before(bracknell):
    rule = bracknell["allocation"]

    assert (rule["pick"], rule["team_rule"]) == ("random", "other_team")
    assert rule["notice"] == {"number": 1, "unit": "months"}
    assert rule["deadline"] == {"rule": "audit_date"}
    assert (rule["own_case"], rule["line_manager"]) == ("refused", "refused")
    assert set(rule["by"]) == {"qa_officer", "qa_head"}
    assert rule["cool_off_months"] == 12


# Actions (A5-10, A5-11, C1, J-46, SC-15, SC-18)


def test_immediate_actions_have_5_working_days_and_all_others_1_month_from_the_meeting(bracknell):
    classes = {row["code"]: row for row in bracknell["actions"]["classes"]}

    assert classes["immediate"]["limit"] == {"number": 5, "unit": "working_days", "from": "meeting"}
    assert classes["standard"]["limit"] == {"number": 1, "unit": "months", "from": "meeting"}
    assert {row["later"] for row in classes.values()} == {"refused"}
    assert bracknell["actions"]["default_class"] == "standard"


def test_actions_are_smart_and_asap_is_refused(bracknell):
    rule = bracknell["actions"]

    assert "ASAP" in rule["refused_words"]
    assert (rule["success_asked"], rule["supervision_review"]) == (True, True)
    assert rule["file_heading"] == "Audit Action Plan – {month}"
    assert [row["by"] for row in rule["sign_off"]] == [["worker.line_manager"]]
    assert len(parameter(bracknell, "A5-11")["value"]) == 5


def test_what_follows_an_audit_has_the_same_limits(bracknell):
    rows = {row["code"]: row for row in bracknell["follow_ups"]}

    assert rows["immediate_actions"]["limit"] == {
        "number": 5,
        "unit": "working_days",
        "from": "meeting",
    }
    assert rows["supervision"]["limit"] == {"number": 1, "unit": "months", "from": "meeting"}
    assert rows["watch_list"]["owner"] == "council.qa_officer"
    assert rows["watch_list"]["grades"] == ["requires_improvement", "inadequate"]
    assert "on_file" in rows


# Watch list, panel, disputes, escalation (A5-13, A5-14, A5-22, B4-8, B6-7, C4-6, J-19, J-81)


def test_requires_improvement_is_told_to_the_qa_officer_and_the_team_manager(bracknell):
    trigger = by_code(bracknell["grade_triggers"], "ri_returned")

    assert (trigger["point"], trigger["grades"]) == ("returned", ["requires_improvement"])
    assert trigger["tell"] == ["council.qa_officer", "worker.line_manager"]
    assert trigger["watch"] == ["council.qa_officer"]


def test_inadequate_is_told_further_up_as_well(bracknell):
    trigger = by_code(bracknell["grade_triggers"], "inadequate_returned")

    assert (trigger["point"], trigger["grades"], trigger["assumed"]) == (
        "returned",
        ["inadequate"],
        "J-41",
    )
    assert set(trigger["tell"]) == {
        "council.qa_officer",
        "worker.line_manager",
        "worker.head_of_service",
        "council.post.AD_CSC",
        "council.qa_head",
    }
    assert trigger["watch"] == ["council.qa_officer"]


def test_the_panel_meets_monthly_under_the_head_of_quality_assurance(bracknell):
    rule = bracknell["moderation"]

    assert [(row["rule"], row["every"], "size" in row) for row in rule["selection"]] == [
        ("panel", "month", False)
    ]
    assert rule["panel"]["chair"] == ["council.qa_head"]
    assert rule["panel"]["members"] == ["HOQA", "HOS", "PSW", "QAO"]
    assert rule["panel"]["every"] == "month"
    assert by_code(rule["contents"], "verdict")["required"] is True
    assert (rule["disagree"]["meet"], rule["disagree"]["assumed"]) == (True, "J-81")


def test_a_dispute_with_the_panel_ends_with_the_assistant_director(bracknell):
    rungs = by_code(bracknell["disputes"], "panel_verdict")["rungs"]

    assert [(rung["who"], rung.get("decides", False)) for rung in rungs] == [
        (["council.qa_head", "auditor"], False),
        (["council.qa_head"], True),
        (["council.post.AD_CSC"], True),
    ]


def test_the_lost_ladders_are_empty(bracknell):
    ladders = {row["code"]: row for row in bracknell["ladders"]}

    assert ladders.keys() == {"iro_cpc", "audit_escalation"}
    for row in ladders.values():
        assert ("rungs" in row, row["kind"], row["assumed"]) == (False, "stages", "J-41")


# Activities and bodies (A5-16 to A5-24, A5-29, E)


@pytest.mark.parametrize(
    ("code", "every"),
    [
        ("validation", "month"),
        ("reg44", "month"),
        ("lado_month", "month"),
        ("lado_quarter", "quarter"),
        ("learning_event", "half_year"),
        ("participation_meeting", "half_year"),
        ("flash_audit", "event"),
    ],
)
def test_an_activity_takes_place_as_often_as_the_source_says(bracknell, code, every):
    assert by_code(bracknell["activities"], code)["every"] == every


def test_the_programme_has_six_kinds_of_audit(bracknell):
    codes = {row["code"] for row in bracknell["activities"]}

    assert len(parameter(bracknell, "A5-16")["value"]) == 6
    assert codes >= {
        "live_audit",
        "flash_audit",
        "management_audit",
        "observation",
        "multi_agency",
        "themed_audit",
    }
    assert codes >= {"case_viewing", "case_presentation", "conference_review", "panel_forms"}
    assert codes >= {"peer_review", "supervision_quality", "complaints"}


def test_the_boards_of_the_source_are_there(bracknell):
    every = {row["code"]: row.get("every") for row in bracknell["bodies"]}

    assert every.keys() >= {"bfsb", "bfsb_qa", "scrutiny", "cpap", "dmt", "dmt_performance"}
    assert every.keys() >= {"cqawg", "csmt"}
    assert (every["validation_panel"], every["cicc"], every["silsip_dmt"]) == (
        "month",
        "half_year",
        "quarter",
    )


# Hearing people (D-BF1 to D-BF8)


@pytest.mark.parametrize(
    ("code", "every", "privacy"),
    [
        ("in_audit", "event", "identified"),
        ("family_feedback", "continuous", "totals"),
        ("youth_offending", "event", "totals"),
        ("big_ballot", "year", "anonymous"),
        ("theme_surveys", "continuous", "anonymous"),
        ("staff_survey", "two_years", "anonymous"),
        ("panel_forms", "event", "identified"),
        ("lado_evaluation", "event", "confidential"),
        ("complaints", "continuous", "confidential"),
    ],
)
def test_a_way_of_hearing_people_is_as_often_and_as_private_as_said(
    bracknell, code, every, privacy
):
    row = by_code(bracknell["instruments"], code)

    assert (row["every"], row["privacy"]) == (every, privacy)
    assert (row.get("smallest_group") == 5) == (privacy == "anonymous")


def test_feedback_is_compulsory_in_a_live_audit(bracknell):
    assert by_code(bracknell["instruments"], "in_audit")["compulsory"] is True


# Times (F-31 to F-34, J-71)


def test_the_times_of_the_standards_are_there(bracknell):
    rows = {row["number"]: row for row in bracknell["statutory_rules"]}

    assert rows["F-31"]["limit"] == {"number": 12, "unit": "months"}
    assert rows["F-32"]["limit"] == {"number": 3, "unit": "months"}
    assert rows["F-32"]["then"] == {"number": 6, "unit": "months"}
    for number, days in (("F-33a", 15), ("F-33b", 14)):
        row = rows[number]
        assert (row["limit"], row["before"]) == ({"number": days, "unit": "days"}, True)
        assert row["assumed"] == "J-71"
    assert [number for number in rows if number.startswith("F-34")] == [
        f"F-34{letter}" for letter in "abcdef"
    ]


# Reports (A5-15, G-1, G-4, G-9, G-10, G-13, G-14, J-45, J-77)


def test_the_monthly_summary_is_there_on_the_first_working_day(bracknell):
    row = by_code(bracknell["reports"], "monthly_summary")

    assert (row["every"], row["due"]) == ("month", {"number": 1, "unit": "working_days"})
    assert row["to"] == ["csmt", "council.post.AD_CSC"]


def test_the_quarterly_report_needs_the_managements_response(bracknell):
    row = by_code(bracknell["reports"], "quarterly")

    assert (row["every"], row["due"]) == ("quarter", {"number": 5, "unit": "working_days"})
    assert (row["response"], row["assumed"]) == ("compulsory", "J-77")
    assert row["to"] == ["csmt", "council.post.AD_CSC", "cqawg", "dmt_performance"]


def test_all_staff_receive_the_key_recommendations(bracknell):
    reports = {row["code"]: row for row in bracknell["reports"]}

    assert reports["key_recommendations"]["to"] == ["csc_staff"]
    assert reports["response_register"]["to"] == ["cqawg"]
    assert (reports["conference_review"]["every"], reports["performance_booklet"]["every"]) == (
        "quarter",
        "month",
    )
    assert {
        reports[code]["every"] for code in ("annual_dmt", "complaints_year", "participation_year")
    } == {"year"}


# The form (A5.3, J-42)


def test_the_form_has_its_sections(bracknell):
    [tool] = bracknell["tools"]

    assert [(row["code"], row["respondent"]) for row in tool["sections"]] == [
        ("preparation", "practitioner"),
        ("details", "auditor"),
        ("indicators", "joint"),
        ("standards", "joint"),
        ("feedback", "auditor"),
        ("outcome", "auditor"),
        ("plan", "auditor"),
    ]


def test_the_key_worker_says_before_the_meeting_whether_the_file_is_current(bracknell):
    part = parts_of(bracknell)["file.updated"]

    assert (part["kind"], part["required_at"], part["respondent"]) == (
        "yes_no",
        "session",
        "practitioner",
    )
    assert section(bracknell, "preparation")["open_in"] == ["preparing"]


def test_seven_headline_indicators_are_answered_with_evidence(bracknell):
    questions = section(bracknell, "indicators")["questions"]
    parts = parts_of(bracknell)

    assert len(questions) == len(parameter(bracknell, "A5-6")["value"]) == 7
    for question in questions:
        met, evidence = parts[f"{question['code']}.met"], parts[f"{question['code']}.evidence"]
        assert (met["kind"], evidence["kind"]) == ("yes_no", "evidence")
        assert (met["required_at"], evidence["required_at"]) == ("return", "return")


@pytest.mark.parametrize("number", INDICATORS)
def test_each_standard_has_evidence_good_practice_area_to_develop_and_a_grade(bracknell, number):
    question = by_code(section(bracknell, "standards")["questions"], f"s{number}")
    parts = parts_of(bracknell)

    assert question["standards"] == [number]
    kinds = {
        code: parts[f"s{number}.{code}"]["kind"]
        for code in ("evidence", "good_practice", "develop", "grade")
    }
    assert kinds == {
        "evidence": "evidence",
        "good_practice": "long_text",
        "develop": "long_text",
        "grade": "grade",
    }
    assert parts[f"s{number}.grade"]["required_at"] == "return"
    assert parts[f"s{number}.evidence"]["required_at"] == "return"


def test_feedback_grade_and_agreement_are_compulsory_at_return(bracknell):
    parts = parts_of(bracknell)

    for code in ("feedback.explored", "outcome.agreed", "record.current"):
        assert (parts[code]["kind"], parts[code]["required_at"]) == ("yes_no", "return")
    for code in ("outcome.overall", "outcome.rationale", "record.comment"):
        assert parts[code]["required_at"] == "return"
    assert parts["outcome.advice"]["required_when"] == {"part": "agreed", "in": ["no"]}
    assert parts["feedback.said"]["required_when"] == {"part": "explored", "in": ["yes"]}


def test_the_action_plan_needs_an_action_and_all_five_parts_of_smart(bracknell):
    parts = parts_of(bracknell)

    smart = parts["actions.smart"]
    assert bracknell["actions"]["minimum"] == 1
    assert parts["actions.actions"]["kind"] == "actions"
    assert (smart["kind"], smart["all_of"], smart["required_at"]) == ("checklist", True, "return")
    assert [option["code"] for option in smart["options"]] == [
        "specific",
        "measurable",
        "achievable",
        "realistic",
        "timescale",
    ]


@pytest.mark.django_db
def test_a_live_audit_goes_from_allocation_to_return():
    audit = audit_at("returned", cast("bracknell-forest"), edition_of("bracknell-forest"))

    assert audit.state == "returned"


# Assumptions


def test_every_assumption_about_bracknell_forest_is_listed(bracknell):
    listed = {row["number"] for row in bracknell["assumed"]}

    wanted = {"06", "07", "19", "40", "41", "42", "45", "46", "56", "65", "71", "77", "81"}
    assert {f"J-{number}" for number in wanted} <= listed
    assert set(marks(bracknell)) <= listed
