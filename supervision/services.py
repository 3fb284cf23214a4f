"""Writing, correcting, reading and sharing personal notes. The text goes into its sealed column and nowhere else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from core.moves import Refused
from core.notices import Message, tell
from core.sealed import seal
from core.trail import record
from people.models import User
from supervision.models import PersonalNote, Share
from supervision.selectors import managers_of

CORRECTED = "This note has been corrected already. Open the newer one and correct that."


@dataclass(frozen=True)
class Said:
    """What a manager writes: the day of the supervision and the text. Printed, it shows nothing of the text."""

    held_on: date
    text: str = field(repr=False)


@sensitive_variables()
@transaction.atomic
def write_note(worker: User, said: Said, *, key: UUID, by: User, at: datetime) -> PersonalNote:
    """Keep a note for a worker and tell them that there is one to read. The same form sent twice makes one.

    Raises PermissionDenied for everybody but the worker's line manager, Refused for a day to come or no text.
    """
    if not by.has_perm("supervision.write_note", worker):
        raise PermissionDenied
    return _keep(PersonalNote(worker=worker, author=by, key=key), said, "write note", at=at)


@sensitive_variables()
@transaction.atomic
def correct_note(
    note: PersonalNote, said: Said, *, key: UUID, by: User, at: datetime
) -> PersonalNote:
    """Put a further note in the place of one, which stays as it was written.

    Raises PermissionDenied for everybody but its author while they line-manage the worker, Refused where a
    correction stands already.
    """
    note = PersonalNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if not by.has_perm("supervision.correct_note", note):
        raise PermissionDenied
    there = PersonalNote.objects.filter(corrects=note).first()
    if there and there.key != key:
        raise Refused(CORRECTED)
    made = PersonalNote(worker=note.worker, author=by, key=key, corrects=note)
    return _keep(made, said, "correct note", at=at)


@sensitive_variables()
def _keep(note: PersonalNote, said: Said, verb: str, *, at: datetime) -> PersonalNote:
    text = said.text.strip()
    if not text:
        raise Refused("Write the note.")
    if said.held_on > timezone.localdate(at):
        raise Refused("Enter a day that has come.")
    if there := PersonalNote.objects.filter(key=note.key).first():
        if (there.worker_id, there.author_id) != (note.worker_id, note.author_id):
            raise PermissionDenied
        return there
    if (council := note.worker.council) is None:
        raise PermissionDenied
    note.council, note.held_on, note.made_at = council, said.held_on, at
    note.text = seal(text, about=note.sealed_about("text"))
    note.save()
    record(verb, note, by=note.author, at=at)
    message = Message(
        kind="supervision.note",
        subject="There is a personal supervision note for you to read",
        text="Your line manager has written it. Only you and your line manager can open it: nobody else, the QA team neither.",
        path=reverse("supervision-note", args=[note.key]),
        restricted=True,
    )
    tell([(note.worker, "worker")], message, key=f"supervision:{note.key}", at=at)
    return note


@transaction.atomic
def acknowledge_note(note: PersonalNote, *, by: User, at: datetime) -> PersonalNote:
    """The worker says that they have read a note; a second time changes nothing."""
    note = PersonalNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if not by.has_perm("supervision.acknowledge_note", note):
        raise PermissionDenied
    if note.read_at is None:
        note.read_at = at
        note.save(update_fields=["read_at"])
        record("acknowledge note", note, by=by, at=at)
    return note


@transaction.atomic
def share_notes(notes: Iterable[PersonalNote], *, by: User, at: datetime) -> int:
    """The worker lets their present line manager read notes of earlier ones; returns how many were new.

    Raises PermissionDenied for everybody but the worker, Refused where they have no line manager today.
    """
    readers = managers_of(by, timezone.localdate(at))
    if not readers:
        raise Refused("Nobody is your line manager today, so there is nobody to share with.")
    new = 0
    for note in notes:
        if not by.has_perm("supervision.share_note", note):
            raise PermissionDenied
        for reader in readers:
            if reader.pk != note.author_id:
                new += _share(note, reader, by=by, at=at)
    return new


def _share(note: PersonalNote, reader: User, *, by: User, at: datetime) -> bool:
    _, made = Share.objects.get_or_create(
        note=note, reader=reader, ended_at=None, defaults={"at": at}
    )
    if made:
        record("share note", note, by=by, at=at)
    return made


@transaction.atomic
def end_sharing(note: PersonalNote, *, by: User, at: datetime) -> int:
    """The worker shares a note with nobody any more; returns with how many they did."""
    if not by.has_perm("supervision.share_note", note):
        raise PermissionDenied
    ended = Share.objects.standing().filter(note=note).update(ended_at=at)
    if ended:
        record("end sharing", note, by=by, at=at)
    return ended
