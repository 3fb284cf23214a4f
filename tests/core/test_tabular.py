import csv
import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from core.tabular import (
    MAX_CELL,
    Row,
    Unreadable,
    csv_file,
    norm,
    read_date,
    rows,
    safe_cell,
    xlsx_file,
)

ROOT = Path(__file__).resolve().parent.parent.parent

DAMAGED = "The workbook is damaged. Save it again and upload it."
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(*lines, merge=""):
    """The bytes of a workbook with these lines on its first sheet."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    if merge:
        book.active.merge_cells(merge)
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content, **changes):
    """The same package with entries of another content; a content of None takes the entry out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            value = changes.pop(name, old.read(name))
            if value is not None:
                new.writestr(name, value)
        for name, value in changes.items():
            new.writestr(name, value)
    return out.getvalue()


def sheet(body, before=""):
    """A workbook whose first sheet is this XML."""
    xml = f'{before}<worksheet xmlns="{NAMESPACE}"><sheetData>{body}</sheetData></worksheet>'
    return repacked(workbook(["Name"], ["x"]), **{SHEET: xml})


def filled_package(name, size=0, entries=1):
    """A small file that says it unpacks to a large one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("xl/workbook.xml", "")
        for number in range(entries):
            with package.open(f"{name}{number}", "w") as entry:
                for _ in range(size):
                    entry.write(bytes(1024 * 1024))
    return out.getvalue()


def read(content, max_rows=100):
    return list(rows(content, max_rows=max_rows))


def says(content, max_rows=100):
    """The words with which a file is refused."""
    with pytest.raises(Unreadable) as refusal:
        read(content, max_rows)
    return str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        "Case number,Team\n700001,Réponse\n".encode(),
        "\ufeffCase number,Team\r\n700001,Réponse\r\n".encode(),
        "Case number,Team\n700001,Réponse\n".encode("cp1252"),
        "Case number;Team\n700001;Réponse\n".encode(),
        "Case number\tTeam\r700001\tRéponse\r".encode(),
        '"Case number","Team"\n"700001","Réponse"'.encode(),
        " CASE_Number , Team ,,\n 700001 , Réponse ,,\n".encode(),
        workbook(["Case number", "Team"], [700001.0, "Réponse"]),
        workbook(["Case number", "Team", None], ["700001", " Réponse ", None]),
    ],
    ids=["plain", "BOM", "Windows", "semicolon", "tab", "quoted", "untidy", "xlsx", "untidy xlsx"],
)
def test_every_usual_way_to_save_a_table_reads_the_same(content):
    assert read(content) == [Row(2, {"case number": "700001", "team": "Réponse"})]


@pytest.mark.parametrize("make", [str, workbook], ids=["csv", "xlsx"])
def test_rows_keep_the_number_that_the_person_sees(make):
    lines = [["Name"], ["one"], [""], ["two\nlines"], ["  "], ["three"]]
    csv = "\n".join(f'"{line[0]}"' for line in lines).encode()

    found = read(csv if make is str else workbook(*lines))

    assert [(row.number, row.cells["name"]) for row in found] == [
        (2, "one"),
        (4, "two\nlines"),
        (6, "three"),
    ]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("1", {"a": "1", "b": "", "c": ""}),
        ("1,,3", {"a": "1", "b": "", "c": "3"}),
        ("1,2,3,4,5", {"a": "1", "b": "2", "c": "3"}),
    ],
)
def test_a_short_row_has_empty_cells_and_a_long_one_is_cut(line, cells):
    assert read(f"A,B,C\n{line}\n".encode()) == [Row(2, cells)]


def test_merged_cells_have_their_value_once():
    content = workbook(["A", "B"], ["both", None], ["x", "y"], merge="A2:B2")

    assert [row.cells for row in read(content)] == [{"a": "both", "b": ""}, {"a": "x", "b": "y"}]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=1+1", "=1+1"),
        ('=WEBSERVICE("http://example.org")', '=WEBSERVICE("http://example.org")'),
        (ArrayFormula("A2", "=SUM(B1:B2*2)"), "=SUM(B1:B2*2)"),
        (DataTableFormula("A2"), "="),
        ("#REF!", "#REF!"),
        (7.0, "7"),
        (7.5, "7.5"),
        (True, "True"),
        (date(2026, 5, 4), "2026-05-04"),
        (datetime(2026, 5, 4, 14, 30), "2026-05-04"),
        ("x" * 5_000, "x" * (MAX_CELL + 1)),
    ],
)
def test_a_cell_is_its_text_and_a_formula_is_never_worked_out(cell, text):
    assert read(workbook(["A"], [cell])) == [Row(2, {"a": text})]


def test_only_the_first_sheet_is_read():
    book = openpyxl.Workbook()
    book.active.append(["A"])
    book.active.append(["first"])
    book.create_sheet("More").append(["B"])

    assert read(saved(book)) == [Row(2, {"a": "first"})]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b",,\n1,2,3\n", "The first row must hold the names of the columns."),
        (b"\nA\n1\n", "The first row must hold the names of the columns."),
        (b"Team,team \n1,2\n", "The column “team” stands twice in the first row."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an old Excel file or one with a password."),
        (b"%PDF-1.7\n\x00\x01", "This is not a table. Upload a CSV or an .xlsx file."),
        ("Name\nMira\n".encode("utf-16"), "This is not a table. Upload a CSV or an .xlsx file."),
        (b'A,B\n1,2\n3,"4\n5,6\n', "Row 3 cannot be read as CSV. Check its quotation marks."),
        (b'A\n"1"2\n', "Row 2 cannot be read as CSV. Check its quotation marks."),
        (b"A\n" + b"x" * 9_000, "Row 2 cannot be read as CSV. Check its quotation marks."),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(content, words):
    assert says(content).startswith(words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", DAMAGED),
        (workbook(["A"], ["1"])[:2_000], DAMAGED),
        (repacked(workbook(["A"]), **{SHEET: None}), DAMAGED),
        (repacked(workbook(["A"]), **{SHEET: "<worksheet"}), DAMAGED),
        (repacked(workbook(["A"]), **{"xl/workbook.xml": "<workbook"}), DAMAGED),
        (repacked(workbook(["A"]), **{"xl/styles.xml": "words"}), DAMAGED),
        (sheet('<row r="one"><c r="A1"><v>1</v></c></row>'), DAMAGED),
        (sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), DAMAGED),
        (workbook(["A"], ["1"]).replace(b"<", b">"), DAMAGED),
        (
            workbook(["A"], ["1"]).replace(b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\xff"),
            DAMAGED,
        ),
        (repacked(workbook(["A"]), **{"xl/workbook.xml": None}), "This is not an Excel workbook."),
        (repacked(workbook(["A"]), **{"xl/vbaProject.bin": ""}), "The workbook holds macros."),
        (workbook(), "The file is empty."),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_words(content, words):
    assert says(content).startswith(words)


@pytest.mark.parametrize("position", range(100, 5_000, 350))
def test_a_workbook_with_a_flipped_byte_is_read_or_refused_in_words(position):
    content = bytearray(workbook(["A"], ["1"]))
    content[position] ^= 0xFF

    try:
        found = read(bytes(content))
    except Unreadable:
        return

    assert found == [Row(2, {"a": "1"})]


@pytest.mark.parametrize(
    "content",
    [filled_package("xl/worksheets/sheet", size=121), filled_package("xl/media/", entries=2_000)],
    ids=["large", "many"],
)
def test_a_zip_bomb_is_refused_before_it_is_unpacked(content):
    assert len(content) < 1024 * 1024
    assert says(content).startswith("The workbook is too large when unpacked.")


def test_entities_that_grow_are_refused():
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    content = sheet('<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>', before=laughs)

    assert says(content).startswith("The workbook holds something unsafe.")


@pytest.mark.parametrize(
    "content",
    [
        b"A\n" + b"1\n" * 4,
        b"A\n" + b"\n" * 4,
        workbook(["A"], *[["1"]] * 4),
        sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999"><c><v>1</v></c></row>'),
    ],
    ids=["csv", "blank lines", "xlsx", "a row far below"],
)
def test_a_sheet_with_too_many_rows_is_refused_with_the_limit(content):
    assert says(content, max_rows=3) == (
        "The file has more than 3 rows. Split it and import the parts one after the other."
    )


def test_a_sheet_at_the_limit_is_read():
    assert len(read(b"A\n1\n2\n3\n", max_rows=3)) == 3


@pytest.mark.parametrize("make", [str, workbook], ids=["csv", "xlsx"])
def test_columns_beyond_the_sixtieth_are_left_out(make):
    names, values = [f"c{n}" for n in range(100)], ["x"] * 100
    csv = "\n".join([",".join(names), ",".join(values)]).encode()

    (row,) = read(csv if make is str else workbook(names, values))

    assert list(row.cells) == names[:60]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\x01=1+1", "'=1+1"),
        ("\x00\x1f\x7f\x85@SUM", "'@SUM"),
        ("=\x01", "'="),
        ("  =1", "'  =1"),
        ("\n=1", "'\n=1"),
        ("\u00a0-1", "'\u00a0-1"),
        ("\ufeff\u200b=1", "'\ufeff\u200b=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20SUM", "'\uff20SUM"),
        ("a\x02b\ufffe\uffff\ud800c", "abc"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("’Tis − 5 %", "’Tis − 5 %"),
        ("a=1", "a=1"),
        ("\x01", ""),
        ("", ""),
    ],
)
def test_safe_cell_keeps_a_spreadsheet_from_working_out_a_formula(text, safe):
    assert safe_cell(text) == safe


ATTACKS = [
    f"{before}{sign}1+1"
    for before in ("", "\x01", "\t", "\r", "\n", "  ", "\x01 \x02", "\u200b", "\ufeff")
    for sign in ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\x0b=", "=\x00")
]


def test_no_cell_of_a_written_workbook_is_a_formula_and_nothing_damages_it():
    lines = [["Attack"], *([one] for one in ATTACKS), ["\x00\x08\x1f\ufffe\uffff\ud800end"]]

    book = openpyxl.load_workbook(io.BytesIO(xlsx_file({"One": lines, "Two": lines})))

    assert book.sheetnames == ["One", "Two"]
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} == {"s"}
        assert [cell.value[0] for cell in cells[1:-1]] == ["'"] * len(ATTACKS)
        assert cells[-1].value == "end"


def test_no_cell_of_a_written_csv_file_is_a_formula():
    found = csv_file([["Attack"], *([one] for one in ATTACKS)]).decode("utf-8-sig")

    table = list(csv.reader(io.StringIO(found, newline="")))
    assert [cell[:1] for (cell,) in table[1:]] == ["'"] * len(ATTACKS)
    assert not any(one in found for one in ("\x00", "\x01", "\x02", "\x0b"))


def test_numbers_and_dates_are_written_as_they_are_and_everything_else_as_a_safe_text():
    class Sly:
        def __str__(self):
            return "=1+1"

    line = [-3, -0.5, Decimal("-0.50"), date(2026, 5, 4), None, Sly()]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file({"One": [line]})))

    assert csv_file([line]).decode("utf-8-sig") == "-3,-0.5,-0.50,2026-05-04,,'=1+1\r\n"
    kinds = [cell.data_type for row in book.active.iter_rows() for cell in row]
    assert kinds == ["n", "n", "n", "d", "n", "s"]


def test_every_file_for_a_spreadsheet_is_written_here():
    rooms = [one for one in ROOT.iterdir() if (one / "__init__.py").exists()]
    own = [
        path
        for room in rooms
        if room.name not in {"tests", "tools"}
        for path in room.rglob("*.py")
        if re.search(r"csv\.(Dict)?[wW]riter|openpyxl\.Workbook", path.read_text())
    ]

    assert [str(path.relative_to(ROOT)) for path in own] == ["core/tabular.py"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("  ", None),
        ("2026-05-04", date(2026, 5, 4)),
        ("4/5/2026", date(2026, 5, 4)),
        ("04.05.2026", date(2026, 5, 4)),
        ("4-5-2026", date(2026, 5, 4)),
        ("4 May 2026", date(2026, 5, 4)),
        (" 4 may 2026 ", date(2026, 5, 4)),
        ("29/2/2028", date(2028, 2, 29)),
    ],
)
def test_read_date_takes_the_day_first(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize("text", ["5/13/2026", "29/2/2026", "4/5/26", "2026", "soon", "46146"])
def test_read_date_refuses_in_words_what_is_no_date(text):
    with pytest.raises(ValueError, match="Enter a date as 2026-05-04 or 4/5/2026"):
        read_date(text)


@pytest.mark.parametrize("name", ["Case number", " case  NUMBER ", "case_number", "Case\nnumber"])
def test_norm_forgives_case_and_spaces(name):
    assert norm(name) == "case number"
