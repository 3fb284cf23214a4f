"""The shared way of taking a step: lock the audit, ask who may, check the move, leave a row."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from audits.models import Audit, AuditMove
from core.moves import Move
from core.trail import record
from people.models import User


def locked(audit: Audit, *, by: User, permission: str) -> Audit:
    """The audit, locked for this transaction. Raises PermissionDenied if `by` may not take the step."""
    audit = Audit.objects.select_for_update().get(pk=audit.pk)
    if not by.has_perm(permission, audit):
        raise PermissionDenied
    return audit


def take(
    audit: Audit,
    move: Move,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Save the audit in the move's target state with `fields`, and leave the move and a trail line."""
    audit.state = move.target
    audit.save(update_fields=["state", "changed_at", *fields])
    AuditMove.objects.create(
        audit=audit, verb=move.verb, state=audit.state, by=by, at=at, reason=reason
    )
    record(move.verb, audit, by=by, at=at)
