"""What stands for a loop on the action tracker: in whose hands, and until when (C2-6, C3-7). Whoever calls has asked who may."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from actions.models import Action
from actions.services import conclude, hand_on, move_due, open_drafts, stand_again
from actions.states import TO_DO, ActionState
from audits import selectors
from audits.loop_days import Standing, form_day
from audits.models import Loop
from audits.selectors.closing import fillers, freed_on, not_done
from audits.services.loop_messages import authorising, holders
from audits.services.setting_off import HEAD, SOURCE, give_action
from audits.states import LoopState
from core.jobs import Step
from escalation.services.tally import Tally
from people.models import User
from people.selectors import acting, line
from standards.deadlines import shifted
from standards.policy import ClosingLoop, Limit
from standards.selectors import calendar_of
from standards.workdays import Calendar

# How long each step has: the source gives no limit, so it has the usual one of a task.
USUAL = Limit(5, "working_days")
QA = ("council.qa_officer",)
WHAT = "Meet the worker and their manager, and fill in the form that closes the loop"
MOVED = "The form can be handed in once the remedial actions are done."


def entries(loop: Loop) -> "QuerySet[Action]":
    """All that ever stood for a loop on the tracker."""
    return Action.objects.raised_by(SOURCE, loop.audit_id).filter(kind=selectors.LOOP)


def open_entries(loop: Loop) -> "QuerySet[Action]":
    """What stands for it now."""
    return entries(loop).filter(state__in=TO_DO)


def usual(day: date, calendar: Calendar) -> date:
    """The end of the usual time from a day."""
    return shifted(day, USUAL.duration, calendar=calendar)


def day_of_form(loop: Loop, kept: date, on: date) -> date:
    """When the form is due as its remedial actions stand on a day; `kept` is when it was due so far (C2-6)."""
    calendar = calendar_of(loop.council_id)
    waits_for = not_done(loop.audit)
    days = [one.due_on for one in waits_for if one.due_on]
    standing = Standing(
        on=on,
        usual_on=usual(on, calendar),
        waits=bool(waits_for),
        last_on=max(days, default=None),
        free_on=usual(freed_on(loop), calendar),
    )
    return form_day(kept, standing)


def put_on_tracker(loop: Loop, owner: str, *, by: User, at: datetime) -> date | None:
    """Let the loop stand on the tracker in the hands of whoever fills its form (C3-7); returns until when."""
    audit = loop.audit
    entry = give_action(audit, selectors.LOOP, WHAT, owner, USUAL, code="loop", by=by, at=at)
    if entry is not None and entry.due_on is not None:
        entry.due_on = day_of_form(loop, entry.due_on, timezone.localdate(at))
        entry.save(update_fields=["due_on"])
    anchors = selectors.anchors_of(audit)
    open_drafts(SOURCE, audit.pk, by=by, at=at, anchors=anchors, grade=audit.grade)
    return entry.due_on if entry else None


def keep_days(at: datetime, step: Step) -> int:
    """Let every form that is due go with its remedial actions; returns how many dates have moved (C2-6)."""
    tally = Tally(step)
    due = Loop.objects.filter(state=LoopState.FORM_DUE).order_by("pk")
    for pk in list(due.values_list("pk", flat=True)):
        with tally.apart(f"loop {pk}"):
            tally.add(keep_day(pk, at=at))
    return tally.end()


@transaction.atomic
def keep_day(pk: int, *, at: datetime) -> int:
    """Move the day on which the form of one loop is due, if its remedial actions have moved; 1 where it was."""
    Loop.objects.select_for_update().get(pk=pk)
    loop, moved = Loop.objects.with_audits().get(pk=pk), 0
    if loop.state != LoopState.FORM_DUE:
        return 0
    on = timezone.localdate(at)
    for entry in open_entries(loop):
        day = day_of_form(loop, entry.due_on or on, on)
        moved += day != entry.due_on
        move_due(entry, due_on=day, reason=MOVED, by=None, at=at)
    return moved


def to_authoriser(loop: Loop, rule: ClosingLoop, *, by: User, at: datetime) -> date:
    """The form is handed in: what comes next is with whoever authorises it, or the head of QA where nobody does.

    Returns until when.
    """
    on = timezone.localdate(at)
    found = authorising(loop, rule, on) or holders(loop, HEAD, on)
    return _hand_on(loop, acting(found, on), by=by, at=at)


def to_owner(loop: Loop, rule: ClosingLoop, *, by: User, at: datetime) -> date:
    """The form is sent back: what comes next is with whoever fills it, who handed it in before where they still do.

    Returns until when.
    """
    on = timezone.localdate(at)
    ids = fillers(loop, line(loop.council_id, on))
    found = [one for one in holders(loop, [rule.owner, rule.authorised_by], on) if one[0].pk in ids]
    before = [one for one in found if one[0].pk == loop.submitted_by_id]
    return _hand_on(loop, acting(before or found, on), by=by, at=at)


def _hand_on(loop: Loop, owner: User | None, *, by: User, at: datetime) -> date:
    until = usual(timezone.localdate(at), calendar_of(loop.council_id))
    for entry in open_entries(loop):
        hand_on(entry, owner=owner or entry.owner, due_on=until, by=by, at=at)
    return until


def to_team(loop: Loop, rule: ClosingLoop, *, by: User, at: datetime) -> None:
    """The form is authorised: the QA team has it until the second audit is linked (C3-7); done where none follows."""
    owner = team_of(loop, rule, timezone.localdate(at))
    for entry in open_entries(loop):
        if loop.reaudit_due_on is None:
            conclude(entry, evidence="The form is authorised.", by=by, at=at)
        else:
            day = loop.reaudit_due_on
            hand_on(entry, owner=owner or entry.owner, due_on=day, by=by, at=at)


def team_of(loop: Loop, rule: ClosingLoop, on: date) -> User | None:
    """Who of the QA team has the second audit in hand."""
    return acting(holders(loop, rule.sent_to or QA, on), on)


def back_to_team(
    loop: Loop, rule: ClosingLoop, *, reason: str, by: User, at: datetime
) -> date | None:
    """Another second audit is needed: what was concluded stands again; returns until when, None where none is due.

    That is the day on which the second audit is due, or the end of the usual time where that day is over.
    """
    on, day = timezone.localdate(at), loop.reaudit_due_on
    if day is None:
        return None
    until = day if day >= on else usual(on, calendar_of(loop.council_id))
    entry = entries(loop).filter(state=ActionState.SIGNED_OFF).last()
    if entry is not None:
        owner = team_of(loop, rule, on) or entry.owner
        stand_again(entry, owner=owner, due_on=until, reason=reason, by=by, at=at)
    return until
