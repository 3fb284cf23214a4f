"""Writing commentary beside the figures: a text at a time, and nobody writes over another's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cases.models import CaseFile
from core.moves import Refused
from core.trail import record
from people.models import User
from reporting.figure import Value
from reporting.models import Commentary, Report
from reporting.naming import names_in, numbers_in
from reporting.placeholders import unknown
from reporting.sections import Place


class Overtaken(Refused):
    """Somebody else has saved meanwhile; `theirs` is what stands there now."""

    def __init__(self, theirs: Commentary) -> None:
        super().__init__(
            "Somebody else has changed this text since you opened it. Their words stand below yours."
        )
        self.theirs = theirs


class Named(Refused):
    """The text seems to name somebody; `found` says whom or what."""

    def __init__(self, found: list[str]) -> None:
        super().__init__("The text seems to name somebody, or a child’s file.", found)
        self.found = found


@dataclass(frozen=True)
class Draft:
    """What somebody has written in one place: on top of which save, and whether they have looked for names."""

    place: Place
    text: str
    saves: int = 0
    looked: bool = False


@transaction.atomic
def save_commentary(
    report: Report, draft: Draft, values: Mapping[str, Value], *, by: User, at: datetime
) -> Commentary:
    """Keep what somebody has written in one place.

    Raises PermissionDenied for whoever may not write the report; Refused for a value that there is none of;
    Overtaken where somebody else has saved since; Named where the text seems to name somebody and nobody has looked.
    """
    report = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if not by.has_perm("reporting.write_report", report):
        raise PermissionDenied
    text = draft.text.replace("\r\n", "\n").strip()
    check_text(text, draft.place, values)
    row = Commentary.objects.filter(report=report, place=draft.place.code).first()
    if row is not None and row.text == text:
        return row
    if (row.saves if row else 0) != draft.saves and row is not None:
        raise Overtaken(row)
    if not draft.looked and (found := named_in(text, report.council_id)):
        raise Named(found)
    if row is None:
        row = Commentary(report=report, place=draft.place.code, saves=0)
    row.text, row.saved_by, row.saved_at, row.saves = text, by, at, row.saves + 1
    row.save()
    detail = {"place": draft.place.code}
    record("write commentary", row, by=by, at=at, council_id=report.council_id, detail=detail)
    return row


def check_text(text: str, place: Place, values: Mapping[str, Value]) -> None:
    """Refuse a text that is too long, or that asks for a value that there is none of."""
    if len(text) > place.longest:
        over = len(text) - place.longest
        raise Refused(f"The text is {over:,} characters too long. {place.longest:,} fit here.")
    if absent := unknown(text, values):
        words = ", ".join(f"{{{name}}}" for name in absent)
        raise Refused(f"There is no value called {words}. Take one from the list.")


def named_in(text: str, council_id: int) -> list[str]:
    """The people of the council and the files of children that a text seems to name."""
    names = User.objects.filter(council=council_id).values_list("name", flat=True)
    people = names_in(text, names)
    numbers = CaseFile.objects.filter(council=council_id, number__in=numbers_in(text))
    return [*people, *(f"file {number}" for number in numbers.values_list("number", flat=True))]
