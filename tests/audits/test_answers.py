from datetime import date

import pytest

from audits.answers import Given, Unreadable, read
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
