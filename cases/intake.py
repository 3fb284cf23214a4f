"""The files with which a council begins: its staff and its cases."""

from collections.abc import Callable, Iterable
from datetime import date

from cases import imports as case_imports
from cases.kinds import ImportKind, Read, register
from core.tabular import Row
from people import imports as staff_imports
from people.models import Council


def without_subject(read_plan: Callable[[Council, Iterable[Row]], Read]) -> Callable[..., Read]:
    """Reading that asks neither for a subject nor for the day."""

    def read(council: Council, rows: Iterable[Row], *, subject: str, on: date) -> Read:
        return read_plan(council, rows)

    return read


for code, module in (("staff", staff_imports), ("cases", case_imports)):
    register(
        ImportKind(
            code,
            "people.import_staff",
            without_subject(module.read_plan),
            module.apply,
            columns=module.COLUMNS,
        )
    )
