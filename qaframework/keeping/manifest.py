"""What a backup says of itself: each table's rows and checksum, each file's size and checksum, and from what they came.

Plain values; no database, no clock.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from qaframework.keeping.faults import Unfit

FORMAT = 1


@dataclass(frozen=True)
class Table:
    """How many rows a table has, and a checksum of them that does not depend on their order."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Piece:
    """The size in bytes and the SHA-256 of something in the backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The contents of one backup. `trail` names the newest seal of the trail and its newest line."""

    made_at: str
    postgres: str
    migrations: tuple[str, ...]
    tables: dict[str, Table]
    database: Piece
    files: dict[str, Piece] = field(default_factory=dict)
    trail: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    def dumped(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()


@dataclass(frozen=True)
class Line:
    """One line of a comparison: how many there were and are, and whether all is the same."""

    name: str
    was: str
    now: str
    same: bool


def loaded(text: bytes) -> Manifest:
    """The manifest of a backup. Raises Unfit for one that this edition does not understand."""
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise Unfit(f"The backup has format {found['format']}; this edition reads {FORMAT}.")
        tables = {name: Table(**one) for name, one in found.pop("tables").items()}
        files = {name: Piece(**one) for name, one in found.pop("files").items()}
        database = Piece(**found.pop("database"))
        migrations = tuple(found.pop("migrations"))
        return Manifest(
            **found, tables=tables, files=files, database=database, migrations=migrations
        )
    except (ValueError, KeyError, TypeError) as fault:
        raise Unfit("The backup has no list of contents that can be read.") from fault


def compared(was: Manifest, tables: dict[str, Table], files: dict[str, Piece]) -> list[Line]:
    """Each table and the files as a whole: as the backup has them, and as they are now."""
    lines = [
        Line(
            name,
            str(was.tables[name].rows) if name in was.tables else "absent",
            str(tables[name].rows) if name in tables else "absent",
            was.tables.get(name) == tables.get(name),
        )
        for name in sorted(was.tables.keys() | tables.keys())
    ]
    same = sum(files.get(name) == piece for name, piece in was.files.items())
    lines.append(Line("files", str(len(was.files)), str(len(files)), was.files == files))
    if same != len(was.files):
        lines.append(Line("files that are the same", str(len(was.files)), str(same), False))
    return lines


def fit_for(was: Manifest, known: set[str]) -> None:
    """Raise Unfit if the backup is of a newer edition than this, whose tables this does not know."""
    if newer := sorted(set(was.migrations) - known):
        raise Unfit(
            f"The backup was made by a newer edition (it has {newer[0]} and {len(newer) - 1} more). "
            "Restore with that edition."
        )
