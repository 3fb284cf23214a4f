"""Blackburn with Darwen's framework held against the source: A1, A6, B4-9, B5.5, F2, G1, H1, J-08..J-14."""

from collections import Counter

import pytest

from audits import selectors
from audits.answers import Given
from audits.completeness import RETURN
from audits.services.answers import save_answer
from audits.services.returning import problems_before_return
from audits.states import AuditState
from people.models import PostType
from people.roles import Role
from programme.demo import answer_all
from standards import crosscheck
from standards.crosscheck.paths import place_of
from standards.models import Descriptor, PracticeStandard
from standards.schema import check, read
from standards.selectors import edition
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.standards import edition_of, framework_text

COUNCIL = "blackburn-with-darwen"
GRADES = ("good", "requires_improvement", "inadequate")
COLUMNS = ("compliance", "practice_standard", "systemic_practice")
# Descriptors of each area (A1.3): by grade, for compliance, practice standard, systemic practice.
CELLS = {
    "contact_referral": ((1, 1, 2), (1, 2, 3), (3, 2, 2)),
    "recording": ((4, 1, 1), (4, 1, 1), (4, 2, 3)),
    "assessment": ((4, 2, 5), (4, 2, 5), (3, 2, 3)),
    "review": ((2, 2, 2), (2, 3, 2), (2, 1, 2)),
    "management_oversight": ((2, 2, 2), (2, 2, 1), (1, 1, 2)),
}
SECTIONS = {
    "1": [f"1.{n}" for n in range(1, 10)],
    "2": [f"2.{n}" for n in range(1, 16) if n != 11],
    "3": [f"3.{n}" for n in range(1, 8)],
    "4": [f"4.{n}" for n in range(1, 14)],
    "5": [f"5.{n}" for n in range(1, 15)],
}
NUMBERS = [number for numbers in SECTIONS.values() for number in numbers]
# Statutory rules (F-1 to F-22): first limit, outer limit, first interval after it, interval.
RULES = {
    "F-1": ("3 weeks", "", "", "3 weeks"),
    "F-2": ("3 weeks", "", "", "3 weeks"),
    "F-3": ("7 days", "", "", ""),
    "F-4": ("1 weeks", "", "", ""),
    "F-5": ("1 weeks", "", "", ""),
    "F-6": ("4 weeks", "6 weeks", "", "4 weeks"),
    "F-7": ("3 months", "", "", "3 months"),
    "F-8": ("4 weeks", "6 weeks", "", "4 weeks"),
    "F-9": ("4 weeks", "6 weeks", "", "4 weeks"),
    "F-10": ("15 working_days", "", "3 months", "6 months"),
    "F-11": ("10 working_days", "", "", "4 weeks"),
    "F-12": ("20 working_days", "", "3 months", "6 months"),
    "F-13": ("10 working_days", "", "3 months", "6 months"),
    "F-14": ("10 working_days", "", "", ""),
    "F-15": ("6 weeks", "", "", "6 months"),
    "F-16": ("6 weeks", "", "", "6 weeks"),
    "F-17": ("1 weeks", "", "", ""),
    "F-18": ("24 hours", "48 hours", "", ""),
    "F-19": ("10 working_days", "", "", ""),
    "F-20": ("3 months", "", "", "3 months"),
    "F-21": ("", "", "", ""),
    "F-22": ("", "", "", ""),
}


@pytest.fixture(scope="module")
def file():
    return read(framework_text(COUNCIL))


@pytest.fixture(scope="module")
def tool(file):
    [tool] = file["tools"]
    return tool


@pytest.fixture
def version(db):
    return edition_of(COUNCIL)


def by_code(rows):
    return {row["code"]: row for row in rows}


def questions(tool, *sections):
    return [
        question
        for section in tool["sections"]
        if section["code"] in sections
        for question in section["questions"]
    ]


def span(duration):
    return f"{duration['number']} {duration['unit']}" if duration else ""


def test_the_file_has_no_faults():
    assert check(framework_text(COUNCIL))[1] == []


def test_it_says_which_framework_it_is(file):
    about = file["framework"]

    assert (about["code"], about["council"], about["edition"]) == (
        COUNCIL,
        "Blackburn with Darwen",
        1,
    )
    assert (about["label"], about["case_system"]) == ("last updated March 2021", "Protocol")
    assert about["front_door"] == "Children's Advice and Duty Service (CADS)"
    assert "Systemic practice" in about["practice_model"]
    assert about["year_start_month"] == 4


# Grades (A1-3 to A1-5, J-10, J-11, SC-25)


def test_the_grades_carry_their_stars_and_outstanding_is_not_described(file):
    ranked = sorted(file["grades"], key=lambda grade: grade["rank"])

    assert [(g["code"], g["stars"], g.get("descriptors", True)) for g in ranked] == [
        ("inadequate", 1, True),
        ("requires_improvement", 2, True),
        ("good", 3, True),
        ("outstanding", 4, False),
    ]


def test_grades_are_given_directly_and_there_is_no_numeric_scale(file):
    rule = file["overall_grade"]

    assert (rule["method"], rule["never_average"]) == ("direct", True)
    assert rule["grades"] == ["inadequate", "requires_improvement", "good", "outstanding"]
    assert "scales" not in file


def test_outstanding_needs_both_parts_of_the_note_and_reasons(file, tool):
    assert file["overall_grade"]["conditions"] == [
        {"grade": "outstanding", "part": "outcome.outstanding"}
    ]
    parts = by_code(questions(tool, "outcome")[0]["parts"])
    note = parts["outstanding"]
    assert (note["kind"], note["all_of"]) == ("checklist", True)
    assert [option["code"] for option in note["options"]] == ["consistently_good", "sustained"]
    assert parts["rationale"]["required_at"] == "return"
    assert parts["overall"]["required_at"] == "return"


# Practice standards (A1-7, A1.2, J-09, SC-24)


def test_there_are_57_practice_standards_with_the_numbers_of_the_source(file):
    found = {
        group["section"]["code"]: [item["number"] for item in group["items"]]
        for group in file["standards"]
    }

    assert found == SECTIONS
    assert [len(numbers) for numbers in found.values()] == [9, 14, 7, 13, 14]
    assert len(NUMBERS) == 57
    assert "2.11" not in NUMBERS


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("1.9", "24 hours"),
        ("2.4", "Graded Care Profile 2"),
        ("2.5", "15 days"),
        ("2.5", "10 days"),
        ("4.12", "17"),
        ("5.1", "3 months"),
        ("5.5", "1 week"),
        ("5.5", "6 weeks"),
        ("5.5", "3 months"),
        ("5.12", "SEEDS and Engage"),
    ],
)
def test_a_standard_keeps_the_figures_and_names_of_the_source(file, number, word):
    texts = {item["number"]: item["text"] for group in file["standards"] for item in group["items"]}

    assert word in texts[number]


def test_the_standards_and_descriptors_are_loaded_whole(version):
    standards = PracticeStandard.objects.filter(version=version).order_by("order")
    rows = Descriptor.objects.filter(version=version)

    assert list(standards.values_list("number", flat=True)) == NUMBERS
    assert Counter(rows.values_list("grade", flat=True)) == {
        "good": 33,
        "requires_improvement": 35,
        "inadequate": 33,
    }
    assert rows.count() == 101


# Descriptors (A1-6, A1.3, J-08, J-73)


@pytest.mark.parametrize(("code", "counts"), CELLS.items())
def test_each_cell_has_its_number_of_descriptors(file, code, counts):
    area = by_code(file["descriptor_areas"])[code]

    assert tuple(area["columns"]) == COLUMNS
    for grade, expected in zip(GRADES, counts, strict=True):
        found = Counter(cell["column"] for cell in area["cells"][grade])
        assert tuple(found[column] for column in COLUMNS) == expected
    assert set(area["cells"]) == set(GRADES)


def test_five_areas_have_45_cells_and_101_descriptors(file):
    cells = Counter(
        (area["code"], grade, cell["column"])
        for area in file["descriptor_areas"]
        for grade, listed in area["cells"].items()
        for cell in listed
    )

    assert [area["code"] for area in file["descriptor_areas"]] == list(CELLS)
    assert len(cells) == 45
    assert sum(cells.values()) == 101
    totals = {code: sum(map(sum, counts)) for code, counts in CELLS.items()}
    assert list(totals.values()) == [17, 21, 30, 18, 15]


@pytest.mark.parametrize("code", ["contact_referral", "review", "management_oversight"])
def test_the_compliance_column_is_the_same_for_good_and_requires_improvement(file, code):
    cells = by_code(file["descriptor_areas"])[code]["cells"]
    good, requires_improvement = (
        [cell["text"] for cell in cells[grade] if cell["column"] == "compliance"]
        for grade in ("good", "requires_improvement")
    )

    assert good == requires_improvement


def test_no_descriptor_stands_twice_in_a_cell(file):
    rows = [
        (area["code"], grade, cell["column"], cell["text"])
        for area in file["descriptor_areas"]
        for grade, cells in area["cells"].items()
        for cell in cells
    ]

    assert len(set(rows)) == len(rows)


def test_eco_maps_and_genograms_stand_where_the_source_prints_them(file):
    cells = by_code(file["descriptor_areas"])["recording"]["cells"]
    said = {grade: " ".join(cell["text"] for cell in cells[grade]) for grade in GRADES}

    assert [("eco map" in said[grade], "genogram" in said[grade]) for grade in GRADES] == [
        (True, False),
        (True, False),
        (False, True),
    ]


# The form (A1.4, J-13)


def test_the_form_runs_from_materials_to_the_outcome(tool):
    rows = [
        (section["number"], section["respondent"], section["open_in"])
        for section in tool["sections"]
    ]

    assert rows == [
        ("A", "auditor", ["preparing", "in_session"]),
        *((f"B{n}", "joint", ["in_session"]) for n in range(1, 6)),
        ("C", "joint", ["in_session"]),
        ("D", "practitioner", ["preparing", "in_session"]),
        ("E", "auditor", ["in_session"]),
    ]


def test_eight_materials_are_checked_before_the_meeting(file, tool):
    [materials] = [q for q in questions(tool, "details") if q["code"] == "materials"]
    listed = [part for part in materials["parts"] if part["kind"] == "yes_no"]

    assert [part["label"] for part in listed] == by_code(file["parameters"])["materials"]["value"]
    assert len(listed) == 8
    assert {part["required_at"] for part in listed} == {"session"}


def test_every_standard_is_a_question_with_its_number(tool):
    asked = questions(tool, *(f"standards_{n}" for n in range(1, 6)))

    assert [question["number"] for question in asked] == NUMBERS
    for question in asked:
        assert question["standards"] == [question["number"]]
        assert question["parts"] == "standard"
    met, evidence = tool["part_sets"]["standard"]
    assert (met["kind"], met["also"], met["required_at"]) == (
        "yes_no",
        ["partly", "not_applicable"],
        "return",
    )
    assert evidence["kind"] == "evidence"
    pages = {section["code"]: section.get("paging") for section in tool["sections"]}
    assert {pages[f"standards_{n}"] for n in range(1, 6)} == {"section"}


def test_five_areas_are_graded_and_their_columns_may_be(tool):
    asked = questions(tool, "areas")
    parts = tool["part_sets"]["area"]
    graded = {part["code"]: part.get("required_at") for part in parts if part["kind"] == "grade"}

    assert [question["area"] for question in asked] == list(CELLS)
    assert {question["parts"] for question in asked} == {"area"}
    assert graded == {"grade": "return", **dict.fromkeys(COLUMNS)}
    assert {"strengths", "develop", "impact"} <= set(by_code(parts))
    assert by_code(parts)["grade"]["respondent"] == "auditor"


def test_the_practitioner_reflects_before_the_meeting_or_in_it(tool):
    [reflection] = questions(tool, "reflection")

    due = {part["code"]: part.get("required_at") for part in reflection["parts"]}
    assert due == {"learning": "return", "changed": "return", "support": None}


def test_every_standard_and_area_has_guidance_beside_it(version):
    loaded = edition(version)
    sections = [s for s in loaded.tools["audit"].sections if s.respondent == "joint"]

    asked = [question for section in sections for question in section.questions]
    assert len(asked) == 57 + 5
    for question in asked:
        assert loaded.guidance(question).areas
        assert loaded.guidance(question).standards


# Rules (A1-8 to A1-19, A6, B4-9, B5.5, C1, H1, J-14)


@pytest.mark.parametrize(
    "group",
    [
        "scales",
        "time_budget",
        "timetable",
        "targets",
        "programme",
        "follow_ups",
        "closing_loop",
        "ladders",
        "grade_query",
        "return_checks",
    ],
)
def test_what_the_source_does_not_say_is_absent(file, group):
    assert group not in file


def test_what_the_engine_needs_and_the_source_does_not_say_is_marked(file):
    assert file["allocation"]["assumed"] == "J-14"
    assert file["moderation"]["assumed"] == "J-14"
    assert {one["assumed"] for one in file["disputes"]} == {"J-14"}
    assert "per_auditor" not in file["allocation"]
    assert [one.get("limit") for one in file["actions"]["classes"]] == [None]
    assert file["actions"]["minimum"] == 0


def test_fifteen_per_cent_and_every_inadequate_audit_are_moderated(file):
    rules = {one["rule"]: one for one in file["moderation"]["selection"]}

    assert rules["percentage"]["percent"] == 15
    assert rules["grade"]["grades"] == ["inadequate"]
    assert {one["assumed"] for one in rules.values()} == {"J-14"}


def test_of_an_inadequate_audit_three_are_told_and_nothing_is_due(file):
    [trigger] = file["grade_triggers"]

    assert (trigger["point"], trigger["grades"]) == ("returned", ["inadequate"])
    assert trigger["tell"] == [
        "worker.line_manager",
        "worker.head_of_service",
        "council.post.PSW",
    ]
    assert "tasks" not in trigger
    assert trigger["assumed"] == "J-14"


def test_a_dispute_has_the_general_rungs(file):
    [dispute] = file["disputes"]

    assert [rung.get("decides", False) for rung in dispute["rungs"]] == [False, True, True]
    assert dispute["rungs"][1]["who"] == ["council.qa_head"]


def test_actions_are_smart_and_signed_off_by_the_manager(file):
    rule = file["actions"]

    assert [one["code"] for one in rule["classes"]] == ["as_set"]
    assert rule["sign_off"][0]["by"] == ["worker.line_manager"]
    assert rule["refused_words"] == ["ASAP", "as soon as possible", "ongoing"]
    assert rule["success_asked"] is True


@pytest.mark.parametrize(
    ("group", "count"),
    [("principles", 11), ("themes", 7), ("bodies", 3), ("instruments", 1), ("statutory_rules", 22)],
)
def test_each_list_of_the_source_is_whole(file, group, count):
    assert len(file[group]) == count


@pytest.mark.parametrize(
    ("code", "number", "count"),
    [
        ("risk_model", "A1-2", 7),
        ("materials", "A1-12", 8),
        ("analysis_headings", "A1-19", 7),
        ("steps", "B5-61..B5-68", 8),
    ],
)
def test_each_parameter_has_its_items(file, code, number, count):
    parameter = by_code(file["parameters"])[code]

    assert (parameter["number"], len(parameter["value"])) == (number, count)


def test_the_promises_are_a_bank_of_five_blocks(file):
    [instrument] = file["instruments"]
    blocks = Counter(field["code"].rsplit("_", 1)[0] for field in instrument["fields"])

    assert blocks == {"promise": 3, "want": 4, "work": 3, "how": 5, "say": 9}


def test_the_yearly_self_evaluation_goes_to_the_board(file):
    reports = by_code(file["reports"])

    assert set(reports) == {"thematic", "self_evaluation", "monthly", "quarterly"}
    assert {reports[code]["assumed"] for code in ("monthly", "quarterly")} == {"J-14"}
    assert reports["self_evaluation"]["every"] == "year"
    assert "service_development" in reports["self_evaluation"]["to"]


def test_the_posts_carry_the_engines_roles(version):
    posts = dict(PostType.objects.filter(council=version.council).values_list("code", "roles"))
    holders = {role: {code for code, roles in posts.items() if role in roles} for role in Role}

    assert holders[Role.PRACTITIONER] == {"SW", "SEEDS", "ENGAGE"}
    assert holders[Role.LINE_MANAGER] == {"SO"}
    assert holders[Role.NEXT_LEVEL] == {"SM"}
    assert holders[Role.HEAD_OF_SERVICE] == {"HOS"}
    assert holders[Role.SENIOR_LEADER] == {"DCS"}
    assert holders[Role.QA_OFFICER] == holders[Role.QA_HEAD] == {"QAL"}
    assert holders[Role.REVIEWING_OFFICER] == {"IRO"}
    assert {"PSW", "CE", "LGA", "SDB", "PIOG"} <= holders[Role.REPORT_READER]


# Statutory timescales (F2, J-02, J-53 to J-55)


def test_the_statutory_rules_are_numbered_from_1_to_22(file):
    assert [rule["number"] for rule in file["statutory_rules"]] == list(RULES)
    in_table = [rule for rule in file["statutory_rules"] if rule["source"] == "BwD-Stat"]
    assert len(in_table) == 16


@pytest.mark.parametrize(("number", "limits"), RULES.items())
def test_each_statutory_rule_has_its_limits(file, number, limits):
    [rule] = [rule for rule in file["statutory_rules"] if rule["number"] == number]

    keys = ("limit", "outer_limit", "then_first", "then")
    assert tuple(span(rule.get(key)) for key in keys) == limits


def test_rules_that_are_no_single_interval_say_what_follows(file):
    texts = {rule["number"]: rule.get("then_text", "") for rule in file["statutory_rules"]}

    assert {number for number, text in texts.items() if text} == {
        *("F-3", "F-4", "F-5", "F-10", "F-12", "F-13", "F-14", "F-17")
    }
    assert "Weekly until the first review" in texts["F-4"]
    assert "3 times a year" in texts["F-14"]


def test_the_permanence_report_counts_backwards(file):
    assert [rule["number"] for rule in file["statutory_rules"] if rule.get("before")] == ["F-15"]


# Assumptions (J)


def test_the_file_says_what_it_assumes(file):
    numbers = {one["number"] for one in file["assumed"]}

    assert numbers >= {f"J-{n:02}" for n in (*range(8, 15), 53, 54, 55, 73)}


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


# From allocation to return (A1.4, SC-25)


@pytest.mark.django_db
def test_an_audit_goes_from_allocation_to_return():
    audit = audit_at("returned", cast(COUNCIL), framework(f"fixtures/frameworks/{COUNCIL}/1.yaml"))

    assert audit.state == AuditState.RETURNED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ticked", "refused"),
    [("", True), ("consistently_good", True), ("consistently_good,sustained", False)],
)
def test_outstanding_is_refused_until_both_parts_of_the_note_are_ticked(ticked, refused):
    people = cast(COUNCIL)
    version = framework(f"fixtures/frameworks/{COUNCIL}/1.yaml")
    audit = audit_at("in_session", people, version)
    tool = selectors.tool_of(audit)
    given = {"outcome.overall": "outstanding", "outcome.outstanding": ticked}
    for code, text in given.items():
        part = tool.part(code)
        save_answer(
            audit,
            tool.section(part.section_code),
            part,
            Given(text=text),
            instance=1,
            read_version=0,
            by=people.auditor,
            at=NOW,
        )
    answer_all(audit, gate=RETURN, at=NOW)

    found = problems_before_return(audit, selectors.edition_of(audit))

    assert bool(found) is refused
