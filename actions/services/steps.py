"""The shared way of taking a step: lock the action, ask who may, check the move, leave a row."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from actions import limits
from actions.limits import Anchors, settled
from actions.models import Action, ActionMove, DueChange
from actions.selectors import policy_of, signers_of, tree_of
from actions.states import ActionState
from core.moves import Move
from core.trail import record
from people.models import User
from standards.policy import ActionClass
from standards.selectors import calendar_of
from standards.workdays import PLAIN, Calendar


def locked(action: Action, *, by: User, permission: str) -> Action:
    """The action, locked for this transaction. Raises PermissionDenied if `by` may not take the step."""
    found = Action.objects.with_people().with_edition()
    action = found.select_for_update(of=("self",)).get(pk=action.pk)
    if not by.has_perm(permission, action):
        raise PermissionDenied
    return action


def take(
    action: Action,
    move: Move,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Save the action in the move's target state with `fields`, and leave the move and a trail line."""
    action.state = move.target
    action.save(update_fields=["state", *fields])
    leave(action, move.verb, by=by, at=at, reason=reason)


def leave(action: Action, verb: str, *, by: User | None, at: datetime, reason: str = "") -> None:
    """A row that something was done, and a line in the trail."""
    ActionMove.objects.create(
        action=action, verb=verb, state=action.state, by=by, at=at, reason=reason
    )
    record(f"{verb} action", action, by=by, cause="" if by else "job", at=at)


def class_of(action: Action) -> ActionClass | None:
    """The class that the action is in, as its edition has it."""
    policy = policy_of(action)
    return policy.actions.action_class(action.action_class) if policy else None


def limit_of(action: Action) -> ActionClass | None:
    """What an action that begins anew is limited by: its class, or the hours that it was given as a task."""
    cls = class_of(action)
    if limits.limited(cls) or not action.hours:
        return cls
    return limits.in_hours(action.hours)


def calendar_for(action: Action) -> Calendar:
    """The council's working days, asked only where a class counts them."""
    cls = class_of(action)
    return calendar_of(action.council_id) if cls and cls.limit else PLAIN


def settle(action: Action, anchors: Anchors, cls: ActionClass | None = None) -> tuple[str, ...]:
    """Set the date that follows from the class and from what was chosen; returns the fields that it set.

    The class is the action's own, unless another limit is given.
    """
    cls, calendar = cls or class_of(action), calendar_for(action)
    chosen = action.due_on if action.date_given else None
    end = settled(cls, chosen, action.late_reason, anchors, calendar)
    last = settled(cls, None, "", anchors, calendar)
    action.latest_on = last.on if last else None
    if end is not None:
        action.due_on, action.due_at = end.on, end.at or kept_moment(action, cls)
    elif action.state == ActionState.DRAFT:
        action.due_on = action.due_at = None
    return ("due_on", "due_at", "latest_on")


def kept_moment(action: Action, cls: ActionClass | None) -> datetime | None:
    """The moment of a task without a class, which whoever gave it has set."""
    return action.due_at if cls is None or cls.limit is None else None


def keep_date(
    action: Action, old: date | None, *, reason: str, by: User | None, at: datetime
) -> None:
    """Keep what the date was before."""
    if old and action.due_on and old != action.due_on:
        DueChange.objects.create(
            action=action, old_on=old, new_on=action.due_on, reason=reason.strip(), by=by, at=at
        )


def who_signs(action: Action, at: datetime) -> list[int]:
    """Everybody who signs the action off as of a moment."""
    return sorted(signers_of(action, tree_of(action, timezone.localdate(at))))
