"""Tables as files, CSV or XLSX: reading what somebody uploads (formulas as text, bombs refused), and writing one to keep."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import Any, BinaryIO

import openpyxl
from defusedxml import EntitiesForbidden  # type: ignore[import-untyped]
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

MAX_UNPACKED = 120 * 1024 * 1024
MAX_PART = 10 * 1024 * 1024  # of what is neither a sheet nor the list of its texts
MAX_ENTRIES = 2_000
MAX_TAGS = 50_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
TEXTS = "xl/sharedStrings.xml"
ROW = re.compile(rb"<(?:\w+:)?row\b")
OLE = b"\xd0\xcf\x11\xe0"
# Control characters but for tabs and line ends, and what no workbook can hold.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
FORMULA = frozenset("=+-@")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


TOO_LARGE = (
    "The workbook is too large when unpacked. Delete what is not needed, or save the sheet as CSV."
)
UNSAFE = "The workbook holds something unsafe. Save the sheet as CSV and upload that."


class Unreadable(Exception):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One row of the table: its number as the person sees it, and its cells by column name."""

    number: int
    cells: dict[str, str]


def norm(name: str) -> str:
    """A column's name without case, spaces at the ends, or doubled spaces."""
    return " ".join(name.replace("_", " ").split()).lower()


def rows(content: bytes, *, max_rows: int) -> Iterator[Row]:
    """The rows under the header, blank ones left out. Raises Unreadable with words for the screen."""
    table = xlsx(content) if content[:4] == b"PK\x03\x04" else text_table(content)
    header: list[str] | None = None
    for number, cells in enumerate(table, start=1):
        if number > max_rows + 1:
            raise Unreadable(
                f"The file has more than {max_rows:,} rows. Split it and import the parts one after the other."
            )
        if header is None:
            header = checked_header(cells)
        elif any(cells):
            yield Row(number, dict(zip_longest(header, cells[: len(header)], fillvalue="")))
    if header is None:
        raise Unreadable("The file is empty.")


def checked_header(cells: list[str]) -> list[str]:
    """The names of the columns, from the first row."""
    header = [norm(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Unreadable("The first row must hold the names of the columns.")
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise Unreadable(f"The column “{twice[0]}” stands twice in the first row.")
    return header


def text_table(content: bytes) -> Iterator[list[str]]:
    """A CSV file, with comma, semicolon or tab, in UTF-8 or the older Windows encoding."""
    if content[:4] == OLE:
        raise Unreadable(
            "This is an old Excel file or one with a password. Save it as .xlsx without a password, or as CSV."
        )
    if b"\x00" in content[:4096]:
        raise Unreadable("This is not a table. Upload a CSV or an .xlsx file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(MAX_CELL * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield [clean(cell) for cell in cells[:MAX_COLUMNS]]
            number += 1
    except csv.Error:
        raise Unreadable(
            f"Row {number} cannot be read as CSV. Check its quotation marks."
        ) from None


def clean(value: str) -> str:
    """A cell's text without odd characters at its ends; an over-long one is cut at its limit plus one."""
    return value.replace("\x00", "").strip()[: MAX_CELL + 1]


def check_package(content: bytes) -> None:
    """Refuse a workbook that is a bomb, is damaged, or holds macros; nothing is unpacked to find out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError):
        raise Unreadable("The workbook is damaged. Save it again and upload it.") from None
    names = {entry.filename for entry in entries}
    other = [one for one in entries if one.filename != TEXTS and not is_sheet(one.filename)]
    if (
        len(entries) > MAX_ENTRIES
        or sum(entry.file_size for entry in entries) > MAX_UNPACKED
        or any(entry.file_size > MAX_PART for entry in other)
    ):
        raise Unreadable(TOO_LARGE)
    if "xl/workbook.xml" not in names:
        raise Unreadable("This is not an Excel workbook. Upload a CSV or an .xlsx file.")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Unreadable("The workbook holds macros. Save it as .xlsx without macros, or as CSV.")


def is_sheet(name: str) -> bool:
    """Whether a part of the package is one of its sheets."""
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def check_sheets(content: bytes) -> None:
    """Refuse a sheet with a row so wide that reading it would fill the memory, or with hidden declarations."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if not is_sheet(name):
                continue
            sheet = package.read(name)
            if b"<!" in sheet or b"\x00" in sheet:
                raise Unreadable(UNSAFE)
            starts = [0, *(found.start() for found in ROW.finditer(sheet)), len(sheet)]
            if any(sheet.count(b"<", *row) > MAX_TAGS for row in pairwise(starts)):
                raise Unreadable(TOO_LARGE)


def xlsx(content: bytes) -> Iterator[list[str]]:
    """The first sheet of a workbook; a formula is its text, never worked out."""
    check_package(content)
    stream: BinaryIO = io.BytesIO(content)
    try:
        check_sheets(content)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            yield [cell_text(cell) for cell in cells]
    except Unreadable:
        raise
    except Exception as fault:  # a damaged file fails inside openpyxl in ways it does not list
        if EntitiesForbidden in {type(fault), type(fault.__cause__)}:
            raise Unreadable(UNSAFE) from None
        raise Unreadable("The workbook is damaged. Save it again and upload it.") from None


def cell_text(cell: object) -> str:
    """One cell as text; a date as year-month-day, a whole number without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, ArrayFormula | DataTableFormula):
        return clean(getattr(cell, "text", None) or "=")
    return clean(str(cell))


def safe_cell(text: str) -> str:
    """A text that a spreadsheet will not take for a formula, without control characters.

    Those go first, so that none hides what the text begins with; spaces, signs that are not seen and full-width
    letters hide it neither.
    """
    text = UNPRINTABLE.sub("", text)
    seen = (one for one in text if not one.isspace() and unicodedata.category(one) != "Cf")
    first = unicodedata.normalize("NFKC", next(seen, ""))
    return f"'{text}" if first in FORMULA or text[:1] in {"\t", "\r"} else text


def without_guard(text: str) -> str:
    """A text as it was before it was made safe for a spreadsheet."""
    return text[1:] if text[:1] == "'" and safe_cell(text[1:]) == text else text


def safe_line(line: Iterable[Any]) -> list[Any]:
    """The cells of a line: numbers and dates as they are, everything else as a safe text."""
    return [
        cell if isinstance(cell, int | float | Decimal | date | None) else safe_cell(str(cell))
        for cell in line
    ]


def csv_file(lines: Iterable[Iterable[Any]]) -> bytes:
    """A table as a CSV file for a spreadsheet; every text in it is made safe."""
    out = io.StringIO()
    csv.writer(out).writerows(safe_line(line) for line in lines)
    return out.getvalue().encode("utf-8-sig")


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def csv_lines(lines: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The same table line by line, for one that is too long to be made in one piece."""
    writer: Any = csv.writer(Echo())
    yield "\ufeff"
    for line in lines:
        yield writer.writerow(safe_line(line))


def xlsx_file(sheets: Mapping[str, Iterable[Iterable[Any]]]) -> bytes:
    """A workbook: the name of each sheet with its lines; every text in it is made safe."""
    book = openpyxl.Workbook(write_only=True)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(safe_line(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@lru_cache(maxsize=10_000)
def read_date(text: str) -> date | None:
    """A date written 2026-05-04 or 4/5/2026, day first; None for an empty one. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise ValueError("Enter a date as 2026-05-04 or 4/5/2026.")
