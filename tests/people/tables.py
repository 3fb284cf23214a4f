"""Files to import, made of rows."""

import csv
import io

import openpyxl

from core.tabular import Row, rows

Rows = list[dict[str, str]]

STAFF_ROW = {
    "Post type": "SW",
    "Team code": "T1",
    "Team": "Team 1",
    "Service code": "FS",
    "Service": "Family support",
    "Directorate code": "CS",
    "Directorate": "Children's services",
    "From": "2024-09-01",
    "Cover": "no",
}


def person(staff: str, name: str, post: str, **changes: str) -> dict[str, str]:
    """One row of a staff file; a column with a space is written with an underscore."""
    own = {
        "Staff number": staff,
        "Name": name,
        "E-mail": f"{name.split()[0].lower()}@example.org" if name else "",
        "Post code": post,
    }
    return STAFF_ROW | own | {key.replace("_", " "): value for key, value in changes.items()}


def columns_of(table: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in table for name in row))


def as_csv(table: Rows) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns_of(table))
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()


def as_xlsx(table: Rows) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    columns = columns_of(table)
    sheet.append(columns)
    for row in table:
        sheet.append([row.get(name, "") for name in columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> list[Row]:
    """The rows of a file as an import gets them."""
    return list(rows(content, max_rows=60_000))
