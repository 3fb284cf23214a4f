"""Grades by quarter, edition beside edition: counted as they were given, never rescaled (J-15)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from standards.edition import Edition
from standards.policy import Grade, Policy


@dataclass(frozen=True)
class Graded:
    """So many returned audits of one form that count for a month, with one grade under one edition."""

    edition: int
    tool: str
    month: date
    grade: str
    final: bool
    audits: int


@dataclass(frozen=True)
class Cell:
    """How many audits of a row's total have one grade."""

    audits: int
    total: int

    @property
    def percent(self) -> int:
        """Whole per cent of the row's total; halves go up."""
        return (200 * self.audits + self.total) // (2 * self.total)


@dataclass(frozen=True)
class Row:
    """One quarter under one edition; `changed` says what another edition changed, above its first row."""

    quarter: str
    edition: int
    cells: tuple[Cell, ...]
    total: int
    provisional: int
    changed: str = ""


@dataclass(frozen=True)
class Table:
    """The quarters of one form, oldest first, under editions that have the same grades."""

    tool: str
    grades: tuple[Grade, ...]
    rows: tuple[Row, ...]


def build(editions: Mapping[int, Edition], graded: Iterable[Graded]) -> tuple[Table, ...]:
    """One table for each form and each set of grades; `editions` by their key in `graded`.

    Each grade counts as the edition of its day named it. Where the next edition names its grades
    otherwise a new table begins, so that figures that cannot be compared never share a column.
    """
    forms: dict[str, dict[tuple[date, int, int], list[Graded]]] = {}
    for one in graded:
        edition = editions[one.edition]
        place = (quarter_start(one.month, edition.year_start), edition.number, one.edition)
        forms.setdefault(one.tool, {}).setdefault(place, []).append(one)
    return tuple(
        table for tool in sorted(forms) for table in tables_of(tool, forms[tool], editions)
    )


def tables_of(
    tool: str,
    quarters: Mapping[tuple[date, int, int], list[Graded]],
    editions: Mapping[int, Edition],
) -> list[Table]:
    """The tables of one form, under the title that the newest edition gives it."""
    newest = max(quarters, key=lambda place: place[1])[2]
    title = editions[newest].tools[tool].title
    tables: list[Table] = []
    before: Edition | None = None
    for place in sorted(quarters):
        now = editions[place[2]]
        changed = what_changed(before, now) if before and before.id != now.id else ""
        row = row_of(quarters[place], now, place[0], changed)
        grades = now.policy.grades_best_first
        if tables and words_of(tables[-1].grades) == words_of(grades):
            tables[-1] = replace(tables[-1], rows=(*tables[-1].rows, row))
        else:
            tables.append(Table(title, grades, (row,)))
        before = now
    return tables


def words_of(grades: tuple[Grade, ...]) -> list[tuple[str, str]]:
    """What makes two sets of grades the same: their codes and what people call them, in order."""
    return [(grade.code, grade.label) for grade in grades]


def row_of(counted: list[Graded], edition: Edition, start: date, changed: str) -> Row:
    """One quarter's counts."""
    by_grade: Counter[str] = Counter()
    for one in counted:
        by_grade[one.grade] += one.audits
    total = by_grade.total()
    grades = edition.policy.grades_best_first
    return Row(
        quarter=quarter_words(start, edition.year_start),
        edition=edition.number,
        cells=tuple(Cell(by_grade[grade.code], total) for grade in grades),
        total=total,
        provisional=sum(one.audits for one in counted if not one.final),
        changed=changed,
    )


def quarter_start(month: date, year_start: int) -> date:
    """The first day of the quarter that a month lies in, in a year that begins in month `year_start`."""
    months = month.year * 12 + month.month - 1
    months -= (month.month - year_start) % 3
    return date(months // 12, months % 12 + 1, 1)


def quarter_words(start: date, year_start: int) -> str:
    """“April to June 2026 (Q1)” for a quarter that begins on `start`, in a year that begins in month `year_start`."""
    months = start.year * 12 + start.month + 1
    last = date(months // 12, months % 12 + 1, 1)
    number = (start.month - year_start) % 12 // 3 + 1
    first = f"{start:%B}" if start.year == last.year else f"{start:%B %Y}"
    return f"{first} to {last:%B %Y} (Q{number})"


def what_changed(before: Edition, after: Edition) -> str:
    """What a reader must know before comparing the rows on either side of a change of edition."""
    old, new = way(before.policy), way(after.policy)
    said = f"From {after.effective_from:%-d %B %Y}: edition {after.number}. "
    if old == new:
        return said + "The overall grade is given in the same way as before."
    return (
        said + f"The overall grade is now {new}; before, it was {old}. "
        "Grades on either side of this line were not given in the same way: compare them with care."
    )


def way(policy: Policy) -> str:
    """How an edition's overall grade is given, in words."""
    overall = policy.overall_grade
    if overall.scale is None:
        return "chosen directly"
    scale = policy.scales[overall.scale]
    return f"read from a scale of {scale.lowest} to {scale.highest}"
