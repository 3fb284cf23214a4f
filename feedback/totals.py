"""Totals of an anonymous survey: rows of answers and an instrument in, frozen values out (D-G3, D-G5). Plain.

What may not be shown carries no number at all. A question is a table of its own: its answers are the total, the
options or the groups its parts, and `shown_of` says which parts stay hidden so that none follows from the others. A
question that hangs on another one is a part of that one's answers, so it is shown only where each of them is.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from feedback.suppression import shown_of
from standards.instruments import CHOICES, NUMBERS, TEXTS, Asked, Instrument

CHANCE = random.SystemRandom()
TENTH = Decimal("0.1")
NOT_SAID = ""
FEW = "too few"
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Cell:
    """How many answered, and the mean of numbers; no number at all where it may not be shown."""

    n: int | None = None
    mean: Decimal | None = None

    @property
    def few(self) -> bool:
        """Whether it may not be shown."""
        return self.n is None


TOO_FEW = Cell()


@dataclass(frozen=True)
class Part:
    """One option of a choice, or one group of those who answered."""

    code: str
    label: str
    cell: Cell


@dataclass(frozen=True)
class Question:
    """What came of one question. `texts` are in an order by chance, and never by group."""

    asked: Asked
    whole: Cell = TOO_FEW
    options: tuple[Part, ...] = ()
    groups: tuple[Part, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it has a mean."""
        return self.asked.kind in NUMBERS

    @property
    def is_choice(self) -> bool:
        """Whether it is counted by option."""
        return self.asked.kind in CHOICES

    @property
    def is_text(self) -> bool:
        """Whether it was answered in words."""
        return self.asked.kind in TEXTS


@dataclass(frozen=True)
class Totals:
    """What came of a survey; `groups` are the labels of its one breakdown."""

    smallest: int
    answered: int | None = None
    questions: tuple[Question, ...] = ()
    groups: tuple[str, ...] = ()

    def question(self, code: str) -> Question | None:
        """The question with this code."""
        return next((one for one in self.questions if one.asked.code == code), None)

    @property
    def numbers(self) -> tuple[Question, ...]:
        """Questions with a mean."""
        return tuple(one for one in self.questions if one.is_number)

    @property
    def choices(self) -> tuple[Question, ...]:
        """Questions that are counted by option."""
        return tuple(one for one in self.questions if one.is_choice)

    @property
    def words(self) -> tuple[Question, ...]:
        """Questions answered in words."""
        return tuple(one for one in self.questions if one.is_text)


def totals_of(instrument: Instrument, rows: Iterable[Mapping[str, Any]]) -> Totals:
    """The totals of a survey's answers, each row what one person answered."""
    rows = list(rows)
    smallest = instrument.smallest_group
    labels = tuple(label for _, label in groups_of(instrument))
    if len(rows) < smallest:
        hidden = tuple(Question(one) for one in instrument.fields)
        return Totals(smallest, None, hidden, labels)
    shown: dict[str, frozenset[str]] = {}
    found = []
    for one in instrument.fields:
        if not led_openly(one, shown):
            found.append(Question(one))
            continue
        question = question_of(instrument, one, rows)
        shown[one.code] = frozenset(part.code for part in question.options if not part.cell.few)
        found.append(question)
    return Totals(smallest, len(rows), tuple(found), labels)


def led_openly(asked: Asked, shown: Mapping[str, frozenset[str]]) -> bool:
    """Whether those who were asked it are parts of an earlier question that are all shown; or everybody was asked."""
    when = asked.shown_when
    return when is None or shown.get(when.field, frozenset()).issuperset(when.answers)


def question_of(instrument: Instrument, asked: Asked, rows: Rows) -> Question:
    """What came of one question to which everything before leads openly."""
    given = [row for row in rows if row.get(asked.code) not in (None, "")]
    smallest = instrument.smallest_group
    if asked.kind in TEXTS:
        if len(given) < smallest:
            return Question(asked)
        texts = [str(row[asked.code]) for row in given]
        CHANCE.shuffle(texts)
        return Question(asked, cell_of(len(given), smallest), texts=tuple(texts))
    if asked.kind in CHOICES:
        return Question(asked, cell_of(len(given), smallest), options_of(asked, given, smallest))
    if asked.kind not in NUMBERS:
        return Question(asked, cell_of(len(given), smallest))
    whole = numbers_cell(asked, given) if len(given) >= smallest else TOO_FEW
    return Question(asked, whole, groups=groups_cells(instrument, asked, given))


def cell_of(number: int, smallest: int) -> Cell:
    """A count, where it may be shown."""
    return Cell(number) if number >= smallest else TOO_FEW


def numbers_cell(asked: Asked, rows: Rows) -> Cell:
    """How many, and their mean to one decimal."""
    values = [int(row[asked.code]) for row in rows]
    mean = Decimal(sum(values)) / len(values)
    return Cell(len(values), mean.quantize(TENTH, ROUND_HALF_UP))


def options_of(asked: Asked, rows: Rows, smallest: int) -> tuple[Part, ...]:
    """How many chose each option, where that may be shown."""
    counts = dict.fromkeys(asked.options, 0)
    for row in rows:
        if row[asked.code] in counts:
            counts[row[asked.code]] += 1
    found = shown_of(counts, smallest)
    return tuple(
        Part(code, label, Cell(counts[code]) if found.shows(code) else TOO_FEW)
        for code, label in asked.options.items()
    )


def groups_of(instrument: Instrument) -> tuple[tuple[str, str], ...]:
    """The groups of the one breakdown, with those who did not say; none without one that everybody is asked."""
    by = next((one for one in instrument.fields if one.code == instrument.broken_down_by), None)
    if by is None or by.kind not in CHOICES or by.shown_when is not None:
        return ()
    return (*by.options.items(), (NOT_SAID, "Did not say"))


def groups_cells(instrument: Instrument, asked: Asked, rows: Rows) -> tuple[Part, ...]:
    """Each group's mean, where it may be shown.

    A question that hangs on another one than the breakdown gets none: the groups' numbers would say how each group
    answered that one.
    """
    groups = groups_of(instrument)
    by = instrument.broken_down_by
    if not groups or (asked.shown_when is not None and asked.shown_when.field != by):
        return ()
    parts: dict[str, list[Mapping[str, Any]]] = {code: [] for code, _ in groups}
    for row in rows:
        group = str(row.get(by, NOT_SAID))
        parts[group if group in parts else NOT_SAID].append(row)
    found = shown_of({code: len(some) for code, some in parts.items()}, instrument.smallest_group)
    return tuple(
        Part(code, label, numbers_cell(asked, parts[code]) if found.shows(code) else TOO_FEW)
        for code, label in groups
    )


# Kept for good ------------------------------------------------------------------------------------


def kept(totals: Totals) -> dict[str, Any]:
    """Totals as they are kept when single answers are deleted: what is shown, and nobody's words.

    A cell is a list of its number and its mean as a text; None where it is not shown. `words`: whether what was written
    may be shown while it stands.
    """
    return {
        "answered": totals.answered,
        "questions": {
            one.asked.code: {
                "whole": as_list(one.whole),
                "options": {part.code: as_list(part.cell) for part in one.options},
                "groups": {part.code: as_list(part.cell) for part in one.groups},
                "words": bool(one.texts),
            }
            for one in totals.questions
        },
    }


def as_list(cell: Cell) -> list[Any] | None:
    """A cell as it is kept."""
    return None if cell.few else [cell.n, None if cell.mean is None else str(cell.mean)]


def read(instrument: Instrument, found: Mapping[str, Any], rows: Rows = ()) -> Totals:
    """Totals that were kept; `rows` are the single answers whose words still stand, if any do."""
    labels = groups_of(instrument)
    return Totals(
        instrument.smallest_group,
        found["answered"],
        tuple(
            question_kept(one, found["questions"][one.code], labels, rows)
            for one in instrument.fields
        ),
        tuple(label for _, label in labels),
    )


def question_kept(
    asked: Asked, found: Mapping[str, Any], groups: Sequence[tuple[str, str]], rows: Rows
) -> Question:
    """One question that was kept, with the words of those who answered it where it is shown."""
    texts = [str(row[asked.code]) for row in rows if row.get(asked.code) not in (None, "")]
    CHANCE.shuffle(texts)
    return Question(
        asked,
        from_list(found["whole"]),
        parts_kept(found["options"], asked.options.items()),
        parts_kept(found["groups"], groups),
        tuple(texts) if found["words"] else (),
    )


def parts_kept(found: Mapping[str, Any], labels: Iterable[tuple[str, str]]) -> tuple[Part, ...]:
    """The options or groups of a question that was kept; none where it had none."""
    return tuple(
        Part(code, label, from_list(found[code])) for code, label in labels if code in found
    )


def from_list(found: Sequence[Any] | None) -> Cell:
    """A cell that was kept."""
    if found is None:
        return TOO_FEW
    number, mean = found
    return Cell(number, None if mean is None else Decimal(mean))


# Over time ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """One closed survey of an instrument."""

    title: str
    closed_on: date
    edition: str
    instrument: Instrument
    totals: Totals


@dataclass(frozen=True)
class Point:
    """A question's mean in one round; no cell where it was not asked in the same way."""

    cell: Cell | None
    note: str = ""


@dataclass(frozen=True)
class Course:
    """A question over the rounds, the earliest first."""

    asked: Asked
    points: tuple[Point, ...] = field(default=())

    @property
    def reworded(self) -> bool:
        """Whether it was worded otherwise in some round."""
        return any(point.note == REWORDED for point in self.points)


NOT_ASKED, OTHER_SCALE, REWORDED = "not asked", "another scale", "other wording"


def courses(rounds: Sequence[Round]) -> tuple[Course, ...]:
    """How the means of the last round's questions went; nothing where there is one round only."""
    if len(rounds) < 2:
        return ()
    now = rounds[-1]
    return tuple(
        Course(one.asked, tuple(point_of(one.asked, then) for then in rounds))
        for one in now.totals.numbers
    )


def point_of(asked: Asked, then: Round) -> Point:
    """A question in an earlier round: the same code on the same scale, or no mean."""
    found = then.totals.question(asked.code)
    if found is None:
        return Point(None, NOT_ASKED)
    if (found.asked.kind, found.asked.steps) != (asked.kind, asked.steps):
        return Point(None, OTHER_SCALE)
    return Point(found.whole, "" if found.asked.label == asked.label else REWORDED)


# As a file ----------------------------------------------------------------------------------------

COLUMNS = ("Question", "Wording", "Part", "Answers", "Mean")


def lines(totals: Totals) -> list[tuple[Any, ...]]:
    """The totals as lines of a table, without anybody's words."""
    found: list[tuple[Any, ...]] = []
    for one in totals.questions:
        if one.is_text:
            continue
        found.append((one.asked.code, one.asked.label, "All", *written(one.whole)))
        for part in (*one.options, *one.groups):
            found.append((one.asked.code, one.asked.label, part.label, *written(part.cell)))
    return found


def written(cell: Cell) -> tuple[Any, Any]:
    """A cell's number and mean."""
    return (FEW, FEW) if cell.few else (cell.n, "" if cell.mean is None else cell.mean)


COURSE_COLUMNS = (
    "Question",
    "Wording",
    "Survey",
    "Closed on",
    "Edition",
    "Answers",
    "Mean",
    "Note",
)


def course_lines(found: Iterable[Course], rounds: Sequence[Round]) -> list[tuple[Any, ...]]:
    """The means over time as lines of a table."""
    return [
        (
            course.asked.code,
            course.asked.label,
            then.title,
            then.closed_on,
            then.edition,
            *(written(point.cell) if point.cell else ("", "")),
            point.note,
        )
        for course in found
        for then, point in zip(rounds, course.points, strict=True)
    ]
