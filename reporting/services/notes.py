"""Noting beside a chart what happened in a month, and from where its limits are worked out anew."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from people.models import User
from reporting.models import Annotation
from reporting.services.writing import named_in


@transaction.atomic
def add_note(
    figure: str, *, month: date, words: str, rebased: bool, by: User, at: datetime
) -> Annotation:
    """Note something at a month of a figure's chart; with `rebased` the limits begin anew there, and the words say why.

    Raises PermissionDenied for others than the QA team; Refused for a month to come, without words, and where the
    limits begin anew in that month already.
    """
    if by.council_id is None or not by.has_perm("reporting.note_figure"):
        raise PermissionDenied
    if not words.strip():
        raise Refused("Say what happened, in a few words.")
    if found := named_in(words, by.council_id):
        raise Refused(f"Say it without names: it seems to name {', '.join(found)}.")
    if month > at.date():
        raise Refused("The month has not begun yet.")
    standing = Annotation.objects.filter(council=by.council, figure=figure, month=month)
    if rebased and standing.filter(rebased=True, removed_at=None).exists():
        raise Refused("The limits begin anew in that month already.")
    note = Annotation.objects.create(
        council_id=by.council_id,
        figure=figure,
        month=month.replace(day=1),
        words=words.strip(),
        rebased=rebased,
        by=by,
        at=at,
    )
    record("note beside figure", note, by=by, at=at)
    return note


@transaction.atomic
def remove_note(note: Annotation, *, by: User, at: datetime) -> Annotation:
    """Take a note away from now on; doing it twice changes nothing. Raises PermissionDenied for others than the QA team."""
    note = Annotation.objects.select_for_update().get(pk=note.pk)
    if not by.has_perm("reporting.note_figure") or note.council_id != by.council_id:
        raise PermissionDenied
    if note.removed_at is None:
        note.removed_by, note.removed_at = by, at
        note.save(update_fields=["removed_by", "removed_at"])
        record("take note away", note, by=by, at=at)
    return note
