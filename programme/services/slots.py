"""What the QA team does with one slot by hand: mark it as done, excuse it, and take that back."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from core.moves import Move, Refused
from people.models import User
from programme.models import Slot
from programme.services.year import change, check_runs
from programme.standing import state_of
from programme.states import EXCUSE, MARK_DONE, UNDO, UNEXCUSE


@transaction.atomic
def mark_done(slot: Slot, *, done_on: date, by: User, at: datetime) -> Slot:
    """Record by hand that an activity was done on a day; where an audit fills the slot, the audit says so."""
    slot = taken(slot, MARK_DONE, by=by, at=at)
    if slot.tool_code and audits_itself(slot):
        raise Refused("An audit fills this: it is done when the audit is returned.")
    if not slot.first_on <= done_on <= timezone.localdate(at):
        raise Refused(f"Enter a day from {slot.first_on:%-d %B %Y} to today.")
    return change(slot, by=by, at=at, verb=MARK_DONE.verb, done_on=done_on)


@transaction.atomic
def undo_done(slot: Slot, *, by: User, at: datetime) -> Slot:
    """Take a mark by hand back."""
    slot = taken(slot, UNDO, by=by, at=at)
    if slot.done_on is None:
        raise Refused("An audit has done this. Reopen the audit to change it.")
    return change(slot, by=by, at=at, verb=UNDO.verb, done_on=None)


@transaction.atomic
def excuse(slot: Slot, *, reason: str, by: User, at: datetime) -> Slot:
    """Say why a post need not do this; an audit under way is left out by its own step instead (B2-4)."""
    slot = taken(slot, EXCUSE, by=by, at=at)
    if slot.audit_id:
        raise Refused("An audit is under way. It is left out on the audit's own page.")
    if not reason.strip():
        raise Refused("Give the reason.")
    return change(slot, by=by, at=at, verb=EXCUSE.verb, excused_why=reason.strip()[:300])


@transaction.atomic
def unexcuse(slot: Slot, *, by: User, at: datetime) -> Slot:
    """Ask for it again."""
    slot = taken(slot, UNEXCUSE, by=by, at=at)
    if not slot.excused_why:
        raise Refused("The audit was left out. That is not changed here.")
    return change(slot, by=by, at=at, verb=UNEXCUSE.verb, excused_why="")


def taken(slot: Slot, move: Move, *, by: User, at: datetime) -> Slot:
    """The slot under lock, when this person may take the move from where it stands."""
    found: Slot = (
        Slot.objects.select_for_update(of=("self",))
        .select_related("year", "version", "post__type", "audit")
        .get(pk=slot.pk)
    )
    check_runs(by, found.year.council_id)
    move.check(
        state_of(
            on=timezone.localdate(at),
            last_on=found.last_on,
            done_on=found.done_on,
            excused_why=found.excused_why,
            audit_state=found.audit.state if found.audit else "",
            deadline_on=found.audit.deadline_on if found.audit else None,
        )
    )
    return found


def audits_itself(slot: Slot) -> bool:
    """Whether the slot's post can be given audits at all in its edition."""
    return bool(set(slot.version.policy["allocation"]["auditors"]) & set(slot.post.type.roles))
