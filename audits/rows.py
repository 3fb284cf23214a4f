"""The lines of the list of audits: only what is shown of each, in one query."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypedDict

from audits.querysets import AuditQuerySet
from audits.selectors import Task
from audits.states import WORKING, AuditState
from core.templatetags.service import STATE_COLOURS, day
from standards.selectors import edition_known
from standards.workdays import Calendar, is_working

COLUMNS = (
    "pk",
    "reference",
    "case__number",
    "state",
    "grade",
    "grade_final",
    "deadline_on",
    "auditor",
    "auditor__name",
    "worker__name",
    "unit",
    "blind",
    "version",
    "version__state",
    "version__checksum",
)
LABELS = dict(AuditState.choices)


class Row(TypedDict):
    """One audit as the list shows it; `kept` where its grade is not shown to the reader yet.

    A template reads a key much more quickly than an attribute.
    """

    reference: str
    url: str
    case: str
    state: str
    colour: str
    kept: bool
    grade: str
    grade_colour: str
    provisional: bool
    due: str
    no_working_day: bool
    late: bool
    auditor: str
    worker: str
    unit: str


class Work(TypedDict):
    """One thing to do next as My work shows it."""

    url: str
    what: str
    about: str
    due: str
    late: bool
    today: bool
    no_working_day: bool


def work_of(tasks: Iterable[Task], today: date, calendar: Callable[[], Calendar]) -> list[Work]:
    """The lines of My work. The calendar is asked for only where a day to come is shown."""
    return [
        {
            "url": one.url,
            "what": one.what,
            "about": one.about,
            "due": day(one.due_on),
            "late": one.late,
            "today": one.due_on == today,
            "no_working_day": not one.late
            and one.due_on != today
            and not is_working(one.due_on, calendar()),
        }
        for one in tasks
    ]


class Lines:
    """How audits become lines for one reader on a day; `units` are the names of their council's units by their ids.

    The calendar is asked for only where a deadline is shown.
    """

    def __init__(
        self,
        reader: int,
        today: date,
        *,
        units: dict[int, str],
        address: Callable[[int], str],
        calendar: Callable[[], Calendar],
    ) -> None:
        self.reader, self.today = reader, today
        self.units, self.address, self.calendar = units, address, calendar

    def of(self, found: AuditQuerySet) -> list[Row]:
        """The audits as lines; one query."""
        return [self.row(*one) for one in found.values_list(*COLUMNS)]

    def row(
        self,
        pk: int,
        reference: str,
        case: str,
        state: str,
        grade: str,
        final: bool,
        deadline: date,
        auditor: int,
        auditor_name: str,
        worker_name: str,
        unit: int,
        blind: bool,
        *version: Any,
    ) -> Row:
        """One line from the columns of an audit."""
        kept = blind and auditor != self.reader
        shown = edition_known(*version).policy.grade(grade) if grade and not kept else None
        working = state in WORKING
        return {
            "reference": reference,
            "url": self.address(pk),
            "case": case,
            "state": LABELS[state],
            "colour": STATE_COLOURS.get(state, "grey"),
            "kept": kept,
            "grade": shown.label if shown else "",
            "grade_colour": shown.colour if shown else "",
            "provisional": not final,
            "due": day(deadline),
            "no_working_day": working and not is_working(deadline, self.calendar()),
            "late": working and deadline < self.today,
            "auditor": auditor_name,
            "worker": worker_name,
            "unit": self.units[unit],
        }
