from datetime import date

import pytest

from audits.answers import Given, Unreadable, grade_codes, read, yes_no_codes
from audits.words import answer_in_words
from standards.edition import Option, PartForm
from standards.policy import (
    ActionRules,
    Allocation,
    Band,
    Deadline,
    Grade,
    OverallGrade,
    Policy,
    Scale,
    Surpassed,
)

GRADES = (
    Grade("inadequate", "Inadequate", 1),
    Grade("requires_improvement", "Requires improvement", 2),
    Grade("good", "Good", 3),
    Grade("outstanding", "Outstanding", 4, descriptors=False),
)
BANDS = (
    Band(0, 2, "inadequate", "Inadequate"),
    Band(3, 5, "requires_improvement", "Requires improvement"),
    Band(6, 6, "good", "Good"),
)


def policy(overall: OverallGrade) -> Policy:
    return Policy(
        grades=GRADES,
        scales={
            "item": Scale("item", 0, 10, 1, (*BANDS, Band(7, 10, None, "Above the Good point"))),
            "overall": Scale("overall", 0, 6, 1, BANDS),
        },
        overall_grade=overall,
        post_types=(),
        allocation=Allocation((), (), "any", "refused", "refused", Deadline("end_of_month")),
        actions=ActionRules(0, ()),
    )


SCALED = policy(
    OverallGrade("scale", "overall", surpassed=Surpassed("outstanding", "Good surpassed"))
)
DIRECT = policy(OverallGrade("direct", grades=("inadequate", "good")))


def part(kind: str, **extra: object) -> PartForm:
    return PartForm(1, "q.part", kind, "Part", "auditor", "q", "s", **extra)


@pytest.mark.parametrize("text", [str(value) for value in range(11)])
def test_scale_takes_every_whole_number_on_it(text):
    given = read(part("scale", scale="item"), {"": text}, SCALED)

    assert given == Given(number=int(text))
    assert not given.blank


@pytest.mark.parametrize("text", ["11", "-1", "4.5", "five", "٣", "1e1", "+3", "0x3"])
def test_scale_refuses_what_is_not_on_it(text):
    with pytest.raises(Unreadable, match="Choose one of the numbers"):
        read(part("scale", scale="item"), {"": text}, SCALED)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("0", Given(number=0)),
        ("6", Given(number=6)),
        ("surpassed", Given(text="surpassed")),
        ("", Given()),
    ],
)
def test_overall_grade_on_a_scale_takes_its_values_and_surpassed(text, given):
    assert read(part("overall_grade"), {"": text}, SCALED) == given


@pytest.mark.parametrize("text", ["7", "8", "9", "10", "outstanding", "good"])
def test_overall_grade_on_a_scale_refuses_anything_else(text):
    with pytest.raises(Unreadable):
        read(part("overall_grade"), {"": text}, SCALED)


@pytest.mark.parametrize("text", ["outstanding", "6", "surpassed"])
def test_direct_overall_grade_refuses_what_is_not_offered(text):
    with pytest.raises(Unreadable):
        read(part("overall_grade"), {"": text}, DIRECT)


@pytest.mark.parametrize(
    ("boxes", "day"),
    [
        (("29", "2", "2028"), date(2028, 2, 29)),
        (("04", "05", "2026"), date(2026, 5, 4)),
        (("", "", ""), None),
    ],
)
def test_date_takes_three_boxes(boxes, day):
    typed = dict(zip("dmy", boxes, strict=True))

    assert read(part("date"), typed, SCALED).day == day


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (("29", "2", "2027"), "real date"),
        (("31", "4", "2026"), "real date"),
        (("4", "9" * 30, "2026"), "real date"),
        (("4", "", "2026"), "must include a month"),
        (("", "", "2026"), "must include a day and a month"),
        (("4", "5", "26"), "numbers"),
        (("4", "May", "2026"), "numbers"),
        (("0", "1", "2026"), "real date"),
    ],
)
def test_date_says_what_is_wrong_and_keeps_what_was_typed(boxes, words):
    typed = dict(zip("dmy", boxes, strict=True))

    with pytest.raises(Unreadable, match=words) as fault:
        read(part("date"), typed, SCALED)

    assert fault.value.typed == typed


def test_text_loses_nothing_but_odd_line_ends_and_nul():
    given = read(part("long_text"), {"": "one\r\ntwo\rthree\x00  \n"}, SCALED)

    assert given.text == "one\ntwo\nthree"


def test_text_that_is_too_long_says_by_how_much():
    with pytest.raises(Unreadable, match=r"300 characters or fewer. You have used 301"):
        read(part("short_text"), {"": "x" * 301}, SCALED)


def test_choice_refuses_a_code_that_is_not_offered():
    choice = part("choice", options=(Option("done", "Done"),))

    assert read(choice, {"": "done"}, SCALED).text == "done"
    with pytest.raises(Unreadable):
        read(choice, {"": "required"}, SCALED)


def test_evidence_keeps_where_and_when_beside_the_words():
    typed = {"": "drawing", "place": "Documents, direct work", "d": "1", "m": "4", "y": "2026"}

    given = read(part("evidence"), typed, SCALED)

    assert given == Given(text="drawing", place="Documents, direct work", day=date(2026, 4, 1))


@pytest.mark.parametrize("kind", ["shown", "guidance", "actions"])
def test_parts_that_are_only_read_take_no_answer(kind):
    with pytest.raises(Unreadable, match="not answered"):
        read(part(kind), {"": "x"}, SCALED)


@pytest.mark.parametrize(
    ("given", "blank"),
    [
        (Given(), True),
        (Given(text="  \n"), True),
        (Given(place="file"), True),
        (Given(number=0), False),
        (Given(text="a"), False),
    ],
)
def test_zero_is_an_answer_and_a_place_alone_is_not(given, blank):
    assert given.blank is blank


@pytest.mark.parametrize(
    ("also", "taken", "refused"),
    [
        ((), ["yes", "no"], ["partly", "not_applicable"]),
        (("partly",), ["yes", "partly", "no"], ["not_applicable"]),
        (("not_applicable", "partly"), ["yes", "partly", "no", "not_applicable"], ["maybe"]),
    ],
)
def test_yes_no_takes_the_further_answers_that_the_form_adds(also, taken, refused):
    asked = part("yes_no", also=also)

    assert [read(asked, {"": text}, SCALED).text for text in taken] == taken
    assert list(yes_no_codes(asked)) == taken
    for text in refused:
        with pytest.raises(Unreadable):
            read(asked, {"": text}, SCALED)


@pytest.mark.parametrize(
    ("grades", "taken"),
    [
        ((), ["inadequate", "requires_improvement", "good", "outstanding"]),
        (("good", "inadequate"), ["inadequate", "good"]),
    ],
)
def test_a_grade_part_takes_the_frameworks_grades_or_some_of_them(grades, taken):
    asked = part("grade", grades=grades)

    assert list(grade_codes(asked, DIRECT)) == taken
    assert read(asked, {"": taken[-1]}, DIRECT) == Given(text=taken[-1])
    with pytest.raises(Unreadable):
        read(asked, {"": "excellent"}, DIRECT)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", ""), ("b", "b"), ("b,a", "a,b"), ("a, b", "a,b"), ("a,a,,", "a"), ("c,a,b", "a,b,c")],
)
def test_a_checklist_keeps_codes_in_the_forms_order(text, kept):
    lines = tuple(Option(code, code.upper()) for code in "abc")

    assert read(part("checklist", options=lines), {"": text}, SCALED) == Given(text=kept)


def test_a_checklist_refuses_a_line_that_is_not_there():
    with pytest.raises(Unreadable, match="Tick only lines"):
        read(part("checklist", options=(Option("a", "A"),)), {"": "a,x"}, SCALED)


@pytest.mark.parametrize(
    ("bounds", "text", "number"),
    [
        ({}, "", None),
        ({}, " 0 ", 0),
        ({}, "100000", 100000),
        ({"lowest": -5, "highest": 5}, "-5", -5),
        ({"lowest": 1}, "007", 7),
    ],
)
def test_a_number_takes_whole_numbers_within_its_bounds(bounds, text, number):
    assert read(part("number", **bounds), {"": text}, SCALED) == Given(number=number)


@pytest.mark.parametrize(
    ("bounds", "text", "words"),
    [
        ({}, "1.5", "whole number"),
        ({}, "twelve", "whole number"),
        ({}, "--1", "whole number"),
        ({}, "٣", "whole number"),
        ({}, "12345678", "whole number"),
        ({}, "-1", "from 0 to 100,000"),
        ({"lowest": 1, "highest": 5}, "6", "from 1 to 5"),
        ({"lowest": 1, "highest": 5}, "0", "from 1 to 5"),
    ],
)
def test_a_number_says_what_to_enter(bounds, text, words):
    with pytest.raises(Unreadable, match=words):
        read(part("number", **bounds), {"": text}, SCALED)


@pytest.mark.parametrize(
    ("kind", "extra", "given", "words"),
    [
        ("yes_no", {"also": ("not_applicable",)}, Given(text="not_applicable"), "Not applicable"),
        ("grade", {}, Given(text="good"), "Good"),
        ("number", {"unit": "visits"}, Given(number=1200), "1,200 visits"),
        ("number", {}, Given(number=0), "0"),
        ("number", {}, Given(), ""),
        ("checklist", {"options": (Option("a", "One"), Option("b", "Two"))}, Given(text="a,b"), "One\nTwo"),
        ("checklist", {"options": (Option("a", "One"), Option("b", "Two"))}, Given(), ""),
    ],
)  # fmt: skip
def test_the_new_kinds_are_read_back_in_words(kind, extra, given, words):
    assert answer_in_words(part(kind, **extra), given, DIRECT) == words
