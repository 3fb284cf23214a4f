"""West Sussex's two editions held against the source: A2, A6, B4-6/7/10, C1, D-WS, F3, G1, H1, J-15."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from people.models import PostType
from people.roles import Role
from standards.crosscheck.rules import leads_somewhere
from standards.models import Descriptor, FrameworkVersion, Part, PracticeStandard, Section
from standards.policy import Limit
from standards.schema import check, read
from standards.selectors import edition, in_force
from tests.factories.standards import published

pytestmark = pytest.mark.django_db

FOLDER = settings.BASE_DIR / "fixtures" / "frameworks" / "west-sussex"
TEXTS = {number: (FOLDER / f"{number}.yaml").read_text("utf-8") for number in (1, 2)}
DOCUMENTS = {number: read(text) for number, text in TEXTS.items()}
NOW, LEGACY = DOCUMENTS[2], DOCUMENTS[1]

GRADES = ("good", "requires_improvement", "inadequate")
CELLS = {
    "Referral": (10, 8, 8),
    "Quality of Practice": (13, 9, 7),
    "Assessment": (15, 9, 11),
    "Planning": (11, 8, 7),
    "Review": (5, 5, 8),
    "Management oversight": (0, 0, 0),
}
SIX = (
    "referral",
    "quality_of_practice",
    "assessment",
    "planning",
    "review",
    "management_oversight",
)
# Where each parameter of the catalogue is held, beside those that stand under `parameters` (A2.1).
HELD = {
    "A2-1": "framework.case_system",
    "A2-2": "overall_grade.grades",
    "A2-4": "descriptor_areas",
    "A2-5": "standards",
    "A2-6": "core_areas",
    "A2-10": "tools.collaborative.window",
    "A2-16": "actions.classes",
    "A2-17": "actions.supervision_review",
    "A2-19": "disputes.auditor_worker",
    "A2-20": "disputes.moderator_auditor",
    "A2-23": "activities.dip_sample",
    "A2-24": "tools.collaborative.learning",
    "A2-27": "bodies",
    "A2-28": "post_types",
    "A2-29": "documents",
}
# Every activity with who does it, how often, and who hears of it (A2.2).
ACTIVITIES = [
    (
        "practice_week",
        {"LM", "DCS", "DD", "AD", "SL", "EHSL", "SM"},
        "half_year",
        {"improvement_board", "slt", "dmt"},
    ),
    (
        "corporate_parenting",
        {"DCS", "AD", "LM"},
        "quarter",
        {"performance_board", "corporate_parenting_board"},
    ),
    ("children_in_care_council", {"DCS", "AD", "SL"}, "quarter", {"corporate_parenting_board"}),
    (
        "collaborative_audit",
        {"PM", "GM", "SL", "SM"},
        "month",
        {"smt", "slt", "steering_group", "practice_groups"},
    ),
    ("early_help_audit", {"EHSL"}, "month", {"steering_group", "performance_board"}),
    (
        "themed_audit",
        {"QA"},
        "as_set",
        {"improvement_board", "slt", "steering_group", "practice_groups"},
    ),
    (
        "multi_agency_audit",
        {"SCPM"},
        "quarter",
        {"performance_board", "scp_board", "steering_group", "practice_groups"},
    ),
    ("dip_sample", {"PM", "GM"}, "week", set()),
    (
        "supervision",
        {"PM", "GM", "SL", "EHSL", "SM", "AD", "DD", "DCS"},
        "month",
        {"smt", "slt", "dmt", "practice_groups"},
    ),
    ("performance_meeting", {"SL", "GM", "PM"}, "month", {"smt", "performance_board"}),
    ("iro_scrutiny", {"PMSQP", "IROTM"}, "month", {"performance_board"}),
    ("cp_chair_scrutiny", {"PMSQP", "IROTM"}, None, {"smt", "slt"}),
    ("lado_audit", {"SPL", "QA"}, "year", {"performance_board", "scp_board"}),
    ("placement_visit", {"PLACE"}, "year", {"smt"}),
    ("regulation_44", {"QARL"}, "month", {"smt"}),
    ("slt_sample", {"QA"}, "quarter", {"slt"}),
    ("thematic_revisit", {"QA", "SL", "EHSL"}, "quarter", {"steering_group"}),
]


@pytest.fixture
def version() -> FrameworkVersion:
    return published(TEXTS[2])


@pytest.fixture
def west_sussex(version):
    return edition(version)


@pytest.fixture
def legacy():
    return edition(published(TEXTS[1]))


def named(rows: list[dict[str, Any]], code: str) -> dict[str, Any]:
    [found] = [row for row in rows if row["code"] == code]
    return found


def parameter(code: str) -> Any:
    return named(NOW["parameters"], code)["value"]


@pytest.mark.parametrize("number", TEXTS)
def test_the_file_has_no_faults(number):
    assert check(TEXTS[number])[1] == []


def test_it_says_which_framework_it_is(version):
    about = version.policy["framework"]

    assert (version.council.code, version.council.name) == ("west-sussex", "West Sussex")
    assert version.edition == 2
    assert (about["case_system"], about["year_start_month"]) == ("Mosaic", 4)
    assert (about["approved_on"], about["review_on"]) == ("2020-04-06", "2021-03-31")


def test_every_parameter_of_the_catalogue_is_held():
    under_parameters = {one.get("number") for one in NOW["parameters"]}

    catalogue = {f"A2-{number}" for number in range(1, 31)}

    assert catalogue - under_parameters - HELD.keys() == set()
    assert [path for path in HELD.values() if not leads_somewhere(path, NOW)] == []


# The form (A2.4, J-23)


def test_the_form_runs_from_self_assessment_to_learning(version):
    rows = Section.objects.filter(version=version).order_by("order")

    assert list(rows.values_list("code", "number", "respondent")) == [
        ("self_assessment", "", "practitioner"),
        *((code, str(step), "joint") for step, code in enumerate(SIX, start=1)),
        ("feedback", "", "auditor"),
        ("outcome", "", "auditor"),
        ("learning", "", "practitioner"),
    ]


def test_the_self_assessment_comes_before_the_meeting(west_sussex):
    section = west_sussex.tools["collaborative"].section("self_assessment")

    parts = [part for question in section.questions for part in question.parts]

    assert section.open_in == ("preparing",)
    assert [(part.code, part.required_at) for part in parts] == [
        ("self.difference", "session"),
        ("self.better", "session"),
    ]


@pytest.mark.parametrize("code", SIX)
def test_each_of_the_six_sections_has_strengths_needs_evidence_and_a_grade(west_sussex, code):
    section = west_sussex.tools["collaborative"].section(code)
    question = section.questions[0]

    kinds = [(part.code.split(".")[1], part.kind, part.required_at) for part in question.parts]

    assert kinds == [
        ("beside", "guidance", ""),
        ("strengths", "long_text", "return"),
        ("attention", "long_text", "return"),
        ("evidence", "evidence", "return"),
        ("grade", "grade", "return"),
    ]
    assert (section.minutes, section.open_in, question.areas) == (10, ("in_session",), (code,))


def test_six_sections_of_ten_minutes_make_the_hour_of_stage_1(west_sussex):
    minutes = [section.minutes for section in west_sussex.tools["collaborative"].sections]

    assert sum(time or 0 for time in minutes) == 60
    assert dict(west_sussex.policy.time_budget) == {"session": 60}


def test_what_good_looks_like_and_the_standards_open_beside_each_section(west_sussex):
    tool = west_sussex.tools["collaborative"]

    beside = [west_sussex.guidance(tool.section(code).questions[0]) for code in SIX]

    assert [guidance.areas[0].code for guidance in beside] == list(SIX)
    assert all(guidance.standards for guidance in beside)


def test_the_eight_key_documents_stand_beside_each_section(west_sussex):
    tool = west_sussex.tools["collaborative"]

    shown = {tool.section(code).questions[0].parts[0].help for code in SIX}

    assert len(parameter("key_documents")) == 8
    assert [name for name in parameter("key_documents") if name not in "".join(shown)] == []


def test_the_sixth_section_asks_for_a_view_on_reflective_practice(west_sussex):
    part = west_sussex.tools["collaborative"].part("reflection.view")

    assert (part.section_code, part.kind, part.required_at) == (
        "management_oversight",
        "long_text",
        "return",
    )


@pytest.mark.parametrize("question", ["voice_child", "voice_family"])
def test_feedback_is_recorded_or_the_reason_why_not(west_sussex, question):
    tool = west_sussex.tools["collaborative"]

    asked, reason = tool.part(f"{question}.asked"), tool.part(f"{question}.reason")

    assert [option.code for option in asked.options] == [
        "answered",
        "declined",
        "no_reply",
        "not_asked",
    ]
    assert (asked.required_at, reason.required_at) == ("return", "return")
    assert reason.required_when == (f"{question}.asked", ("declined", "no_reply", "not_asked"))


def test_the_stage_1_outcome_holds_grade_reasons_safeguarding_and_actions(west_sussex):
    parts = west_sussex.tools["collaborative"].question("outcome").parts

    assert [(part.code.split(".")[1], part.kind, part.required_at) for part in parts] == [
        ("overall", "overall_grade", "return"),
        ("rationale", "long_text", "return"),
        ("safeguarding", "yes_no", "return"),
        ("concern", "long_text", "return"),
        ("actions", "actions", ""),
    ]
    assert parts[3].required_when == ("outcome.safeguarding", ("yes",))


def test_worker_and_auditor_each_write_their_own_learning(west_sussex):
    section = west_sussex.tools["collaborative"].section("learning")

    parts = [part for question in section.questions for part in question.parts]

    assert [(part.respondent, part.required_at) for part in parts] == [
        ("practitioner", "return"),
        ("auditor", "return"),
    ]


def test_the_audit_looks_at_the_work_of_the_last_six_months():
    assert NOW["tools"][0]["window"]["look_back"] == {"number": 6, "unit": "months"}


# Grades: now and before (A2-2, A2-3, J-11, J-15, SC-20)


def test_the_grade_is_one_of_four_and_no_scale_is_left(version, west_sussex):
    rule = west_sussex.policy.overall_grade

    assert (rule.method, rule.grades, rule.surpassed) == (
        "direct",
        ("inadequate", "requires_improvement", "good", "outstanding"),
        None,
    )
    assert rule.never_average
    assert dict(west_sussex.policy.scales) == {}
    assert not Part.objects.filter(version=version, kind="scale").exists()


def test_the_grades_run_from_inadequate_to_outstanding_and_outstanding_is_not_described(
    west_sussex,
):
    ranked = sorted(west_sussex.policy.grades, key=lambda grade: grade.rank)

    assert [(grade.label, grade.descriptors) for grade in ranked] == [
        ("Inadequate", True),
        ("Requires improvement", True),
        ("Good", True),
        ("Outstanding", False),
    ]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        *((value, "Inadequate") for value in (0, 1, 2)),
        *((value, "Requires improvement") for value in (3, 4, 5)),
        *((value, "Good") for value in (6, 7, 8)),
        *((value, "Outstanding") for value in (9, 10)),
    ],
)
def test_the_legacy_scale_keeps_its_bands(legacy, value, word):
    rule = legacy.policy.overall_grade

    assert (rule.method, rule.scale) == ("scale", "overall")
    assert legacy.policy.scales["overall"].word_for(value) == word


def test_the_legacy_scale_runs_from_0_to_10(legacy):
    assert list(legacy.policy.scales["overall"].values) == list(range(11))


def test_the_legacy_edition_is_earlier_and_closed():
    assert (LEGACY["framework"]["edition"], NOW["framework"]["edition"]) == (1, 2)
    assert LEGACY["framework"]["closed"] is True
    assert "closed" not in NOW["framework"]
    assert LEGACY["framework"]["effective_from"] < NOW["framework"]["effective_from"]


def test_new_audits_begin_under_the_current_edition_only(version, legacy):
    assert in_force(version.council, date(2026, 4, 1)) == version
    assert in_force(version.council, date(2026, 3, 31)) is None


def test_both_editions_have_the_same_form(west_sussex, legacy):
    now, before = west_sussex.tools["collaborative"], legacy.tools["collaborative"]

    assert [(part.code, part.kind) for part in now.parts] == [
        (part.code, part.kind) for part in before.parts
    ]


def test_only_what_the_scale_brings_differs_between_the_editions():
    differ = {key for key in NOW.keys() | LEGACY.keys() if NOW.get(key) != LEGACY.get(key)}

    assert differ == {"framework", "scales", "overall_grade", "parameters", "assumed", "tools"}


# Descriptors (A2.3) and practice standards (A2-5)


@pytest.mark.parametrize("number", TEXTS)
def test_there_are_134_descriptors(number):
    rows = Descriptor.objects.filter(version=published(TEXTS[number]))

    assert Counter(rows.values_list("grade", flat=True)) == {
        "good": 54,
        "requires_improvement": 39,
        "inadequate": 41,
    }
    assert rows.count() == 134
    assert set(rows.values_list("column", flat=True)) == {""}


@pytest.mark.parametrize(("title", "counts"), CELLS.items())
def test_each_area_has_its_number_of_descriptors(title, counts):
    [area] = [area for area in NOW["descriptor_areas"] if area["title"] == title]

    assert tuple(len(area["cells"].get(grade, [])) for grade in GRADES) == counts


def test_there_are_six_areas_in_the_order_of_the_source_each_with_its_aim(west_sussex):
    assert [area.title for area in west_sussex.areas.values()] == list(CELLS)
    assert [area.code for area in west_sussex.areas.values() if not area.aim] == []


def test_no_descriptor_stands_twice_in_an_area(version):
    rows = Descriptor.objects.filter(version=version).values_list("area", "text")

    assert [row for row, count in Counter(rows).items() if count > 1] == []


def test_the_two_slips_of_the_source_are_corrected_and_marked():
    cells = {area["code"]: area["cells"] for area in NOW["descriptor_areas"]}
    marked = {one["path"] for one in NOW["assumed"] if one["number"] == "J-22"}

    assert cells["assessment"]["inadequate"][2] == "It does not inform planning."
    assert "little change" in cells["planning"]["requires_improvement"][5]
    assert marked == {
        "descriptor_areas.assessment.cells.inadequate[2]",
        "descriptor_areas.planning.cells.requires_improvement[5]",
    }


def test_there_are_five_practice_standards(version):
    rows = PracticeStandard.objects.filter(version=version).order_by("order")

    counted = Counter(rows.values_list("section_code", flat=True))

    assert counted == {"1": 7, "2": 12, "3": 8, "4": 4, "5": 11}
    assert [row.number for row in rows if row.source != f"WS-PS {row.section_code}"] == []


# Who (A2-11, A2-12, A2-28, H1)


def test_allocation_follows_the_source(west_sussex):
    rule = west_sussex.policy.allocation

    assert (rule.team_rule, rule.own_case, rule.line_manager) == (
        "other_service",
        "refused",
        "refused",
    )
    assert (rule.per_auditor.number, rule.per_auditor.every) == (1, "month")
    assert rule.deadline.rule == "end_of_month"
    assert set(rule.by) == {"qa_officer", "qa_head"}
    assert NOW["allocation"]["nominated_by"] == ["qa_head"]


def test_the_posts_of_the_source_carry_the_engines_roles(version):
    posts = dict(PostType.objects.filter(council=version.council).values_list("code", "roles"))

    holders = {role: {code for code, roles in posts.items() if role in roles} for role in Role}

    assert holders == {
        Role.PRACTITIONER: {"SW", "EHW"},
        Role.AUDITOR: {"PM", "GM", "SL", "EHSL", "SM"},
        Role.LINE_MANAGER: {"PM"},
        Role.NEXT_LEVEL: {"GM"},
        Role.HEAD_OF_SERVICE: {"SL", "EHSL"},
        Role.SENIOR_LEADER: {"AD", "DD", "DCS"},
        Role.MODERATOR: {"PM", "GM", "SL", "SM"},
        Role.PANEL_MEMBER: set(),
        Role.QA_OFFICER: {"QA"},
        Role.QA_HEAD: {"PMSQP"},
        Role.REVIEWING_OFFICER: {"IROTM", "IRO", "CPC"},
        Role.REPORT_READER: {"LM", "QARL", "SDL", "SCPM", "SPL", "PLACE"},
        Role.ADMINISTRATOR: {"ADMIN"},
    }


def test_the_moderator_hears_at_once_that_stage_1_is_done(west_sussex):
    assert "moderator" in west_sussex.policy.messages["returned"]


# Actions (A2-16, C1)


def test_actions_are_due_in_five_working_days_or_four_weeks(west_sussex):
    classes = west_sussex.policy.actions.classes

    assert [(one.code, one.limit) for one in classes] == [
        ("safeguarding_5wd", Limit(5, "working_days", "raised")),
        ("standard_4w", Limit(4, "weeks", "raised")),
    ]
    assert [one["later"] for one in NOW["actions"]["classes"]] == ["refused", "with_reason"]
    assert NOW["actions"]["default_class"] == "standard_4w"


def test_the_social_workers_line_manager_signs_actions_off():
    assert [one["by"] for one in NOW["actions"]["sign_off"]] == [["worker.line_manager"]]
    assert NOW["actions"]["supervision_review"] is True


def test_an_inadequate_audit_sets_its_own_limit():
    rows = [
        (one["point"], one["grades"], one.get("flag"), one.get("action_class"))
        for one in NOW["grade_triggers"]
    ]

    assert rows == [
        ("returned", ["inadequate"], "safeguarding", "safeguarding_5wd"),
        ("returned", ["inadequate"], "no_safeguarding", "standard_4w"),
        ("final", ["requires_improvement", "inadequate"], None, None),
    ]
    told = {"worker.line_manager", "worker.next_level", "council.qa_officer", "moderator"}
    assert [set(one["tell"]) for one in NOW["grade_triggers"][:2]] == [told, told]
    assert NOW["grade_triggers"][2]["show"] == ["council.post.AD", "council.post.DCS"]
    assert "tell" not in NOW["grade_triggers"][2]


# Stages 2 and 3, disputes and ladders (A2-14, A2-15, A2-19 to A2-21, J-18 to J-20)


def test_all_audits_are_moderated_and_the_inadequate_always():
    rows = [
        (one["rule"], one.get("percent"), one.get("grades"))
        for one in NOW["moderation"]["selection"]
    ]

    assert rows == [("percentage", 100, None), ("grade", None, ["inadequate"])]
    assert parameter("moderation_share") == 100


def test_stage_2_is_a_talk_of_an_hour_at_most():
    rule = NOW["moderation"]

    assert (rule["minutes"], rule["talk_with"]) == (60, ["auditor", "worker"])
    assert [one["code"] for one in rule["contents"]] == [
        "difference",
        "strengths",
        "further_actions",
        "grade",
        "reason",
        "minutes",
        "learning",
        "copied",
        "on_file",
    ]
    assert set(rule["independent_of"]) == {"auditor", "worker", "worker_line"}
    assert set(rule["agree"]["tell"]) == {
        "auditor",
        "worker.line_manager",
        "worker.next_level",
        "council.qa_officer",
    }
    assert rule["disagree"]["meet"] is True


def test_a_grade_that_is_not_agreed_goes_to_the_principal_manager_then_the_assistant_director():
    rungs = named(NOW["disputes"], "moderator_auditor")["rungs"]

    assert [(rung["who"], rung.get("decides", False)) for rung in rungs] == [
        (["moderator", "auditor"], False),
        (["council.qa_head"], True),
        (["worker.post.AD"], True),
    ]


def test_auditor_and_worker_may_ask_for_support(west_sussex):
    [rung] = named(NOW["disputes"], "auditor_worker")["rungs"]
    query = west_sussex.policy.grade_query

    assert set(rung["who"]) == set(query.ask)
    assert (query.allowed, query.blocks_return) == (True, False)


def test_the_lost_ladders_have_no_invented_rungs():
    assert [(one["code"], "rungs" in one) for one in NOW["ladders"]] == [
        ("further_escalation", False),
        ("officer_disputes", False),
    ]


def test_stage_3_records_themes_strengths_barriers_partners_and_impact():
    assert len(parameter("stage_3")) == 5
    assert len(parameter("stages")) == 3


# Activities, feedback, reports, times (A2.2, D-WS, G1, F3)


def test_the_seventeen_activities_follow_the_table():
    rows = [
        (one["code"], set(one["who"]), one.get("every"), set(one.get("reports_to", [])))
        for one in NOW["activities"]
    ]

    assert rows == ACTIVITIES


def test_practice_week_is_twice_a_year_and_audits_one_a_month():
    assert NOW["programme"]["practice_weeks"] == 2
    for code in ("collaborative_audit", "early_help_audit"):
        activity = named(NOW["activities"], code)
        assert (activity["every"], activity["number"]) == ("month", 1)


def test_three_cases_a_quarter_go_to_the_senior_leadership_team():
    assert parameter("slt_cases") == 3
    assert [one["quarter"] for one in NOW["targets"] if one["activity"] == "slt_sample"] == [3]


def test_lists_have_the_lengths_of_the_source():
    lengths = {key: len(NOW[key]) for key in ("core_areas", "principles", "bodies")}

    assert lengths == {"core_areas": 7, "principles": 5, "bodies": 9}
    assert len([one for one in NOW["documents"] if one["source"] == "WS-M"]) == 8
    assert len(parameter("evidence_sources")) == 28
    assert parameter("reflective_sessions") == 3


def test_the_iro_footprint_has_eight_headings_with_recommendation_and_principle():
    footprint = [one["value"] for one in NOW["parameters"] if one.get("source") == "WS-IRO"]

    assert len(footprint) == 8
    for look_for, principle in footprint:
        assert look_for.startswith("Look for ")
        assert principle.startswith("Principle: ")


def test_feedback_instruments_keep_the_privacy_of_the_catalogue():
    kinds = {one["code"]: (one["privacy"], one["delivery"]) for one in NOW["instruments"]}

    assert named(NOW["instruments"], "family_feedback")["compulsory"] is True
    assert kinds["family_feedback"] == ("identified", ["in_audit", "call", "in_person"])
    assert {kinds[code][0] for code in ("health_checks", "staff_feedback", "staff_growth")} == {
        "totals"
    }
    assert [code for code, (_, how) in kinds.items() if how == ["upload"]] == [
        "private_fostering",
        "missing",
        "iro_annual",
        "partnership_annual",
    ]
    logs = {code for code, (_, how) in kinds.items() if how == ["log"]}
    assert logs >= {"partner_feedback", "court_feedback", "complaints_compliments"}
    assert logs >= {"positive_journeys", "midway_reviews"}


def test_reports_go_to_the_boards_that_the_source_names():
    rows = {one["code"]: (one["every"], set(one.get("to", []))) for one in NOW["reports"]}

    assert rows["monthly"] == ("month", {"smt", "practice_groups", "steering_group"})
    assert rows["quarterly"] == (
        "quarter",
        {"smt", "improvement_board", "performance_board", "steering_group"},
    )
    assert rows["slt_pack"] == ("quarter", {"slt"})
    assert rows["escalations"] == ("quarter", {"performance_board"})
    assert named(NOW["reports"], "monthly")["due"] == {"number": 1, "unit": "working_days"}
    assert named(NOW["reports"], "quarterly")["due"] == {"number": 5, "unit": "working_days"}


def test_time_limits_are_those_of_the_source():
    rows = [
        (one["number"], one["code"], one["limit"]["number"], one["limit"]["unit"])
        for one in NOW["statutory_rules"]
    ]

    assert rows == [
        ("F-25", "case_allocation", 24, "hours"),
        ("F-29", "permanence_plan", 4, "months"),
        ("F-30", "assessment_age", 6, "months"),
        ("F-35", "supervision_experienced", 4, "weeks"),
        ("F-35", "supervision_newly_qualified", 1, "weeks"),
    ]


def test_posts_boards_and_activities_that_are_named_exist():
    posts = {one["code"] for one in NOW["post_types"]}
    boards = {one["code"] for one in NOW["bodies"]}
    activities = {one["code"] for one in NOW["activities"]}

    assert {post for one in NOW["activities"] for post in one["who"]} <= posts
    assert set(NOW["moderation"]["moderators"]) <= posts
    assert {board for one in NOW["activities"] for board in one.get("reports_to", [])} <= boards
    assert {board for one in NOW["reports"] for board in one.get("to", [])} <= boards
    assert {one["activity"] for one in NOW["targets"]} <= activities


# What is assumed


def test_the_file_says_what_it_assumes():
    numbers = {one["number"] for one in NOW["assumed"]}

    assert numbers >= {
        *("J-04", "J-07", "J-11", "J-15", "J-16", "J-17", "J-18", "J-19", "J-20", "J-21", "J-22"),
        *("J-23", "J-43", "J-44", "J-45", "J-46", "J-48", "J-60", "J-67", "J-69", "J-79", "J-80"),
    }


@pytest.mark.parametrize("number", TEXTS)
def test_each_assumption_that_stands_at_an_item_is_listed(number):
    document = DOCUMENTS[number]
    listed = {one["number"] for one in document["assumed"]}

    assert marks(document) - listed == set()


def marks(value: Any) -> set[str]:
    """Every J-number that stands at an item."""
    if isinstance(value, dict):
        own = {value["assumed"]} if isinstance(value.get("assumed"), str) else set()
        return own.union(*(marks(inner) for inner in value.values()))
    return set().union(*(marks(inner) for inner in value)) if isinstance(value, list) else set()
