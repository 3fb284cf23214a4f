"""Bexley's rules beside its form, held against the source: A3-9 to A3-37, B4, C, D1, E, F3, G1, J."""

import pytest

from standards import crosscheck
from standards.crosscheck.paths import place_of
from standards.reading import policy_of
from standards.schema import read
from tests.factories.standards import framework_text

# Ladders of reviewing officers (C4-3 to C4-5): working days of the formal stages.
STAGES = {"cp_chair": [5, 5, 5, 8], "iro": [5, 5, 5, 8, None], "firo": [5, 5, 5, 8]}
# How often (A3-11).
FREQUENCIES = {
    "ll_check": ("day", ["TM"]),
    "dashboard_look": ("week", ["SW", "ST"]),
    "performance_meeting": ("week", ["TM"]),
    "self_assessment": ("month", ["SW", "ST"]),
    "team_audit": ("month", ["TM"]),
    "observation": ("month", ["TM"]),
    "tm_report": ("month", ["TM"]),
    "moderation": ("month", ["SM", "HOS", "DD", "CSW", "CPCC", "IRO"]),
    "sm_report": ("month", ["SM", "HOS"]),
}
# Feedback instruments D-BX1 to D-BX26 in order, and who may know who answered.
INSTRUMENTS = {
    "audit_child": "identified",
    "audit_family": "identified",
    "audit_network": "identified",
    "parent_survey": "anonymous",
    "feedback_form": "identified",
    "monthly_calls": "identified",
    "conference_experience": "confidential",
    "lac_review": "confidential",
    "pep_experience": "confidential",
    "conference_forms": "identified",
    "monday_club": "identified",
    "cwd_forms": "identified",
    "ehcp_questionnaire": "confidential",
    "sen_survey": "anonymous",
    "sen_children": "totals",
    "youth_support": "totals",
    "leaving_care": "confidential",
    "fostering": "totals",
    "adoption": "confidential",
    "complaints": "confidential",
    "learning_circle": "totals",
    "health_check": "anonymous",
    "induction": "confidential",
    "induction_day": "confidential",
    "partners": "identified",
    "recognition": "confidential",
}


@pytest.fixture(scope="module")
def file():
    return read(framework_text("bexley"))


def by_code(rows):
    return {row["code"]: row for row in rows}


def span(duration):
    return f"{duration['number']} {duration['unit']}" if duration else ""


def due(limit):
    return (limit["number"], limit["unit"], limit["from"])


# Parameters (A3.1)


def test_seven_core_areas_are_measured(file):
    assert len(file["core_areas"]) == 7


@pytest.mark.parametrize(
    ("code", "number", "value"), [("caseload", "A3-32", 17), ("team_size", "A3-32", 80)]
)
def test_load_limits_are_numbers(file, code, number, value):
    parameter = by_code(file["parameters"])[code]

    assert (parameter["number"], parameter["value"]) == (number, value)


@pytest.mark.parametrize(
    ("code", "number", "count"),
    [
        ("manager_domains", "A3-34", 9),
        ("cycle_key", "A3-36", 12),
        ("dashboard_measures", "A3-37", 8),
        ("officer_escalation", "C5-1..C5-6", 6),
        ("steps", "B5-1..B5-20", 20),
    ],
)
def test_each_parameter_has_its_items(file, code, number, count):
    parameter = by_code(file["parameters"])[code]

    assert (parameter["number"], len(parameter["value"])) == (number, count)


def test_supervision_keeps_both_patterns(file):
    said = " ".join(by_code(file["parameters"])["supervision"]["value"])

    for words in ("first 4 weeks", "every 2 to 4 weeks", "at least 6 months", "every two months"):
        assert words in said


@pytest.mark.parametrize(("code", "expected"), FREQUENCIES.items())
def test_activities_have_the_frequency_of_the_table(file, code, expected):
    activity = by_code(file["activities"])[code]

    assert (activity["every"], activity["who"]) == expected


def test_each_manager_audits_once_a_month(file):
    activity = by_code(file["activities"])["collaborative_audit"]

    assert (activity["every"], activity["number"]) == ("month", 1)
    auditors = {post["code"] for post in file["post_types"] if "auditor" in post["roles"]}
    assert set(activity["who"]) == auditors


@pytest.mark.parametrize(
    ("code", "every"),
    [
        ("multi_agency_audit", "as_set"),
        ("practice_week", "half_year"),
        ("practice_intensive", "half_year"),
        ("learning_circle", "quarter"),
        ("supervision_records", "two_months"),
        ("ehcp_audit", "quarter"),
        ("placement_visit", "year"),
        ("managers_standards", "quarter"),
        ("dashboard_report", "month"),
    ],
)
def test_other_activity_has_its_rhythm(file, code, every):
    assert by_code(file["activities"])[code]["every"] == every


def test_the_intensive_and_audits_of_ones_own_team_give_no_grade(file):
    activities = by_code(file["activities"])

    assert activities["practice_intensive"]["graded"] is False
    assert activities["team_audit"]["graded"] is False
    assert activities["practice_intensive"]["note"].count(";") == 9 + 4


def test_the_performance_cycle_holds_what_is_known_of_ten_weeks(file):
    cycle = file["programme"]["cycle"]
    weeks = {n for row in cycle for n in range(row["week"], row.get("to_week", row["week"]) + 1)}
    good_news = {
        n
        for row in cycle
        if "Good news" in row["title"]
        for n in range(row["week"], row.get("to_week", row["week"]) + 1)
    }

    assert weeks == {1, 2, 4, 5, 6, 7, 8, 9}
    assert good_news == {1, 4, 5, 6, 8, 9}
    assert file["programme"]["practice_weeks"] == 2
    assert file["programme"]["assumed"] == "J-27"


# Grade triggers, follow-ups, actions (A3-19 to A3-22, A3-29, B4-1 to B4-3, C1, C2)


def test_of_an_inadequate_audit_six_posts_and_the_team_are_told(file):
    trigger = by_code(file["grade_triggers"])["returned_inadequate"]

    assert (trigger["point"], trigger["grades"]) == ("returned", ["inadequate"])
    assert trigger["tell"] == [
        "worker",
        "worker.line_manager",
        "worker.next_level",
        "worker.head_of_service",
        "council.post.AD",
        "council.post.DD",
        "council.post.PSQA",
    ]
    tasks = by_code(trigger["tasks"])
    assert due(tasks["immediate"]["limit"]) == (24, "hours", "returned")
    assert tasks["oversight_note"]["owner"] == "worker.line_manager"
    assert tasks["satisfied"]["owner"] == "worker.next_level"
    assert "observation" in tasks
    assert trigger["action_class"] == "immediate_24h"


def test_of_any_returned_audit_worker_and_manager_are_told(file):
    trigger = by_code(file["grade_triggers"])["returned"]

    assert trigger["point"] == "returned"
    assert "grades" not in trigger
    assert trigger["tell"] == ["worker", "worker.line_manager"]


def test_an_inadequate_moderation_tells_the_quality_team_and_not_the_director(file):
    triggers = by_code(file["grade_triggers"])
    told = ["worker", "worker.line_manager", "worker.next_level"]

    assert triggers["moderated_inadequate"]["tell"] == [
        *told,
        "council.post.HOS_PSQA",
        "council.post.PSQA",
    ]
    assert triggers["moderated_outstanding_actions"]["tell"] == told
    for code in ("moderated_inadequate", "moderated_outstanding_actions"):
        tasks = by_code(triggers[code]["tasks"])
        assert due(tasks["tasks"]["limit"]) == (24, "hours", "moderated")
        assert tasks["oversight_note"]["owner"] == "worker.line_manager"


def test_the_auditor_follows_up_with_the_manager_within_five_working_days(file):
    follow_up = by_code(file["follow_ups"])["after_audit"]

    assert (follow_up["owner"], follow_up["together_with"]) == ("auditor", ["worker.line_manager"])
    assert due(follow_up["limit"]) == (5, "working_days", "returned")


def test_actions_have_two_classes_and_two_who_sign_off(file):
    rule = file["actions"]
    classes = by_code(rule["classes"])

    assert set(classes) == {"as_set", "immediate_24h"}
    assert due(classes["immediate_24h"]["limit"]) == (24, "hours", "returned")
    assert classes["immediate_24h"]["later"] == "refused"
    assert [(one["by"], one.get("grades")) for one in rule["sign_off"]] == [
        (["worker.line_manager"], None),
        (["worker.next_level"], ["inadequate"]),
    ]
    assert {"share", "nominate"} <= {kind["code"] for kind in rule["kinds"]}
    assert rule["supervision_review"] is True


# Moderation and disputes (A3-24 to A3-28, B6-6, J-19, J-43, J-76)


def test_audits_of_the_last_six_months_are_moderated_by_six_posts(file):
    rule = file["moderation"]
    [selection] = rule["selection"]

    assert (selection["rule"], selection["months"], selection["every"]) == (
        "look_back",
        6,
        "month",
    )
    assert set(rule["moderators"]) == {"CSW", "CPCC", "IRO", "SM", "HOS", "DD"}
    assert rule["independent_of"] == ["auditor", "worker", "worker_line"]


def test_a_moderation_holds_what_the_source_asks_for(file):
    required = {one["code"] for one in file["moderation"]["contents"] if one.get("required", False)}

    assert required == {"overall", "good_practice", "develop", "actions_completed", "agreement"}
    assert file["moderation"]["agree"]["tell"] == ["worker", "worker.line_manager"]
    assert file["moderation"]["disagree"]["meet"] is True


def test_a_dispute_goes_to_the_head_of_quality_and_the_assistant_director(file):
    [dispute] = file["disputes"]

    assert [rung.get("assumed") for rung in dispute["rungs"]] == [None, "J-19", "J-19"]
    assert [rung.get("decides", False) for rung in dispute["rungs"]] == [False, True, True]
    assert dispute["rungs"][1]["who"] == ["council.post.HOS_PSQA"]


# Ladders (A3-31, C4-3 to C4-5, C4-9, J-28, J-82)


@pytest.mark.parametrize(("code", "days"), STAGES.items())
def test_officers_escalate_in_stages_of_working_days(file, code, days):
    ladder = by_code(file["ladders"])[code]
    formal = [rung for rung in ladder["rungs"] if not rung.get("informal")]

    assert (ladder["kind"], ladder["anchor"]) == ("stages", "stage_opened")
    assert [rung.get("limit", {}).get("number") for rung in formal] == days
    assert {rung["limit"]["unit"] for rung in formal if "limit" in rung} == {"working_days"}
    assert [rung["to"] for rung in formal[:4]] == [
        ["worker.line_manager", "worker.next_level"],
        ["worker.head_of_service"],
        ["worker.senior_leader"],
        ["council.post.DCS"],
    ]


def test_only_the_fostering_officer_starts_informally_and_may_skip(file):
    ladders = by_code(file["ladders"])

    assert {code: ladders[code]["skip"] for code in STAGES} == {
        "cp_chair": "nobody",
        "iro": "nobody",
        "firo": "officer",
    }
    assert [rung["title"][:5] for rung in ladders["firo"]["rungs"] if rung.get("informal")] == [
        "First"
    ]
    assert {code for code in STAGES if by_code(file["ladders"])[code]["assumed"] == "J-28"} == {
        "cp_chair",
        "iro",
    }


def test_a_practice_concern_goes_first_to_the_principal_social_worker(file):
    ladder = by_code(file["ladders"])["practice_concern"]

    assert ladder["anchor"] == "raised"
    assert [rung["to"] for rung in ladder["rungs"]] == [["council.post.PCFSW"]]
    # as assumed: the director, not the QA team, from whom it is kept
    assert [rung["otherwise"] for rung in ladder["rungs"]] == [["council.post.DCS"]]
    assert "C4-9" in {one["number"] for one in file["assumed"]}


def test_every_officer_records_an_informal_attempt_first(file):
    ladders = {one.code: one for one in policy_of(file).ladders}

    assert {code: ladders[code].begins_informally for code in STAGES} == dict.fromkeys(STAGES, True)
    assert not ladders["practice_concern"].begins_informally


# Feedback (D-BX1 to D-BX26)


def test_there_are_26_instruments_in_order_with_their_privacy(file):
    found = {one["code"]: one["privacy"] for one in file["instruments"]}

    assert list(found.items()) == list(INSTRUMENTS.items())
    assert len(found) == 26


@pytest.mark.parametrize(("code", "count"), [("audit_family", 9), ("parent_survey", 9)])
def test_families_rate_nine_statements(file, code, count):
    fields = by_code(file["instruments"])[code]["fields"]

    assert len([field for field in fields if field["kind"] == "scale"]) == count


def test_the_child_is_asked_six_open_questions_and_two_scales(file):
    fields = by_code(file["instruments"])["audit_child"]["fields"]
    kinds = [field["kind"] for field in fields]

    assert (kinds.count("scale"), kinds.count("short_text") + kinds.count("long_text")) == (2, 6)


def test_anonymous_answers_are_never_shown_one_by_one(file):
    anonymous = [one for one in file["instruments"] if one["privacy"] == "anonymous"]

    assert {one["smallest_group"] for one in anonymous} == {5}
    assert [one["code"] for one in anonymous if "sees_answers" in one] == []


def test_trying_to_hear_the_family_is_compulsory(file):
    compulsory = [one["code"] for one in file["instruments"] if one.get("compulsory")]

    assert compulsory == ["audit_family"]


# Statutory rules (F3) and reports (G1)


@pytest.mark.parametrize(
    ("number", "limit", "then"),
    [
        ("F-23", "15 working_days", ""),
        ("F-24", "45 working_days", ""),
        ("F-25", "24 hours", ""),
        ("F-26", "20 weeks", ""),
        ("F-27", "12 months", "12 months"),
        ("F-28", "", ""),
        ("F-35", "1 weeks", "4 weeks"),
        ("F-36", "", ""),
    ],
)
def test_each_statutory_rule_has_its_limits(file, number, limit, then):
    [rule] = [rule for rule in file["statutory_rules"] if rule["number"] == number]

    assert (span(rule.get("limit")), span(rule.get("then"))) == (limit, then)
    assert len(file["statutory_rules"]) == 8


def test_reports_have_their_period_and_readers(file):
    reports = by_code(file["reports"])

    assert {code: report["every"] for code, report in reports.items()} == {
        "monthly_themes": "month",
        "quarterly": "quarter",
        "thematic": "event",
        "complaints": "year",
        "health_check": "year",
        "fostering": "year",
        "officer_escalations": "quarter",
        "practice_week": "half_year",
        "ehcp": "quarter",
    }
    assert reports["monthly_themes"]["to"] == ["slt", "council.post.SM", "council.post.TM"]
    assert set(reports["quarterly"]["to"]) == {
        *reports["monthly_themes"]["to"],
        "partnership",
        "councillors",
        "council.post.CE",
    }
    assert span(reports["quarterly"]["due"]) == "5 working_days"


def test_every_report_is_received_by_a_body_or_a_post_that_exists(file):
    bodies = set(by_code(file["bodies"]))
    posts = {post["code"] for post in file["post_types"]}
    roles = {role for post in file["post_types"] for role in post["roles"]}

    names = {name for report in file["reports"] for name in report["to"]}
    allowed = bodies | {f"council.post.{code}" for code in posts}
    assert names - allowed - {f"council.{role}" for role in roles} == set()


# Assumptions (J entries that name Bexley)


def test_the_file_says_what_it_assumes(file):
    named = (
        *(2, 4, 7, 11, 19, *range(24, 32), 43, 46, 48, 49, 50, 51, 52, 57, 58, 59, 60),
        *(61, 62, 63, 64, 72, 75, 76, 82, 83, 85),
    )

    assert {one["number"] for one in file["assumed"]} >= {f"J-{n:02}" for n in named}


def test_every_marked_assumption_is_explained(file):
    def marks(value):
        if isinstance(value, dict):
            own = [value["assumed"]] if isinstance(value.get("assumed"), str) else []
            return own + [mark for inner in value.values() for mark in marks(inner)]
        if isinstance(value, list):
            return [mark for inner in value for mark in marks(inner)]
        return []

    assert set(marks(file)) <= {one["number"] for one in file["assumed"]}


def test_every_warning_is_acknowledged_by_name(file):
    accepted = {(one["warning"], place_of(one["path"], file)) for one in file["acknowledged"]}

    assert {(name, place) for name, place, _ in crosscheck.warned(file)} <= accepted
