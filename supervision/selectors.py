"""Personal notes as their two readers see them. A text is opened for one page and kept nowhere."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.views.decorators.debug import sensitive_variables

from core.sealed import Unreadable, unseal
from people.line_managers import line_managers, line_reports
from people.models import User
from people.selectors import line_of
from supervision.models import PersonalNote, Share


@dataclass(frozen=True)
class Report:
    """One person whom somebody line-manages, and how many notes of theirs this manager may read."""

    person: User
    notes: int


@dataclass(frozen=True)
class Written:
    """One note with its text opened; no text where its key is missing. Printed, it shows nothing of the text."""

    note: PersonalNote
    text: str = field(repr=False)
    readable: bool


def reports_of(user: User, on: date) -> list[Report]:
    """The people whom somebody line-manages, by name."""
    ids = line_reports(line_of(user, on), user.pk)
    people = User.objects.filter(pk__in=ids, council=user.council_id, is_active=True)
    seen = PersonalNote.objects.visible_to(user, on).newest().exclude(worker=user)
    count = Counter(seen.order_by().values_list("worker_id", flat=True))
    return [Report(one, count[one.pk]) for one in people.order_by("name", "pk")]


def managers_of(worker: User, on: date) -> list[User]:
    """The worker's line managers on the day, by name."""
    ids = line_managers(line_of(worker, on), worker.pk)
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("name", "pk"))


def notes_about(worker: User, managers: Iterable[User], on: date) -> list[Any]:
    """A worker's own notes, the latest supervision first, each with `shared`: with one of these managers."""
    notes = PersonalNote.objects.visible_to(worker, on).filter(worker=worker).newest()
    shared = Share.objects.standing().filter(note=OuterRef("pk"), reader__in=list(managers))
    return list(notes.select_related("author").annotate(shared=Exists(shared)).defer("text"))


def notes_on(worker: User, *, reader: User, on: date) -> list[PersonalNote]:
    """The notes on one worker that their line manager may read: their own, and what the worker shares."""
    seen = PersonalNote.objects.visible_to(reader, on).filter(worker=worker).newest()
    return list(seen.select_related("author").defer("text"))


@sensitive_variables()
def opened(note: PersonalNote) -> Written:
    """A note with its text."""
    try:
        return Written(note, unseal(note.text, about=note.sealed_about("text")), True)
    except Unreadable:
        return Written(note, "", False)


def earlier(note: PersonalNote, *, reader: User, on: date) -> list[Written]:
    """What the note said before it was corrected, the latest first, as far as this reader may open it."""
    seen = PersonalNote.objects.visible_to(reader, on).filter(worker=note.worker_id)
    before, chain = note.corrects_id, list[int]()
    corrected = dict(seen.exclude(pk=note.pk).values_list("pk", "corrects_id")) if before else {}
    while before is not None and before in corrected:
        chain.append(before)
        before = corrected[before]
    notes = seen.select_related("author").in_bulk(chain)
    return [opened(notes[pk]) for pk in chain]


def left_to_share(notes: Iterable[Any], managers: Iterable[User]) -> list[Any]:
    """Of `notes_about`, those by whoever manages the worker no more, which nobody who does may read yet."""
    present = {one.pk for one in managers}
    return [one for one in notes if one.author_id not in present and not one.shared]
