"""Taking in what families and others said elsewhere: a table with one row for each reply, all of it or nothing.

A table goes the way of every import (`cases.services`); here is what is particular to replies.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.db import transaction

from cases.models import CaseFile
from core.moves import Refused
from core.sheets import Checked, Fault, each_row
from core.tabular import Row, without_guard
from core.trail import record
from feedback.models import Reply
from feedback.selectors.instruments import instrument_in_force
from feedback.services.replies import Sheet, Subject, examined, follow_up, reply_of, worries
from feedback.sheets import (
    CASE,
    HOW,
    KEPT,
    OUTCOME,
    OUTCOMES,
    REASON,
    RECEIVED,
    RELATION,
    THEMES,
    WAYS,
    code_of,
    column_of,
    columns_of,
    listed,
    said,
)
from feedback.states import Outcome
from people.models import Council, User
from standards.instruments import Instrument
from standards.models import FrameworkVersion

BATCH = 1_000
# By what a reply that has been taken in is known again. Its themes may be changed later.
IDENTITY = ("case_id", "received_on", "way", "outcome", "relation", "reason", "answers")
LONGEST_THEME = Reply._meta.get_field("themes").base_field.max_length or 0
# Each of them takes some time of the one transaction, which has to end before its worker is ended.
MOST_WORRIES = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the number of its case, and a sheet with the answers that count."""

    row: int
    case: str
    sheet: Sheet


@dataclass
class Incoming:
    """A table that was read: its rows, the cases that they name, and every fault by row and column."""

    version: FrameworkVersion
    instrument: Instrument
    checked: Checked = field(default_factory=Checked)
    lines: list[Line] = field(default_factory=list)
    cases: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> list[Fault]:
        """What has to be put right before anything is written."""
        return self.checked.faults


def read_replies(council: Council, rows: Iterable[Row], *, subject: str, on: date) -> Incoming:
    """A table of replies to one instrument (`subject`) with every fault in it. Nothing is written.

    Raises Refused for an instrument that the framework in force does not have or of which single answers are not
    kept, and Unreadable for a table without the columns.
    """
    version, instrument = instrument_in_force(council, subject, on)
    if instrument.anonymous:
        raise Refused("What is said here is anonymous and cannot be taken in from a table.")
    if instrument.privacy not in KEPT:
        raise Refused("Only totals are kept of what is said here.")
    found = Incoming(version, instrument)
    for number, row in each_row(rows, columns_of(instrument), found.checked):
        found.lines.append(_line(found, number, row, on))
    named = {line.case for line in found.lines if line.case}
    there = CaseFile.objects.filter(council=council, number__in=named)
    found.cases = dict(there.values_list("number", "pk"))
    for line in found.lines:
        if line.case and line.case not in found.cases:
            says = f"There is no case “{line.case}”. Import the case file first."
            found.checked.fault(line.row, CASE, says)
    worried = _worried(found, found.lines)
    if worried > MOST_WORRIES and (new := _worried(found, _new(council, found))) > MOST_WORRIES:
        says = f"It holds {new:,} worries to follow up. Split it, so that no part has more than {MOST_WORRIES:,}."
        found.checked.fault(0, "", says)
    return found


def _line(found: Incoming, number: int, row: Mapping[str, Any], on: date) -> Line:
    """One row, with its faults noted; a value stands in for a cell that says nothing."""
    note, instrument = found.checked.fault, found.instrument
    row = {
        name: without_guard(cell) if isinstance(cell, str) else cell for name, cell in row.items()
    }
    way, outcome = code_of(row[HOW], WAYS, "upload"), code_of(row[OUTCOME], OUTCOMES, "answered")
    if way is None:
        note(number, HOW, f"Write {listed(WAYS.values())}.")
    if outcome is None:
        note(number, OUTCOME, f"Write {listed(OUTCOMES.values())}.")
    sheet = Sheet(
        instrument.code,
        way or "upload",
        outcome or Outcome.ANSWERED.value,
        row[RECEIVED] or on,
        {one.code: said(one, row[column_of(one)]) for one in instrument.fields},
        reason=row[REASON],
        relation=row[RELATION],
        themes=tuple(theme.strip() for theme in row[THEMES].split(",") if theme.strip()),
    )
    if any(len(theme) > LONGEST_THEME for theme in sheet.themes):
        note(number, THEMES, f"Use {LONGEST_THEME} characters or fewer for each.")
    answers, faults, frame = examined(sheet, instrument, on=on)
    for code, says in faults.items():
        note(number, column_of(instrument.asked(code)), says)
    for column, says in frame if outcome else ():
        note(number, column, says)
    return Line(number, row[CASE], replace(sheet, answers=answers))


def count_replies(council: Council, found: Incoming) -> dict[str, int]:
    """What writing the table would add."""
    new = _new(council, found)
    return _counts(found, len(new), _worried(found, new))


@transaction.atomic
def write_replies(
    council: Council, found: Incoming, *, by: User, at: datetime, on: date
) -> dict[str, int]:
    """Keep every row as a reply, give out the tasks of worries, and count both.

    A row that is here already is not kept again, so the same table twice adds nothing; two equal rows of one table are
    two replies.
    """
    Council.objects.select_for_update().get(pk=council.pk)
    new, worried = _new(council, found), []
    about = Subject(council, found.version)
    for start in range(0, len(new), BATCH):
        made = []
        for line in new[start : start + BATCH]:
            reply = reply_of(line.sheet, about, found.instrument, by=by, at=at)
            reply.case_id = found.cases.get(line.case)
            made.append(reply)
        worried += [reply for reply in Reply.objects.bulk_create(made) if reply.worry]
    for reply in worried:
        follow_up(reply, found.instrument, by=by, at=at)
    counts = _counts(found, len(new), len(worried))
    detail = {"instrument": found.instrument.code} | counts
    record("import replies", council, by=by, at=at, council_id=council.pk, detail=detail)
    return counts


def _counts(found: Incoming, new: int, worried: int) -> dict[str, int]:
    return {
        "replies new": new,
        "replies here already": len(found.lines) - new,
        "worries to follow up": worried,
    }


def _worried(found: Incoming, lines: Iterable[Line]) -> int:
    """How many of the rows hold a worry."""
    return sum(worries(found.instrument, line.sheet.answers) for line in lines)


def _new(council: Council, found: Incoming) -> list[Line]:
    """The rows that have not been taken in before; one query, of which only digests are held."""
    if not found.lines:
        return []
    keys = [_digest(_identity(found, line)) for line in found.lines]
    wanted = set(keys)
    days = [line.sheet.received_on for line in found.lines]
    kept = Reply.objects.filter(
        council=council,
        instrument=found.instrument.code,
        received_on__range=(min(days), max(days)),
    ).values_list(*IDENTITY)
    digests = map(_digest, kept.iterator(chunk_size=BATCH))
    there = Counter(digest for digest in digests if digest in wanted)
    new = []
    for line, key in zip(found.lines, keys, strict=True):
        if there[key]:
            there[key] -= 1
        else:
            new.append(line)
    return new


def _identity(found: Incoming, line: Line) -> tuple[Any, ...]:
    """What `IDENTITY` of the row's reply would be."""
    one = line.sheet
    return (
        *(found.cases.get(line.case), one.received_on, one.way, one.outcome),
        *(one.relation.strip(), one.reason.strip(), one.answers),
    )


def _digest(identity: tuple[Any, ...]) -> bytes:
    """A reply as a few bytes."""
    text = json.dumps(identity, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).digest()
