"""Holding a rung back, with a reason, and letting it go again (B6-3). Nothing is ever deleted."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from escalation.models import Hold, Overdue
from escalation.selectors.late import rungs_left
from people.models import Council, User


@transaction.atomic
def hold(one: Overdue, rung: int | None, *, reason: str, by: User, at: datetime) -> Hold:
    """Hold one rung back, or with no rung the whole ladder, as long as the thing keeps its date.

    Raises PermissionDenied if `by` may not, and Refused where it is held back or the rung has been told.
    """
    Council.objects.select_for_update(no_key=True).get(pk=one.council_id)
    if not by.has_perm("escalation.hold", one):
        raise PermissionDenied
    if rung is not None and rung not in {index for index, _ in rungs_left(one)}:
        raise Refused("This rung has been told already, so it cannot be held back.")
    standing = Hold.objects.standing().filter(
        kind=one.kind, subject_id=one.subject_id, due_on=one.due_on
    )
    if any(other.rung is None or other.rung == rung for other in standing):
        raise Refused("This is held back already.")
    made = Hold.objects.create(
        council_id=one.council_id,
        kind=one.kind,
        subject_id=one.subject_id,
        due_on=one.due_on,
        rung=rung,
        reason=reason,
        by=by,
        at=at,
    )
    detail = {"kind": one.kind, "subject": one.subject_id, "rung": rung}
    record("hold back", made, by=by, at=at, detail=detail)
    return made


@transaction.atomic
def let_go(one: Hold, *, by: User, at: datetime) -> Hold:
    """Let a rung go again: if the thing is still late, it is told with the next daily run."""
    one = Hold.objects.select_for_update().get(pk=one.pk)
    if not by.has_perm("escalation.let_go", one):
        raise PermissionDenied
    if one.let_go_at is not None:
        raise Refused("This has been let go already.")
    one.let_go_by, one.let_go_at = by, at
    one.save(update_fields=["let_go_by", "let_go_at"])
    detail = {"kind": one.kind, "subject": one.subject_id, "rung": one.rung}
    record("let go", one, by=by, at=at, detail=detail)
    return one
