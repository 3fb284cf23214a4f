"""Files that people add, share and remove."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from actions.models import Action
from actions.states import UNFINISHED
from audits.models import Audit
from core.moves import Refused
from core.trail import record
from evidence import storing
from evidence.checking import PDF, Unacceptable, kind_of
from evidence.models import Attachment, StoredFile
from evidence.naming import shown_name
from evidence.states import FileState
from people.models import User

Place = Audit | Action


@dataclass(frozen=True)
class Sent:
    """What somebody sends: the name it came with, its bytes, what it shows, and whether nobody can be known from it."""

    name: str
    content: bytes
    caption: str
    anonymised: bool


def takes_files(place: Place) -> bool:
    """Whether files can be added and changed still: an audit until its return, an action until it is closed."""
    return place.under_way if isinstance(place, Audit) else place.state in UNFINISHED


def refuse_when_closed(place: Place) -> None:
    """Raise Refused, in words, when nothing is added or changed any more."""
    if takes_files(place):
        return
    if isinstance(place, Audit):
        raise Refused("The audit has been returned or left out, so its files stay as they are.")
    raise Refused("The action is closed or not open yet, so its files stay as they are.")


@transaction.atomic
def attach(place: Place, sent: Sent, *, by: User, at: datetime) -> Attachment:
    """Take in a file for an audit or an action; it is checked in the background and shown to nobody before.

    Raises PermissionDenied unless `by` is a party to the audit or owns the action, and Refused, with words that name
    the file, when it is too large, empty, of another kind, without words, or one too many.
    """
    place = type(place).objects.select_for_update(of=("self",)).get(pk=place.pk)
    if not by.has_perm(f"evidence.add_to_{place._meta.model_name}", place):
        raise PermissionDenied
    refuse_when_closed(place)
    name = shown_name(sent.name)
    refuse_content(name, sent)
    if Attachment.objects.of(place).standing().count() >= settings.EVIDENCE_MAX_FILES:
        raise Refused(f"There are {settings.EVIDENCE_MAX_FILES} files already. Remove one first.")
    file = StoredFile.objects.create(
        council_id=place.council_id,
        shown_name=name,
        size=len(sent.content),
        raw=sent.content,
        uploaded_by=by,
        uploaded_at=at,
    )
    made = Attachment.objects.create(
        file=file,
        caption=sent.caption.strip(),
        anonymised=sent.anonymised,
        **{str(place._meta.model_name): place},
    )
    record("upload file", file, by=by, at=at, detail=detail(made) | {"bytes": file.size})
    return made


def refuse_content(name: str, sent: Sent) -> None:
    """Raise Refused for what can be told at once; the rest is told by the check."""
    most = settings.EVIDENCE_MAX_BYTES
    if not sent.content:
        raise Refused(f"“{name}” is empty.")
    if len(sent.content) > most:
        raise Refused(f"“{name}” is larger than {most // 1024 // 1024} MB.")
    try:
        kind = kind_of(sent.content)
    except Unacceptable as fault:
        raise Refused(f"“{name}” cannot be taken. {fault}") from fault
    if kind != PDF and not sent.caption.strip():
        raise Refused("Say in a few words what the picture shows.")


def detail(one: Attachment) -> dict[str, int]:
    """What a file belongs to, for the trail."""
    return {"audit": one.audit_id} if one.audit_id else {"action": one.action_id or 0}


def locked(one: Attachment) -> Attachment:
    """The attachment with its file, held until the transaction ends."""
    rows = Attachment.objects.select_for_update(of=("self", "file"))
    found: Attachment = rows.select_related("file").defer("file__raw").get(pk=one.pk)
    return found


@transaction.atomic
def share(one: Attachment, *, by: User, at: datetime) -> Attachment:
    """Confirm that names and faces are hidden: from now on everybody who may open the audit or action sees the file.

    Raises PermissionDenied unless `by` uploaded it, and Refused once the audit is returned or the action closed.
    """
    one = locked(one)
    if not by.has_perm("evidence.share_file", one):
        raise PermissionDenied
    if one.place is not None:
        refuse_when_closed(one.place)
    if not one.anonymised:
        one.anonymised = True
        one.save(update_fields=["anonymised"])
        record("share file", one.file, by=by, at=at, detail=detail(one))
    return one


@transaction.atomic
def remove(one: Attachment, *, by: User, at: datetime) -> None:
    """Take a file away for good: its bytes, its name and its words. That there was one stays known.

    Its uploader does so until the audit is returned or the action closed. The QA team does so later too: what shows
    who a child is must be removable. Raises PermissionDenied or, in words, Refused. Twice is harmless.
    """
    one = locked(one)
    if not by.has_perm("evidence.remove_file", one):
        raise PermissionDenied
    file = one.file
    if file.state == FileState.REMOVED:
        return
    if one.place is not None and not by.has_perm("evidence.remove_file_later", one):
        refuse_when_closed(one.place)
    name = file.name
    file.state, file.raw, file.shown_name, file.fault = FileState.REMOVED, None, "", ""
    file.removed_at, file.removed_by = at, by
    file.save()
    one.caption = ""
    one.save(update_fields=["caption"])
    record("remove file", file, by=by, at=at, detail=detail(one))
    if name is not None:
        transaction.on_commit(partial(storing.erase, name))
