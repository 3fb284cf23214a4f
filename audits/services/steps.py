"""The shared way of taking a step: lock the audit, ask who may, check the move, leave a row."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from audits.models import Audit, AuditMove
from audits.selectors.reading import kept_for_change
from core.moves import Move
from core.trail import record
from people.models import User

# What never says anything else about an audit that keeps it: people and the child's file may have changed while this
# transaction waited for the lock, so they are read anew.
SAME = ("council", "version", "tool", "unit")


def lock(audit: Audit) -> Audit:
    """The audit as it stands now, locked for this transaction; its council, team and edition come along where read."""
    fresh = kept_for_change(audit.pk)
    for name in SAME:
        field: Any = Audit._meta.get_field(name)
        same = getattr(fresh, f"{name}_id") == getattr(audit, f"{name}_id")
        if same and field.is_cached(audit):
            field.set_cached_value(fresh, field.get_cached_value(audit))
    return fresh


def locked(audit: Audit, *, by: User, permission: str) -> Audit:
    """The audit, locked for this transaction. Raises PermissionDenied if `by` may not take the step."""
    audit = lock(audit)
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
