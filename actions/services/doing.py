"""From open to signed off: the owner's steps, the signers' steps, more time, withdrawing, supervision (C1-6, C1-7, C1-12)."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actions import limits
from actions.messages import announce, announce_to_owner
from actions.models import Action, SignOffStep, SupervisionReview
from actions.selectors import policy_of, standing
from actions.services.steps import (
    calendar_for,
    class_of,
    keep_date,
    leave,
    limit_of,
    locked,
    settle,
    take,
    who_signs,
)
from actions.signing import Step
from actions.states import FINISH, SEND_BACK, SIGN_OFF, START, UNFINISHED, WITHDRAW
from core.moves import Move, Refused
from people.models import User
from standards.deadlines import shifted
from standards.selectors import calendar_of

MORE_TIME = "You can bring this date forward. Only whoever signs the action off can give more time."


@transaction.atomic
def start_action(action: Action, *, by: User, at: datetime) -> Action:
    """The owner has begun. Raises PermissionDenied for anybody else."""
    action = locked(action, by=by, permission="actions.do_action")
    START.check(action.state)
    take(action, START, by=by, at=at)
    return action


@transaction.atomic
def finish_action(action: Action, *, evidence: str, by: User, at: datetime) -> Action:
    """The owner says that it is done, with the evidence; whoever signs first is asked to look (C1-6)."""
    action = locked(action, by=by, permission="actions.do_action")
    FINISH.check(action.state)
    if not evidence.strip():
        raise Refused("Say what was done and where the evidence is.")
    action.evidence = evidence.strip()
    action.done_on = timezone.localdate(at)
    action.asked = who_signs(action, at)
    take(action, FINISH, by=by, at=at, fields=("evidence", "done_on", "asked"))
    ask_next(action, at=at)
    return action


def ask_next(action: Action, *, at: datetime) -> None:
    """Tell whoever gives the next signature that the action waits for them."""
    found = standing(action, timezone.localdate(at))
    if found.next:
        once = f"r{action.round}:{found.signed}"
        announce(action, "action_done", holders(found.next), once=once, at=at)


def holders(step: Step) -> list[tuple[User, str]]:
    """The people of a step with their role."""
    return [(one, step.words) for one in User.objects.active().filter(pk__in=step.people)]


@transaction.atomic
def sign_off(
    action: Action, *, note: str = "", seen: int | None = None, by: User, at: datetime
) -> Action:
    """Give the signature that is asked for next; with the last one the action is signed off (C1-7).

    Raises PermissionDenied for its owner, for anybody whose signature is not asked for now, and for whoever has
    signed since there were the `seen` signatures of their page: one that is sent twice gives one signature.
    """
    action = locked(action, by=by, permission="actions.sign_off")
    SIGN_OFF.check(action.state)
    found = standing(action, timezone.localdate(at))
    step = found.next
    since = () if seen is None else found.signatures[seen:]
    if step is None or by.pk in {one.by_id for one in since}:
        raise PermissionDenied
    SignOffStep.objects.create(
        action=action, round=action.round, words=step.words[:300], by=by, at=at, note=note.strip()
    )
    action.__dict__.pop("_standing", None)
    if found.signed + 1 < len(found.steps):
        leave(action, "sign", by=by, at=at, reason=note.strip())
        ask_next(action, at=at)
        return action
    action.closed_on, action.impact_on = timezone.localdate(at), impact_day(action, at)
    take(action, SIGN_OFF, by=by, at=at, reason=note.strip(), fields=("closed_on", "impact_on"))
    announce_to_owner(action, "action_signed_off", once=f"r{action.round}", by=by, at=at)
    return action


def impact_day(action: Action, at: datetime) -> date | None:
    """When it is asked whether the action made a difference; never for tasks that a grade set off by itself."""
    policy = policy_of(action)
    rule = policy.actions.impact_check if policy else None
    if policy is None or rule is None or action.kind not in {k.code for k in policy.actions.kinds}:
        return None
    return shifted(timezone.localdate(at), rule.after, calendar=calendar_of(action.council_id))


@transaction.atomic
def send_back(
    action: Action, *, reason: str, due_on: date | None, by: User, at: datetime
) -> Action:
    """The work is not enough: the action is open again with a new date, and its owner is told what is missing."""
    action = locked(action, by=by, permission="actions.sign_off")
    begin_anew(action, SEND_BACK, reason=reason, due_on=due_on, by=by, at=at)
    return action


def begin_anew(
    action: Action, move: Move, *, reason: str, due_on: date | None, by: User, at: datetime
) -> None:
    """Open an action again: new date, new signatures, and its ladder from the beginning (C4-c).

    Its class, or the hours that it was given as a task, count from now (C1-3, C1-4). The caller has locked the row
    and asked who may.
    """
    move.check(action.state)
    if not reason.strip():
        raise Refused("Say what is still missing.")
    now = limits.afresh(at)
    check_date(action, due_on, "", now, at)
    old = action.due_on
    action.due_on, action.due_at, action.date_given = due_on, None, due_on is not None
    action.late_reason, action.set_on = "", timezone.localdate(at)
    settle(action, now, limit_of(action))
    action.round += 1
    action.done_on = action.closed_on = action.impact_on = None
    action.asked = who_signs(action, at)
    keep_date(action, old, reason=reason, by=by, at=at)
    again = ("due_on", "due_at", "date_given", "late_reason", "latest_on", "set_on", "round")
    fields = (*again, "done_on", "closed_on", "impact_on", "asked")
    take(action, move, by=by, at=at, reason=reason.strip(), fields=fields)
    announce_to_owner(action, "action_refused", once=f"r{action.round}", by=by, at=at)


def check_date(
    action: Action, due_on: date | None, reason: str, anchors: limits.Anchors, at: datetime
) -> None:
    """Refuse a date that is over, or later than the class or the hours of a task allow."""
    found = limits.problem(limit_of(action), due_on, reason, anchors, calendar_for(action))
    if found:
        raise Refused(found)
    if due_on is not None and due_on < timezone.localdate(at):
        raise Refused("The date must be today or later.")


@transaction.atomic
def change_date(action: Action, *, due_on: date, reason: str, by: User, at: datetime) -> Action:
    """Give more time, or bring the date forward; whatever chases it starts from the new date (C4-d).

    Whoever signs it off may do both, the QA team may bring it forward (J-44), its owner neither. More time ends at
    the class's latest date, or with a reason where the framework allows that; a limit in hours is never longer.
    """
    action = locked(action, by=by, permission="actions.change_date")
    if not action.to_do or action.due_on is None:
        raise Refused("Only an action that is still to be done can have another date.")
    old = action.due_on
    later = due_on > old
    if later and by.pk not in standing(action, timezone.localdate(at)).signers:
        raise Refused(MORE_TIME)
    if not reason.strip():
        raise Refused("Give the reason.")
    if due_on == old:
        raise Refused("This is the date that the action has.")
    if due_on < timezone.localdate(at):
        raise Refused("The date must be today or later.")
    if later:
        check_longer(action, due_on)
    action.due_on, action.due_at, action.date_given = due_on, None, True
    action.late_reason = reason.strip() if beyond(action, due_on) else action.late_reason
    action.set_on = timezone.localdate(at)
    action.save(update_fields=["due_on", "due_at", "date_given", "late_reason", "set_on"])
    keep_date(action, old, reason=reason, by=by, at=at)
    leave(action, "more time" if later else "earlier date", by=by, at=at, reason=reason.strip())
    once = f"date:{action.date_changes.count()}"
    announce_to_owner(action, "action_assigned", once=once, by=by, at=at)
    return action


def beyond(action: Action, due_on: date) -> bool:
    """Whether a date is later than the class's latest."""
    return action.latest_on is not None and due_on > action.latest_on


def check_longer(action: Action, due_on: date) -> None:
    """Refuse more time than the class allows, and any for what has a limit in hours."""
    hours = limit_of(action)
    if action.due_at is not None or (hours and hours.limit and hours.limit.unit == "hours"):
        raise Refused("What is due within hours cannot be given more time.")
    cls = class_of(action)
    if cls and beyond(action, due_on) and cls.later != limits.WITH_REASON and action.latest_on:
        raise Refused(
            f"The date for “{cls.label}” can be {limits.written(action.latest_on)} at the latest."
        )


@transaction.atomic
def withdraw(action: Action, *, reason: str, by: User, at: datetime) -> Action:
    """Take an action back, with a reason: whoever signs it off, never its owner; a draft, whoever recorded it (C1-6)."""
    action = locked(action, by=by, permission="actions.withdraw_action")
    WITHDRAW.check(action.state)
    if not reason.strip():
        raise Refused("Give the reason.")
    take(action, WITHDRAW, by=by, at=at, reason=reason.strip())
    return action


@transaction.atomic
def review_in_supervision(
    action: Action, *, on: date, note: str, by: User, at: datetime
) -> SupervisionReview:
    """Note that the action was gone through in supervision on a day, and what was said about it (C1-12).

    The same note of the same day by the same person is one review, however often it is sent.
    """
    action = locked(action, by=by, permission="actions.review_action")
    if action.state not in UNFINISHED:
        raise Refused("This action is not open any more.")
    if not note.strip():
        raise Refused("Say what was talked about.")
    if on > timezone.localdate(at):
        raise Refused("Supervision cannot lie in the future.")
    if on < timezone.localdate(action.recorded_at):
        raise Refused("Supervision cannot lie before the action was recorded.")
    if kept := action.reviews.filter(on=on, note=note.strip(), by=by).first():
        return kept
    leave(action, "review", by=by, at=at, reason=note.strip())
    return SupervisionReview.objects.create(action=action, on=on, note=note.strip(), by=by, at=at)
