"""The register of personal fields: every field of every table, what it holds, why, who reads it and when it goes.

The erasing and the gathering for subject access read it, `docs/personal-data.md` is made of it, and a test fails when a
field is missing here or is gone from its table. Plain values; what the database knows stands in retention/graph.py.

By rule, and not listed: the id of a row; a column that points at another row (it identifies whoever that row is about);
tables of row history, whose fields are those of the table they keep (decision 0026).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from retention import register_rows


class Holds(StrEnum):
    """What a field holds."""

    PLAIN = "nothing personal"
    CHILD = "identifies a child"
    WORKER = "identifies a member of staff"
    FAMILY = "identifies somebody of a family"
    PARTNER = "identifies somebody of a partner agency"
    SPECIAL = "special category"
    FREE = "free text that may hold anything"
    HIDDEN = "secret of a sign-in or a link"


class End(StrEnum):
    """What happens to a row when its time is over."""

    ERASED = "identifiers and texts are erased, the rest is kept as statistics"
    DELETED = "the row is deleted"
    KEPT = "it is kept"


@dataclass(frozen=True)
class Table:
    """One table: why it is kept, who reads it, by which rule it goes (`kept`), how, and what its fields hold.

    `stays` are fields that hold something personal and are kept all the same once the rest is erased, because figures
    are counted by them.
    """

    label: str
    kept: str
    end: End
    why: str
    read_by: str
    fields: Mapping[str, Holds]
    stays: frozenset[str] = frozenset()

    @property
    def erased(self) -> tuple[str, ...]:
        """The fields whose content goes when the row's identifiers are erased."""
        return tuple(
            name
            for name, holds in self.fields.items()
            if holds is not Holds.PLAIN and name not in self.stays
        )

    @property
    def personal(self) -> bool:
        """Whether it holds anything personal of its own."""
        return any(holds is not Holds.PLAIN for holds in self.fields.values())


KEPT_IN_WORDS = {
    "": "As long as the council uses the service",
    "trail": "For good: it holds codes and numbers, no name and no text (decision 0026)",
    "instrument": "As long as its instrument says (`keeps`)",
    "request": "Erased 28 days after the file was ready",
    "run": "The list of references until the run is over; its counts for good",
    "audits": "Audits",
    "cases": "Case numbers",
    "concerns": "Concerns",
    "feedback": "Feedback",
    "supervision_notes": "Personal supervision notes",
    "files": "Uploaded files",
    "partners": "Partners",
    "messages": "Messages",
    "documents": "Documents and packs",
    "reports": "Reports",
    "tokens": "Keys of the API",
    "people": "People who have left",
    "sign_ins": "Sign-ins",
    "history": "Row history",
    "imports": "Imports",
}
LETTERS = {
    "plain": Holds.PLAIN,
    "child": Holds.CHILD,
    "worker": Holds.WORKER,
    "family": Holds.FAMILY,
    "partner": Holds.PARTNER,
    "special": Holds.SPECIAL,
    "free": Holds.FREE,
    "hidden": Holds.HIDDEN,
}
ENDS = {"erase": End.ERASED, "delete": End.DELETED, "keep": End.KEPT}


def table(row: register_rows.Row) -> Table:
    """One table from its row: each class of content with the names of its fields, parted by spaces."""
    fields = {
        name: holds
        for letter, holds in LETTERS.items()
        for name in row.holds.get(letter, "").split()
    }
    return Table(
        row.label,
        row.kept,
        ENDS[row.end],
        row.why,
        row.read_by,
        fields,
        frozenset(row.holds.get("stays", "").split()),
    )


TABLES: Mapping[str, Table] = {row.label: table(row) for row in register_rows.ROWS}
