"""The kinds of files that are imported in the background. A room registers its own in its `intake.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from core.sheets import Checked, Column

if TYPE_CHECKING:
    from people.models import Council, User


class Read(Protocol):
    """A file that was read: its rows, and what has to be put right in it."""

    checked: Checked

    @property
    def faults(self) -> Sequence[Any]:
        """Every fault, by row and column."""


@dataclass(frozen=True)
class ImportKind:
    """How one kind of file is read and written, who may do so, and the page on which it is uploaded.

    `read(council, rows, subject=…, on=…)` writes nothing and raises Unreadable or Refused for a file as a whole.
    `apply(council, read, by=…, at=…, on=…)` writes it all, harmless twice, and counts what changed; `count(council,
    read)` counts the same without writing, where that can be done. `columns` are those of a kind that is the same for
    every council. `about(council, subject, on)` is the subject in words. `guard(council, read, actors=…, on=…)` notes
    as faults what those who upload or confirm may not do, and says in words what takes a second person; `others(council,
    uploader, at)` are those who may be that second person.
    """

    code: str
    permission: str
    read: Callable[..., Read]
    apply: Callable[..., dict[str, int]]
    count: Callable[..., dict[str, int]] | None = None
    columns: tuple[Column, ...] = ()
    page: str = "import"
    about: Callable[[Council, str, date], str] | None = None
    guard: Callable[..., list[str]] | None = None
    others: Callable[[Council, int, datetime], list[User]] | None = None


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Let files of a kind be imported; a code stands for one kind only."""
    if KINDS.get(kind.code, kind) != kind:
        raise ValueError(f"There are two kinds of files called {kind.code}.")
    KINDS[kind.code] = kind
    return kind


def fixed() -> dict[str, ImportKind]:
    """The kinds whose columns are the same for every council: they have templates and share a page."""
    return {code: kind for code, kind in KINDS.items() if kind.columns}


def kinds_of(user: User) -> list[str]:
    """The codes of the kinds that this person imports."""
    may = {one: user.has_perm(one) for one in {kind.permission for kind in KINDS.values()}}
    return [code for code, kind in KINDS.items() if may[kind.permission]]
