"""A council's editions through a programme year, and what they ask for in some of its days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from core.prepared import COUNCIL, DAY, Prepared
from people.models import Council
from programme.models import ProgrammeYear
from programme.requirements import Owed, Programme, read, year_of
from standards.deadlines import months_after
from standards.models import FrameworkVersion

# The rules of editions that can no longer change, by row and checksum.
_kept: dict[tuple[int, str], Programme] = {}
KEEP = 64


@dataclass(frozen=True)
class Rulebook:
    """The editions that were or will be in force in a year, the newest first, with their year's rules."""

    year_on: date
    editions: tuple[tuple[FrameworkVersion, Programme], ...]

    def on(self, day: date) -> tuple[FrameworkVersion, Programme] | None:
        """The edition in force on a day."""
        return next((one for one in self.editions if in_force_on(one[0], day)), None)

    def owed(self) -> Iterator[tuple[FrameworkVersion, Programme, Owed]]:
        """Everything owed in the year, each period under the edition in force on its first day."""
        for version, programme in self.editions:
            for owed in programme.owed(self.year_on):
                found = self.on(owed.first_on)
                if found and found[0] == version:
                    yield version, programme, owed

    def auditors(self, day: date) -> set[str]:
        """The engine roles that may be given audits on a day."""
        found = self.on(day) or (self.editions[0] if self.editions else None)
        return set(found[0].policy["allocation"]["auditors"]) if found else set()

    def of(self, first: date, last: date) -> Programme:
        """The rules that a screen shows for some days: those in force on the last of them, else the oldest."""
        found = self.on(last) or (self.editions[-1] if self.editions else None)
        return found[1] if found else Programme({})


def in_force_on(version: FrameworkVersion, day: date) -> bool:
    """Whether an edition had taken effect by a day and was not yet retired on it."""
    ended = version.retired_at is not None and timezone.localdate(version.retired_at) <= day
    return version.effective_from <= day and not ended


# All of an edition but its own text, and all of its council.
OF_VERSION = [
    field.attname
    for field in FrameworkVersion._meta.concrete_fields
    if field.attname not in {"source", "policy"}
]
OF_COUNCIL = [field.attname for field in Council._meta.concrete_fields]
VERSIONS = Prepared(
    lambda: (
        FrameworkVersion.objects.filter(council=COUNCIL, effective_from__lte=DAY)
        .exclude(state=FrameworkVersion.State.DRAFT)
        .exclude(policy__framework__contains={"closed": True})
        .order_by("-effective_from", "-edition")
        .values_list(*OF_VERSION, *(f"council__{name}" for name in OF_COUNCIL))
    )
)


def version_of(row: tuple[Any, ...]) -> FrameworkVersion:
    """An edition without its own text, with its council."""
    own = len(OF_VERSION)
    found = FrameworkVersion.from_db("default", OF_VERSION, row[:own])
    found.council = Council.from_db("default", OF_COUNCIL, row[own:])
    return found


def rulebook(council_id: int, year_on: date) -> Rulebook:
    """The council's editions of a year; one query."""
    last = months_after(year_on, 12) - timedelta(days=1)
    versions = [version_of(row) for row in VERSIONS.rows({COUNCIL: council_id, DAY: last})]
    return Rulebook(year_on, tuple((version, programme_of(version)) for version in versions))


def programme_of(version: FrameworkVersion) -> Programme:
    """What an edition that can no longer change says about the year; its text is read once in each process."""
    key = (version.pk, version.checksum)
    if key not in _kept:
        if len(_kept) >= KEEP:
            _kept.clear()
        _kept[key] = read(version.policy)
    return _kept[key]


def years_to_open(council: Council, on: date) -> list[date]:
    """The first days of the years that can be opened: this one and the next, unless they are open."""
    book = rulebook(council.pk, on)
    found = book.on(on) or (book.editions[-1] if book.editions else None)
    if found is None:
        return []
    first = year_of(on, found[1].year_start_month)
    open_ = set(
        ProgrammeYear.objects.filter(council=council, first_on__gte=first).values_list(
            "first_on", flat=True
        )
    )
    return [day for day in (first, months_after(first, 12)) if day not in open_]
