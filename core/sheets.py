"""The shape of an import: its columns, what each may hold, and the faults of a file row by row."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.tabular import MAX_CELL, Row, Unreadable, norm, read_date

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class Column:
    """One column: its name, what it is for, its kind (text, date, email, yes_no), and whether it must be filled."""

    name: str
    about: str
    kind: str = "text"
    needed: bool = False
    longest: int = 120
    example: str = ""


@dataclass(frozen=True)
class Fault:
    """One thing to put right: the row as the person sees it, the column, and what to do."""

    row: int
    column: str
    says: str


@dataclass
class Checked:
    """A file that was read: the good rows as values where they are kept, how many there were, and the faults."""

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def fault(self, row: int, column: str, says: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(row, column, says))


def check_rows(rows: Iterable[Row], columns: tuple[Column, ...]) -> Checked:
    """Every row as values, and every cell that cannot be one. Raises Unreadable for a missing column."""
    checked = Checked()
    checked.rows.extend(each_row(rows, columns, checked))
    return checked


def each_row(
    rows: Iterable[Row], columns: tuple[Column, ...], checked: Checked
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every row as values, one after the other; what cannot be one is noted. Raises Unreadable for a missing column."""
    keys = {norm(column.name): column for column in columns}
    for row in with_header_checked(rows, keys, columns):
        checked.count += 1
        yield (
            row.number,
            {column.name: cell_value(row, name, column, checked) for name, column in keys.items()},
        )


def with_header_checked(
    rows: Iterable[Row], keys: dict[str, Column], columns: tuple[Column, ...]
) -> Iterator[Row]:
    """The rows, once the header of the first holds every needed column and no unknown one."""
    first = True
    for row in rows:
        if first:
            first = False
            absent = [
                column.name
                for column in columns
                if column.needed and norm(column.name) not in row.cells
            ]
            if absent:
                raise Unreadable(
                    f"The file has no column “{absent[0]}”. Download the template to see every column."
                )
            if unknown := [name for name in row.cells if name and name not in keys]:
                raise Unreadable(
                    f"The column “{unknown[0]}” is not known here. Take it out, or rename it as in the template."
                )
        yield row


def cell_value(row: Row, name: str, column: Column, checked: Checked) -> Any:
    """One cell as a value; its fault is noted and an empty value stands in."""
    text = row.cells.get(name, "")
    empty: Any = None if column.kind == "date" else False if column.kind == "yes_no" else ""
    if not text:
        if column.needed:
            checked.fault(row.number, column.name, "This must be filled in.")
        return empty
    try:
        return as_kind(text, column)
    except ValueError as fault:
        checked.fault(row.number, column.name, str(fault))
        return empty


def as_kind(text: str, column: Column) -> str | date | bool | None:
    """The text as the column's kind. Raises ValueError with words for the screen."""
    longest = min(column.longest, MAX_CELL)
    if len(text) > longest:
        raise ValueError(f"Use {longest} characters or fewer.")
    match column.kind:
        case "date":
            return read_date(text)
        case "email":
            if not EMAIL.fullmatch(text):
                raise ValueError("Enter an e-mail address, like name@example.org.")
            return text.lower()
        case "yes_no":
            if norm(text) not in {"yes", "no", "y", "n"}:
                raise ValueError("Enter yes or no.")
            return norm(text) in {"yes", "y"}
    return text
