"""The shared way of taking a step: lock the moderation, ask who may, check the move, leave a row."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from audits.models import Audit
from core.moves import Move
from core.trail import record
from moderation.models import Moderation, ModerationMove
from people.models import User

ROUND = "moderation round"  # who did it where nobody did: the job of the month


def lock(moderation: Moderation) -> Moderation:
    """The moderation as it is now under a lock, its audit with it."""
    Audit.objects.select_for_update().get(pk=moderation.audit_id)
    return Moderation.objects.with_audit().select_for_update(of=("self",)).get(pk=moderation.pk)


def locked(moderation: Moderation, *, by: User, permission: str) -> Moderation:
    """The moderation under a lock, its audit with it. Raises PermissionDenied if `by` may not take the step."""
    found = lock(moderation)
    if not by.has_perm(permission, found):
        raise PermissionDenied
    return found


def take(
    moderation: Moderation,
    move: Move,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Save the moderation in the move's target state with `fields`, and leave the move and a trail line."""
    move.check(moderation.state)
    moderation.state = move.target
    moderation.save(update_fields=["state", *fields])
    leave(moderation, move.verb, by=by, at=at, reason=reason)


def leave(
    moderation: Moderation, verb: str, *, by: User | None, at: datetime, reason: str = ""
) -> None:
    """Keep in the history that something was done; it changes nothing itself."""
    ModerationMove.objects.create(
        moderation=moderation, verb=verb, state=moderation.state, by=by, at=at, reason=reason
    )
    cause = "" if by else ROUND
    council = moderation.council_id
    record(f"{verb} (moderation)", moderation, by=by, cause=cause, council_id=council, at=at)
