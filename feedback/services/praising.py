"""Recognition (D-BX26): a nomination is written anew without names, read by a second person, and then shown to all staff."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from feedback.models import Praise, Reply
from feedback.selectors.instruments import instrument_of
from people.models import User


@transaction.atomic
def write_praise(reply: Reply, text: str, *, by: User, at: datetime) -> Praise:
    """Write what may be shown of a nomination, or write it anew before it is shown.

    Raises PermissionDenied for whoever is not of the QA team, Refused for an instrument whose answers are not shown,
    an empty text, a text with the name that the nomination holds, or one that is shown already.
    """
    if not by.has_perm("feedback.write_praise") or by.council_id != reply.council_id:
        raise PermissionDenied
    if not instrument_of(reply).publishable:
        raise Refused("The answers to this are not shown to others.")
    if not text.strip():
        raise Refused("Write what all staff may read.")
    if reply.respondent and reply.respondent.lower() in text.lower():
        raise Refused("The text holds the name of whoever answered. Take it out.")
    praise = Praise.objects.select_for_update().filter(reply=reply).first() or Praise(reply=reply)
    if praise.shown_at:
        raise Refused("This is shown already.")
    praise.text, praise.written_by, praise.written_at = text.strip(), by, at
    praise.save()
    record("write praise", praise, by=by, at=at, council_id=reply.council_id)
    return praise


@transaction.atomic
def show_praise(praise: Praise, *, written_at: datetime | None, by: User, at: datetime) -> Praise:
    """Show it to all staff, once somebody who neither nominated nor wrote it has read that it names nobody.

    `written_at` is that of the text which they have read: it is refused once the text is another one. Raises
    PermissionDenied for whoever may not show it, Refused where it is shown already.
    """
    praise = (
        Praise.objects.select_for_update(of=("self",)).select_related("reply").get(pk=praise.pk)
    )
    if not by.has_perm("feedback.show_praise", praise):
        raise PermissionDenied
    if praise.shown_at:
        raise Refused("This is shown already.")
    if praise.written_at != written_at:
        raise Refused("The text has been changed since you read it.")
    praise.shown_by, praise.shown_at = by, at
    praise.save(update_fields=["shown_by", "shown_at"])
    record("show praise", praise, by=by, at=at, council_id=praise.reply.council_id)
    return praise
