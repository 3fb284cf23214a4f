from datetime import date

import pytest

from core.sheets import Column, Fault, check_rows
from core.tabular import MAX_CELL, Row, Unreadable, rows

COLUMNS = (
    Column("Case number", "The number.", needed=True, longest=10),
    Column("E-mail", "The address.", "email"),
    Column("Opened", "The day.", "date"),
    Column("Cover", "Whether a deputy.", "yes_no"),
)
EMPTY = {"Case number": "7", "E-mail": "", "Opened": None, "Cover": False}


def check(text, columns=COLUMNS):
    return check_rows(rows(text.encode(), max_rows=100), columns)


def test_good_rows_become_values_under_the_columns_own_names():
    checked = check(
        "cover,OPENED,e-mail, case  number\nYes,4/5/2026,Amina.Okafor@example.org,7\n\n,,,8\n"
    )

    assert checked.faults == []
    assert checked.rows == [
        (
            2,
            {
                "Case number": "7",
                "E-mail": "amina.okafor@example.org",
                "Opened": date(2026, 5, 4),
                "Cover": True,
            },
        ),
        (4, {**EMPTY, "Case number": "8"}),
    ]


def test_a_column_that_need_not_be_filled_may_be_absent():
    assert check("Case number\n7\n").rows == [(2, EMPTY)]


def test_a_needed_column_may_be_empty_at_the_end_of_the_first_row():
    checked = check("E-mail,Case number\namina@example.org\n")

    assert checked.faults == [Fault(2, "Case number", "This must be filled in.")]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("E-mail,Opened", "The file has no column “Case number”. Download the template"),
        ("Case number,Shoe size", "The column “shoe size” is not known here. Take it out"),
    ],
)
def test_a_wrong_header_is_refused_with_the_columns_name(header, words):
    with pytest.raises(Unreadable, match=words):
        check(f"{header}\nx,y\n")


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("Case number", "", "This must be filled in."),
        ("Case number", "x" * 11, "Use 10 characters or fewer."),
        ("E-mail", "amina", "Enter an e-mail address, like name@example.org."),
        ("E-mail", "amina@example", "Enter an e-mail address, like name@example.org."),
        ("E-mail", "Amina <a@example.org>", "Enter an e-mail address, like name@example.org."),
        (
            "E-mail",
            "a@example.org;b@example.org",
            "Enter an e-mail address, like name@example.org.",
        ),
        ("E-mail", "x" * 120 + "@example.org", "Use 120 characters or fewer."),
        ("Opened", "31/4/2026", "Enter a date as 2026-05-04 or 4/5/2026."),
        ("Opened", "=TODAY()", "Enter a date as 2026-05-04 or 4/5/2026."),
        ("Cover", "maybe", "Enter yes or no."),
    ],
)
def test_a_wrong_cell_is_a_fault_with_its_row_and_column(column, cell, says):
    names = [one.name for one in COLUMNS]
    cells = {"case number": "7", column.lower(): cell}

    checked = check_rows(
        [Row(9, {name.lower(): cells.get(name.lower(), "") for name in names})], COLUMNS
    )

    assert checked.faults == [Fault(9, column, says)]
    assert checked.rows[0][1][column] in ("", None, False)


def test_every_fault_of_a_file_is_told_at_once():
    checked = check("Case number,E-mail,Cover\n,x,y\n7,,perhaps\n")

    assert [(fault.row, fault.column) for fault in checked.faults] == [
        (2, "Case number"),
        (2, "E-mail"),
        (3, "Cover"),
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("yes", True), ("Y", True), (" YES ", True), ("no", False), ("N", False), ("", False)],
)
def test_yes_and_no_are_read_in_any_case(cell, value):
    assert check(f"Case number,Cover\n7,{cell}\n").rows[0][1]["Cover"] is value


@pytest.mark.parametrize(("length", "faults"), [(10, 0), (11, 1)])
def test_a_cell_may_be_as_long_as_its_column_allows(length, faults):
    assert len(check(f"Case number\n{'7' * length}\n").faults) == faults


def test_a_cell_that_was_cut_on_reading_is_a_fault_in_every_column():
    columns = (Column("Note", "Anything.", longest=10 * MAX_CELL),)

    assert len(check(f"Note\n{'x' * (MAX_CELL + 1)}\n", columns).faults) == 1
