"""Noting who is away, so that a plan gives them no audit that falls into those days."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from people.models import User
from programme.models import Away


def check_notes(user: User, by: User) -> None:
    """Only the council's own QA team notes who is away."""
    if by.council_id != user.council_id or not by.has_perm("programme.allocate_audit"):
        raise PermissionDenied


@transaction.atomic
def note_away(user: User, from_on: date, to_on: date, *, by: User, at: datetime) -> Away:
    """Note that somebody is away from one day to another, both included; noting it again changes nothing.

    Raises PermissionDenied if `by` is not in the QA team, Refused when it ends before it starts.
    """
    check_notes(user, by)
    if to_on < from_on:
        raise Refused("The last day away must be the first day away or later.")
    away, made = Away.objects.get_or_create(
        user=user, from_on=from_on, to_on=to_on, defaults={"noted_by": by, "noted_at": at}
    )
    if made:
        record("note away", user, by=by, at=at, detail={"days": (to_on - from_on).days + 1})
    return away


@transaction.atomic
def remove_away(away: Away, *, by: User, at: datetime) -> None:
    """Take back that somebody is away; its history stays."""
    check_notes(away.user, by)
    away.delete()
    record("remove away", away.user, by=by, at=at)
