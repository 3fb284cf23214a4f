"""What may be late, as the rooms above say it: each registers how to find its own things. No Django.

A provider gives, for a council and a moment, everything open of which a reminder may have come or that is overdue;
asked again for some of these things, it gives those that are still open, as they are now. It says
nothing of rungs, messages or days late: that is worked out here, the same for all.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from standards.deadlines import Due
from standards.policy import Ladder


@dataclass(frozen=True, slots=True)
class Chased:
    """One open thing that is due soon or overdue.

    `item` are words without a name (“Action 12”), `case` a case number or empty, `path` the page to open.
    `anchor_on` is the day that the ladder counts from; `late_id` whoever has it in hand. `people` are ids by the
    first word of a recipient (owner, worker, auditor …). `ladder` is None where the framework has none.
    """

    kind: str
    pk: int
    item: str
    case: str
    path: str
    due: Due
    anchor_on: date
    late_id: int
    people: Mapping[str, int | None] = field(default_factory=dict)
    ladder: Ladder | None = None
    version_id: int = 0


class Provider(Protocol):
    """What a room gives of a council at a moment; with `pks` only those of these things that are still open."""

    def __call__(
        self, council_id: int, at: datetime, pks: Collection[int] | None = None, /
    ) -> Iterator[Chased]: ...


# By kind (“action”, “audit”): everything open of this kind that is due soon or overdue.
CHASED: dict[str, Provider] = {}
# By kind, only what is due at a moment (limits in hours); asked every few minutes, so it should read little.
# A kind that has nothing of this sort registers nothing here.
HOURS: dict[str, Provider] = {}
# By kind: the ids of a council's things that are late at a moment, as a query.
LATE: dict[str, Callable[[int, datetime], Any]] = {}
# By kind: the ids of the things that must not be shown to a person now.
HIDDEN: dict[str, Callable[[Any], Any]] = {}
# What each kind is called where its things are listed.
KIND_WORDS: dict[str, str] = {"action": "Actions", "audit": "Audits"}
