"""The plain parts of reports: values in commentary, names in it, cells in words, months and days, the table to keep."""

from datetime import date

import pytest

from reporting.builders.quality_report import paper
from reporting.figure import Cell, Column, Value
from reporting.months import due, due_on, months_of
from reporting.naming import names_in, numbers_in
from reporting.placeholders import filled, unknown, values_of
from reporting.presenting import Said, list_behind, percent, said
from reporting.sections import figure_codes, switched_on
from reporting.sheet import HEADER, sheet
from standards.policy import Duration, ReportRule
from standards.workdays import Calendar
from tests.reporting.report_scenes import figure_for, frozen_version

VALUES = {
    "grades.final": Value("Final grades", "13"),
    "time-to-close.half": Value("Half", "9 days"),
}


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("There are {grades.final}.", "There are 13."),
        ("{ grades.final } and {time-to-close.half}", "13 and 9 days"),
        ("{grades.none} here", "no figure here"),
        ("A set {} and {not a name}", "A set {} and {not a name}"),
    ],
)
def test_values_stand_where_their_names_stood(text, reads):
    assert filled(text, VALUES) == reads


def test_names_without_a_value_are_told_once():
    assert unknown("{grades.fina} {grades.final} {x} {x}", VALUES) == ["grades.fina", "x"]


def test_values_have_the_name_of_their_figure():
    assert set(values_of([figure_for("grades", "Grades")])) == {"grades.final", "grades.good"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Amelia Hart has helped.", ["Amelia Hart"]),
        ("amelia  hart has helped", ["Amelia Hart"]),
        ("Hart's plan was good", []),
        ("The plan of Hart was good", ["Amelia Hart"]),
        ("The heart of it is hart-felt", []),
        ("Ms O’Neil, Amelia", ["Jo O’Neil"]),
        ("", []),
    ],
)
def test_people_are_found_by_name_or_surname(text, found):
    assert names_in(text, ["Amelia Hart", "Jo O’Neil", "Bo Li"]) == found


def test_what_can_be_a_childs_number_has_a_digit_and_four_signs():
    assert numbers_in("In 2026 file M-10234 and AB/77 of 12 had 95 %") == [
        "2026",
        "M-10234",
        "AB/77",
    ]


COUNT, SHARE, MEAN = Column("n", "n"), Column("s", "s", "share"), Column("m", "m", "mean")


@pytest.mark.parametrize(
    ("cell", "column", "words"),
    [
        (Cell(1204), COUNT, Said("1,204")),
        (Cell(12, of=120), COUNT, Said("12", "of 120")),
        (Cell(5, of=8, kept="few", low=0.3, high=0.9), SHARE, Said("5 of 8")),
        (Cell(13, of=20, low=0.43, high=0.82), SHARE, Said("65%", "13 of 20, 43% to 82%")),
        (Cell(3.25, of=9, low=2, high=4.5), MEAN, Said("3.2", "n = 9, 2 to 4.5")),
        (Cell(), COUNT, Said("–")),
        (Cell(text="late"), COUNT, Said("late")),
        (Cell(kept="withheld"), SHARE, Said("withheld")),
        (Cell(text="", to="/x/"), Column("w", "w", "words"), Said("–", to="/x/")),
    ],
)
def test_a_cell_in_words(cell, column, words):
    assert said(cell, column) == words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0"), (0.004, "under 1"), (0.5, "50"), (0.997, "over 99"), (1, "100")]
)
def test_a_percentage_is_never_all_or_nothing_where_it_is_not(share, words):
    assert percent(share) == f"{words}%"


def test_the_list_behind_a_figure_is_that_of_its_total():
    assert list_behind(figure_for("grades", "Grades")) == "/audits/"


def rule(every, number=None, unit="working_days"):
    due = Duration(number, unit) if number is not None else None
    return ReportRule(code="r", title="R", every=every, due=due, sections=("grades",))


@pytest.mark.parametrize(
    ("every", "day", "year_start", "first", "last", "words"),
    [
        ("month", date(2026, 2, 28), 4, date(2026, 2, 1), date(2026, 2, 28), "February 2026"),
        ("quarter", date(2026, 6, 30), 4, date(2026, 4, 1), date(2026, 6, 30), "Q1, April to June 2026"),
        ("quarter", date(2026, 6, 30), 9, date(2026, 6, 1), date(2026, 8, 31), "Q4, June to August 2026"),
        ("quarter", date(2026, 1, 1), 12, date(2025, 12, 1), date(2026, 2, 28), "Q1, December 2025 to February 2026"),
    ],
)  # fmt: skip
def test_the_months_of_a_report(every, day, year_start, first, last, words):
    found = months_of(every, day, year_start)

    assert (found.first_on, found.last_on, found.words) == (first, last, words)


@pytest.mark.parametrize(
    ("rule", "closed", "expected"),
    [
        (rule("quarter"), (), date(2026, 7, 7)),
        (rule("quarter", 5), (date(2026, 7, 3),), date(2026, 7, 8)),
        (rule("quarter", 2, "weeks"), (), date(2026, 7, 14)),
        (rule("quarter", 1, "months"), (), date(2026, 7, 30)),
    ],
)
def test_the_day_a_draft_is_there(rule, closed, expected):
    months = months_of("quarter", date(2026, 4, 1), 4)

    assert due_on(rule, months, Calendar(closed=frozenset(closed))) == expected


@pytest.mark.parametrize(
    ("rule", "on", "months"),
    [
        (rule("quarter"), date(2026, 7, 6), []),
        (rule("quarter"), date(2026, 7, 7), ["Q1, April to June 2026"]),
        (rule("quarter"), date(2026, 9, 30), ["Q1, April to June 2026"]),
        # New Year's Day is a bank holiday: the first working day is the 2nd.
        (rule("month"), date(2026, 1, 1), ["November 2025"]),
        (rule("month"), date(2026, 1, 2), ["November 2025", "December 2025"]),
    ],
)
def test_what_is_due_on_a_day(rule, on, months):
    assert [one.words for one in due(rule, on, 4, Calendar())] == months


def test_sections_come_in_the_order_they_are_printed():
    found = switched_on(["trust", "grades", "leaders", "unknown"])

    assert [one.code for one in found] == ["leaders", "grades", "trust"]
    assert figure_codes(found)[:2] == ("grades", "grades-by-service")


def test_the_table_to_keep_holds_each_cell_and_no_share_of_few():
    lines = list(sheet(paper(frozen_version(), "leaders")))

    assert lines[0] == HEADER
    rows = [dict(zip(HEADER, line, strict=True)) for line in lines[1:]]
    grades = [
        row for row in rows if row["figure"] == "grades" and row["column"] == "Good or better"
    ]
    assert [(row["row"], row["n"], row["of"], row["share"], row["kept"]) for row in grades] == [
        ("Family Safeguarding", 17, 22, 0.7727, ""),
        ("Duty and Assessment", 11, 17, 0.6471, ""),
        ("Children in our Care", 13, 17, 0.7647, ""),
        ("Leaving Care", 2, 3, None, "few"),
        ("All services", 43, 59, 0.7288, ""),
    ]
