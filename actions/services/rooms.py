"""Actions that stand on the tracker for something with a page of its own: handed on, moved and concluded by its room.

Whoever calls has asked who may.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from actions.models import Action, DueChange
from actions.services.steps import keep_date, leave, take
from actions.states import REOPEN, UNFINISHED, ActionState
from people.models import User


@transaction.atomic
def hand_on(action: Action, *, owner: User, due_on: date, by: User, at: datetime) -> Action:
    """Give the action to whoever has the next step, with its date; what is finished already stays."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    if action.state not in UNFINISHED:
        return action
    if action.due_on and action.due_on != due_on:
        DueChange.objects.create(
            action=action, old_on=action.due_on, new_on=due_on, reason="", by=by, at=at
        )
    action.owner, action.due_on, action.due_at, action.hours = owner, due_on, None, None
    action.set_on, action.latest_on, action.asked = timezone.localdate(at), None, []
    dates = ["due_on", "due_at", "hours", "set_on", "latest_on"]
    action.save(update_fields=["owner", *dates, "asked"])
    leave(action, "reassign", by=by, at=at)
    return action


@transaction.atomic
def conclude(action: Action, *, evidence: str, by: User, at: datetime) -> Action:
    """Sign the action off, because what it stands for is finished; doing it again changes nothing."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    if action.state not in UNFINISHED:
        return action
    on = timezone.localdate(at)
    action.evidence, action.done_on, action.closed_on = evidence, on, on
    action.state, action.asked = ActionState.SIGNED_OFF, []
    action.save(update_fields=["evidence", "done_on", "closed_on", "state", "asked"])
    leave(action, "sign off", by=by, at=at, reason=evidence)
    return action


@transaction.atomic
def move_due(action: Action, *, due_on: date, reason: str, by: User | None, at: datetime) -> Action:
    """Give the action another date; what is finished already, or has this date, stays. Nobody moves it where a job does."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    old = action.due_on
    if action.state not in UNFINISHED or old is None or old == due_on:
        return action
    action.due_on, action.due_at = due_on, None
    action.set_on, action.latest_on = timezone.localdate(at), None
    action.save(update_fields=["due_on", "due_at", "set_on", "latest_on"])
    keep_date(action, old, reason=reason, by=by, at=at)
    leave(action, "more time" if due_on > old else "earlier date", by=by, at=at, reason=reason)
    return action


@transaction.atomic
def stand_again(
    action: Action, *, owner: User, due_on: date, reason: str, by: User, at: datetime
) -> Action:
    """Open an action again that was concluded, because what it stands for is not finished after all (C4-c).

    Refused unless it was concluded.
    """
    action = Action.objects.select_for_update().get(pk=action.pk)
    REOPEN.check(action.state)
    old = action.due_on
    action.owner, action.due_on, action.due_at, action.latest_on = owner, due_on, None, None
    action.set_on, action.round = timezone.localdate(at), action.round + 1
    action.evidence, action.done_on, action.closed_on = "", None, None
    dates = ("owner", "due_on", "due_at", "latest_on", "set_on", "round")
    fields = (*dates, "evidence", "done_on", "closed_on")
    keep_date(action, old, reason=reason, by=by, at=at)
    take(action, REOPEN, by=by, at=at, reason=reason, fields=fields)
    return action
