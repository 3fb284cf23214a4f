"""What a grade sets off, as the framework's file says: tasks with their limits, and who is told (B4, B0-17)."""

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.services import Plan, open_drafts, raise_action, withdraw_action
from audits import selectors
from audits.models import Audit, Triggered
from core.notices import Message, tell
from core.trail import record
from people.models import User
from people.selectors import resolve_all
from standards.deadlines import months_after
from standards.policy import GradeTrigger, Limit, Policy, TriggerTask
from standards.workdays import working_days_from

RETURNED, MODERATED, FINAL = "returned", "moderated", "final"
TASK, TASK_WORDS = selectors.TASK, "Task"
SOURCE = "audit"
# For a task to which the framework gives no limit, nor any other task of its trigger: the file names none to keep.
USUAL = Limit(5, "working_days")


def triggers(policy: Policy, point: str, grade: str, flags: Iterable[str]) -> list[GradeTrigger]:
    """The triggers that a grade meets at a point, with the marks that the audit has."""
    return [
        one
        for one in policy.grade_triggers
        if one.point == point
        and (not one.grades or grade in one.grades)
        and (not one.flag or one.flag in flags)
    ]


def flags_of(audit: Audit) -> frozenset[str]:
    """The marks of an audit that triggers ask for: Practice Week, and whether a safeguarding concern was said."""
    found = {"practice_week"} if audit.practice_week else set()
    if any("safeguarding" in one.flag for one in selectors.edition_of(audit).policy.grade_triggers):
        concern = any(
            given.text == "yes" and "safeguarding" in key[0].split(".")
            for key, given in selectors.given_answers(audit).items()
        )
        found.add("safeguarding" if concern else "no_safeguarding")
    return frozenset(found)


@transaction.atomic
def fire(
    audit: Audit,
    point: str,
    *,
    flags: frozenset[str] = frozenset(),
    without: Container[str] = (),
    tell_now: bool = False,
    by: User | None,
    at: datetime,
) -> list[GradeTrigger]:
    """Set off what the audit's grade sets off at a point, each trigger once for an audit and grade (B2-13).

    `without` are the codes of triggers that are left out. At a return the message of the return itself tells
    everybody, unless `tell_now`.

    Tasks become open actions of the audit with their moments; people are told. Where a job and no person
    made the grade final, the tasks stand in the auditor's name. Returns the new ones.
    """
    policy = selectors.edition_of(audit).policy
    fired = [
        one
        for one in triggers(policy, point, audit.grade, flags | flags_of(audit))
        if one.code not in without
        and Triggered.objects.get_or_create(
            audit=audit, code=one.code, grade=audit.grade, defaults={"at": at}
        )[1]
    ]
    given: set[str] = set()
    for trigger in fired:
        cause = "" if by else "final grade"
        detail = {"trigger": trigger.code}
        record("fire trigger", audit, by=by, cause=cause, at=at, detail=detail)
        for task in trigger.tasks:
            if task.code not in given:  # two triggers may ask for the same task
                give_task(audit, trigger, task, by=by or audit.auditor, at=at)
            given.add(task.code)
    if fired and (tell_now or point != RETURNED):
        told = [name for one in fired for name in one.tell]
        announce_trigger(audit, told, point, at=at)
    if fired:
        open_drafts(SOURCE, audit.pk, by=by or audit.auditor, at=at)
    return fired


def people_of(audit: Audit) -> dict[str, User | None]:
    """Who is meant by a recipient's first word."""
    return {
        "auditor": audit.auditor,
        "worker": audit.worker,
        "second_worker": audit.second_worker,
        "moderator": audit.moderator,
    }


def announce_trigger(audit: Audit, recipients: list[str], point: str, *, at: datetime) -> int:
    """One message to each person, whatever the number of triggers; it says no grade (C6-4)."""
    on = timezone.localdate(at)
    found = resolve_all(recipients, people=people_of(audit), council=audit.council, on=on)
    message = Message(
        kind=f"trigger.{point}",
        subject=f"Something follows from the moderation of an audit: {audit.reference}",
        text=f"The moderation of audit {audit.reference} of case {audit.case.number} is finished, and "
        "the framework asks for more to be done. Open the audit to see what, by whom and by when.",
        path=reverse("audit", args=[audit.pk]),
    )
    return tell(found, message, key=f"audit:{audit.pk}:{point}:{audit.grade}", at=at)


def give_task(
    audit: Audit, trigger: GradeTrigger, task: TriggerTask, *, by: User, at: datetime
) -> Action | None:
    """One task as an action of whoever it belongs to on the day; None where nobody holds that post."""
    on = timezone.localdate(at)
    owner = task.owner or "worker.line_manager"
    found = resolve_all([owner], people=people_of(audit), council=audit.council, on=on)
    if not found:
        record("find nobody for task", audit, by=by, at=at, detail={"task": task.code})
        return None
    due_on, due_at = due(limit_of(trigger, task), at)
    plan = Plan(kind=TASK, what=task.title, why="", owner=found[0][0], due_on=due_on)
    action = raise_action(
        plan,
        kind_label=TASK_WORDS,
        council=audit.council,
        case=audit.case,
        source=(SOURCE, audit.pk),
        by=by,
        at=at,
    )
    if due_at is not None:
        action.due_at = due_at
        action.save(update_fields=["due_at"])
    return action


def limit_of(trigger: GradeTrigger, task: TriggerTask) -> Limit:
    """The task's own limit, or the shortest of the trigger's other tasks, or the usual one."""
    others = [one.limit for one in trigger.tasks if one.limit]
    return task.limit or min(others, key=lambda one: about(one), default=USUAL)


def about(limit: Limit) -> int:
    """About how many hours a limit is, to compare two."""
    hours = {"hours": 1, "days": 24, "working_days": 33, "weeks": 168, "months": 730}
    return limit.number * hours[limit.unit]


def due(limit: Limit, at: datetime) -> tuple[date, datetime | None]:
    """The day, and for hours the moment, by which something is due (T-2 to T-5).

    Hours run through nights, holidays and the change of the clocks; the other units end with their day.
    """
    if limit.unit == "hours":
        moment = at.astimezone(UTC) + timedelta(hours=limit.number)
        return timezone.localdate(moment), moment
    on = timezone.localdate(at)
    match limit.unit:
        case "working_days":
            return working_days_from(on, limit.number), None
        case "weeks":
            return on + timedelta(weeks=limit.number), None
        case "months":
            return months_after(on, limit.number), None
        case _:
            return on + timedelta(days=limit.number), None


@transaction.atomic
def take_tasks_back(
    audit: Audit, *, given_before: datetime, reason: str, by: User, at: datetime
) -> int:
    """Withdraw the open tasks that triggers gave for this audit before a moment; returns how many (B2-22)."""
    tasks = Action.objects.raised_by(SOURCE, audit.pk).filter(
        kind=TASK, state="open", recorded_at__lt=given_before
    )
    for task in tasks:
        withdraw_action(task, reason=reason, by=by, at=at)
    return len(tasks)
