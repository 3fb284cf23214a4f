"""The files with which a council begins: its staff and its cases."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from cases import imports as case_imports
from cases.kinds import ImportKind, Read, register
from core.tabular import Row
from people import imports as staff_imports
from people.import_guard import guard
from people.models import Council, User
from people.wide_rights import watchers


def without_subject(read_plan: Callable[[Council, Iterable[Row]], Read]) -> Callable[..., Read]:
    """Reading that asks neither for a subject nor for the day."""

    def read(council: Council, rows: Iterable[Row], *, subject: str, on: date) -> Read:
        return read_plan(council, rows)

    return read


def second_people(council: Council, uploader: int, at: datetime) -> list[User]:
    """Who may confirm what somebody else uploaded: the other administrators and heads of QA."""
    return watchers(council.pk, but=[uploader], at=at)


register(
    ImportKind(
        "staff",
        "people.import_staff",
        without_subject(staff_imports.read_plan),
        staff_imports.apply,
        columns=staff_imports.COLUMNS,
        guard=guard,
        others=second_people,
    )
)
register(
    ImportKind(
        "cases",
        "cases.import_cases",
        without_subject(case_imports.read_plan),
        case_imports.apply,
        columns=case_imports.COLUMNS,
    )
)
