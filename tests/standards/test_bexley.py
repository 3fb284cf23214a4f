"""Bexley's framework as loaded, held against the source: A3.1 to A3.3, SC-03, J-24, J-25, J-48."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from people.models import PostType
from people.roles import Role
from standards.models import Descriptor, FrameworkVersion, Part, PracticeStandard, Question, Section
from standards.schema import check
from standards.selectors import edition
from tests.factories.standards import edition_of, framework_text

pytestmark = pytest.mark.django_db

GRADES = ("good", "requires_improvement", "inadequate")
CELLS = {
    "Contact": (7, 5, 5),
    "Basic information": (5, 4, 4),
    "Assessment": (10, 10, 10),
    "Planning": (6, 9, 9),
    "Review": (5, 5, 6),
    "Management oversight": (5, 6, 7),
}


@pytest.fixture
def version() -> FrameworkVersion:
    return edition_of("bexley")


@pytest.fixture
def bexley(version):
    return edition(version)


def scales_of(version, name):
    return Part.objects.filter(version=version, kind="scale", details__scale=name)


def test_the_file_has_no_faults():
    assert check(framework_text("bexley"))[1] == []


def test_it_says_which_framework_it_is(version):
    about = version.policy["framework"]

    assert (version.council.code, version.council.name, version.edition) == ("bexley", "Bexley", 1)
    assert version.label == "print reference 607523/7.19"
    assert (about["case_system"], about["practice_model"]) == ("LiquidLogic", "Signs of Safety")
    assert about["year_start_month"] == 4


# The form (A3.2)


def test_the_form_has_six_sections(version):
    rows = (
        Section.objects.filter(version=version)
        .order_by("order")
        .values_list("number", "respondent")
    )

    assert list(rows) == [
        ("1", "auditor"),
        ("2", "practitioner"),
        ("3", "auditor"),
        ("4", "joint"),
        ("5", "auditor"),
        ("6", "auditor"),
    ]


def test_the_numbered_questions_run_from_1_to_19_and_i_and_ii(version):
    numbers = (
        Question.objects.filter(version=version)
        .exclude(number="")
        .order_by("section__order", "order")
    )

    assert list(numbers.values_list("section__number", "number")) == [
        ("2", "i"),
        ("2", "ii"),
        *(("3", str(n)) for n in range(1, 6)),
        *(("4", str(n)) for n in range(6, 20)),
    ]
    assert list(numbers.values_list("code", flat=True)) == [
        "qi",
        "qii",
        *(f"q{n}" for n in range(1, 20)),
    ]


def test_twenty_one_items_are_scaled_from_0_to_10(version, bexley):
    items = scales_of(version, "item")

    counted = Counter(items.values_list("question__section__number", "respondent"))

    assert counted == {
        ("2", "practitioner"): 2,
        ("3", "auditor"): 5,
        ("4", "joint"): 13,
        ("4", "auditor"): 1,
    }
    assert list(bexley.policy.scales["item"].values) == list(range(11))
    assert items.get(question__section__number="4", respondent="auditor").code == "q19.scale"


def test_every_scaled_item_is_compulsory(version):
    due = Counter(
        scales_of(version, "item").values_list("question__section__number", "required_at")
    )

    assert due == {("2", "session"): 2, ("3", "session"): 5, ("4", "return"): 14}


def test_the_family_rates_nine_statements_from_0_to_10(version, bexley):
    statements = [
        part for part in bexley.tools["cca"].question("voice_family").parts if part.kind == "scale"
    ]

    assert len(statements) == 9
    for part in statements:
        assert list(bexley.policy.scales[part.scale].values) == list(range(11))
        assert part.required_when == ("voice_family.outcome", ("answered",))


def test_the_joint_questions_have_the_parts_of_the_form(bexley):
    tool = bexley.tools["cca"]

    for n in range(6, 19):
        question = tool.question(f"q{n}")
        kinds = [(part.code.split(".")[1], part.kind, part.respondent) for part in question.parts]
        assert kinds == [
            ("impact", "evidence", "auditor"),
            ("worked_well", "evidence", "joint"),
            ("move_up", "long_text", "joint"),
            ("scale", "scale", "joint"),
            ("rationale", "long_text", "auditor"),
        ]
        assert question.scaling.low
        assert question.scaling.high
        assert question.scaling.text


def test_question_19_is_the_auditors_alone_without_scale_question_or_rationale(bexley):
    parts = bexley.tools["cca"].question("q19").parts

    assert [part.code.split(".")[1] for part in parts] == [
        "strengths",
        "develop",
        "impact",
        "scale",
    ]
    assert {part.respondent for part in parts} == {"auditor"}


def test_the_workers_preparation_is_compulsory_before_the_meeting(bexley):
    tool = bexley.tools["cca"]

    for code in ("qi", "qii"):
        due = {part.code.split(".")[1]: part.required_at for part in tool.question(code).parts}
        assert due == {"scale": "session", "worked_well": "session", "move_up": "session"}
    assert tool.section("preparation").open_in == ("preparing",)


def test_the_health_check_is_hidden_from_the_workers_until_the_meeting(bexley):
    section = bexley.tools["cca"].section("health_check")

    assert section.hidden_until_session_from == ("practitioner",)
    assert {part.required_at for question in section.questions for part in question.parts} == {
        "session"
    }


def test_case_demographics_hold_the_fields_of_the_form(bexley):
    section = bexley.tools["cca"].section("details")
    shown = {part.shows for question in section.questions for part in question.parts if part.shows}

    assert shown >= {
        "audit.auditor",
        "audit.worker",
        "audit.manager",
        "audit.second_worker",
        "case.number",
        "case.date_of_birth",
        "case.gender",
        "case.ethnicity",
        "case.language",
    }
    observation = bexley.tools["cca"].part("details.observation")
    assert [option.code for option in observation.options] == ["done", "required", "not_required"]


# Grades (A3-3 to A3-6, SC-03, J-24)


@pytest.mark.parametrize(
    ("value", "word", "grade"),
    [
        *((value, "Inadequate", "inadequate") for value in (0, 1, 2)),
        *((value, "Requires improvement", "requires_improvement") for value in (3, 4, 5)),
        (6, "Good", "good"),
        *((value, "Above the Good point", None) for value in (7, 8, 9, 10)),
    ],
)
def test_an_item_value_carries_its_grade_word_up_to_6_and_none_above(bexley, value, word, grade):
    scale = bexley.policy.scales["item"]

    assert (scale.word_for(value), scale.band_for(value).grade) == (word, grade)


def test_the_overall_grade_is_given_from_0_to_6(bexley):
    scale = bexley.policy.scales["overall"]

    assert [(value, scale.band_for(value).grade) for value in scale.values] == [
        (0, "inadequate"),
        (1, "inadequate"),
        (2, "inadequate"),
        (3, "requires_improvement"),
        (4, "requires_improvement"),
        (5, "requires_improvement"),
        (6, "good"),
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("item", 11), ("item", -1), ("item", Decimal("4.5")), ("overall", 7)]
)
def test_a_value_beside_the_scale_is_refused(bexley, name, value):
    with pytest.raises(ValueError, match="is not on the scale"):
        bexley.policy.scales[name].band_for(value)


def test_good_surpassed_gives_outstanding_without_a_number_and_needs_reasons(bexley):
    rule = bexley.policy.overall_grade
    tool = bexley.tools["cca"]

    assert (rule.method, rule.scale, rule.never_average) == ("scale", "overall", True)
    assert (rule.surpassed.grade, rule.surpassed.label) == ("outstanding", "Good surpassed")
    assert "outstanding" not in {band.grade for band in bexley.policy.scales["overall"].bands}
    assert [part.code for part in tool.parts if part.kind == "overall_grade"] == ["outcome.overall"]
    assert tool.part("outcome.rationale").required_at == "return"


def test_the_grades_run_from_inadequate_to_outstanding_and_outstanding_is_not_described(bexley):
    ranked = sorted(bexley.policy.grades, key=lambda grade: grade.rank)

    assert [(grade.label, grade.descriptors) for grade in ranked] == [
        ("Inadequate", True),
        ("Requires improvement", True),
        ("Good", True),
        ("Outstanding", False),
    ]


# Descriptors (A3.3) and practice standards (A3-8, J-25)


def test_there_are_118_descriptors(version):
    rows = Descriptor.objects.filter(version=version)

    assert Counter(rows.values_list("grade", flat=True)) == {
        "good": 38,
        "requires_improvement": 39,
        "inadequate": 41,
    }
    assert rows.count() == 118
    assert set(rows.values_list("column", flat=True)) == {""}


@pytest.mark.parametrize(("title", "counts"), CELLS.items())
def test_each_area_has_its_number_of_descriptors(version, bexley, title, counts):
    [area] = [area for area in bexley.areas.values() if area.title.startswith(title)]

    rows = Counter(
        Descriptor.objects.filter(version=version, area=area.code).values_list("grade", flat=True)
    )

    assert tuple(rows[grade] for grade in GRADES) == counts


def test_there_are_six_areas_in_the_order_of_the_source(bexley):
    titles = [area.title for area in bexley.areas.values()]

    assert len(titles) == 6
    assert all(title.startswith(start) for title, start in zip(titles, CELLS, strict=True))


def test_no_descriptor_stands_twice_in_an_area(version):
    rows = Descriptor.objects.filter(version=version).values_list("area", "text")

    assert [row for row, count in Counter(rows).items() if count > 1] == []


def test_the_practice_standards_are_five_sections_with_the_sources_labels(version):
    rows = PracticeStandard.objects.filter(version=version).order_by("order")

    labels = list(dict.fromkeys(rows.values_list("section_code", "alias")))

    assert labels == [("1", "1"), ("2", "2"), ("3", ""), ("4", "3"), ("5", "4")]


def test_every_practice_question_has_guidance_beside_it(bexley):
    section = bexley.tools["cca"].section("practice")

    bare = [
        q.code
        for q in section.questions
        if not bexley.guidance(q).areas or not bexley.guidance(q).standards
    ]

    assert bare == []


# Rules


def test_allocation_follows_the_source(bexley):
    rule = bexley.policy.allocation

    assert (rule.team_rule, rule.own_case, rule.line_manager) == (
        "other_team",
        "refused",
        "refused",
    )
    assert (rule.deadline.rule, rule.per_auditor.number, rule.per_auditor.every) == (
        "end_of_month",
        1,
        "month",
    )
    assert (rule.second_worker, rule.seen_by_manager) == (True, True)
    assert set(rule.by) == {"qa_officer", "qa_head"}


def test_the_posts_of_the_source_carry_the_engines_roles(version):
    posts = dict(PostType.objects.filter(council=version.council).values_list("code", "roles"))

    assert {"SW", "ST", "ATM", "TM", "SM", "HOS", "HOS_PSQA", "AD", "DD", "DCS"} <= posts.keys()
    assert {"CSW", "CPCC", "IRO", "FIRO", "PCFSW", "BS", "PSQA", "LM", "SPI"} <= posts.keys()
    holders = {role: {code for code, roles in posts.items() if role in roles} for role in Role}
    assert "TM" in holders[Role.LINE_MANAGER]
    assert holders[Role.MODERATOR] == {"CSW", "CPCC", "IRO", "SM", "HOS", "DD"}
    assert holders[Role.REVIEWING_OFFICER] == {"CPCC", "IRO", "FIRO"}
    assert holders[Role.PRACTITIONER] == {"SW", "ST"}


def test_a_returned_audit_needs_an_action(bexley):
    assert bexley.policy.actions.minimum == 1


def test_an_inadequate_audit_and_practice_week_need_a_practice_observation(bexley):
    rules = {
        (check.part, check.not_in, tuple(check.when.items()))
        for check in bexley.policy.return_checks
    }

    assert rules == {
        ("details.observation", ("not_required",), (("grade", ("inadequate",)),)),
        ("details.observation", ("not_required",), (("flag", "practice_week"),)),
    }


def test_the_worker_and_the_line_manager_are_told_of_the_return(bexley):
    assert {"worker", "worker.line_manager", "council.qa_officer"} <= set(
        bexley.policy.messages["returned"]
    )


def test_the_file_says_what_it_assumes(version):
    numbers = {one["number"] for one in version.policy["assumed"]}

    assert {"J-24", "J-25", "J-31", "J-48"} <= numbers


def test_it_takes_effect_before_the_first_audits(version):
    assert version.effective_from <= date(2026, 4, 1)
