"""What a grade sets off, as the framework's file says: tasks with their limits, and who is told (B4, B0-17)."""

from collections.abc import Collection, Container, Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from actions.models import Action
from actions.services import open_drafts, tighten, withdraw_action
from actions.states import TO_DO
from audits import selectors
from audits.answers import Given
from audits.completeness import Key
from audits.messages import message_of
from audits.models import Audit, Listed, Triggered
from audits.selectors.closing import people_of, seeing
from audits.selectors.reading import fired_before, kept_line
from audits.services.loops import begin, leave_out_open
from audits.services.setting_off import SOURCE, give_action
from core.notices import tell
from core.trail import record
from people.models import User
from people.selectors import resolve_all
from standards.policy import Duration, GradeTrigger, Limit, Policy, TriggerTask

RETURNED, MODERATED, FINAL = "returned", "moderated", "final"
TASK = selectors.TASK
# What an audit has set off: codes, each with the grade.
Noted = Collection[tuple[str, str]]
# For a task to which the framework gives no limit: the time of a follow-up (B4-1, B5-11).
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


def marks_of(audit: Audit, answers: dict[Key, Given] | None = None) -> frozenset[str]:
    """The marks of an audit that triggers ask for: Practice Week, and whether a safeguarding concern was said.

    `answers` are all that the audit has, where they have been read already.
    """
    found = {"practice_week"} if audit.practice_week else set()
    if any("safeguarding" in one.flag for one in selectors.edition_of(audit).policy.grade_triggers):
        said = selectors.given_answers(audit) if answers is None else answers
        concern = any(
            given.text == "yes" and "safeguarding" in key[0].split(".")
            for key, given in said.items()
        )
        found.add("safeguarding" if concern else "no_safeguarding")
    return frozenset(found)


def note_first(
    audit: Audit, wanted: list[tuple[str, str]], *, before: Noted | None = None, at: datetime
) -> list[bool]:
    """Note that an audit, which is locked, sets things off for a grade; for each whether it is the first time.

    `before` is what it had set off, where that has been read since the lock and nothing of `wanted` has been added.
    """
    if not wanted:
        return []
    known = fired_before(audit.pk) if before is None else before
    first = [one not in known and one not in wanted[:number] for number, one in enumerate(wanted)]
    Triggered.objects.bulk_create(
        Triggered(audit=audit, code=code, grade=grade, at=at)
        for (code, grade), new in zip(wanted, first, strict=True)
        if new
    )
    return first


@transaction.atomic(savepoint=False)
def fire(
    audit: Audit,
    point: str,
    *,
    flags: frozenset[str] = frozenset(),
    marks: frozenset[str] | None = None,
    before: Noted | None = None,
    without: Container[str] = (),
    tell_now: bool = False,
    by: User | None,
    at: datetime,
) -> list[GradeTrigger]:
    """Set off what the audit's grade sets off at a point, each trigger once for an audit and grade (B2-13).

    `without` are the codes of triggers that are left out. At a return the message of the return itself tells
    everybody, unless `tell_now`; what was recorded is open by then. `marks` are the audit's own, and `before` what
    it had set off, where they are known already.

    Tasks become open actions of the audit with their moments; people are told. Where a job and no person
    made the grade final, the tasks stand in the auditor's name. Returns the new ones.
    """
    policy = selectors.edition_of(audit).policy
    marks = marks_of(audit) if marks is None else marks
    met = [
        one
        for one in triggers(policy, point, audit.grade, flags | marks)
        if one.code not in without
    ]
    new = note_first(audit, [(one.code, audit.grade) for one in met], before=before, at=at)
    fired = [one for one, first in zip(met, new, strict=True) if first]
    given: set[str] = set()
    for trigger in fired:
        cause = "" if by else "final grade"
        detail = {"trigger": trigger.code}
        record("fire trigger", audit, by=by, cause=cause, at=at, detail=detail)
        for task in trigger.tasks:
            if task.code not in given:  # two triggers may ask for the same task
                give_task(audit, task, by=by or audit.auditor, at=at)
            given.add(task.code)
        put_before(audit, trigger, at=at)
        if trigger.loop:
            begin(audit, by=by or audit.auditor, at=at)
        if trigger.reaudit:
            ask_for_another(
                audit, trigger.reaudit, code=trigger.code, by=by or audit.auditor, at=at
            )
    if fired and (tell_now or point != RETURNED):
        told = [name for one in fired for name in one.tell]
        announce_trigger(audit, told, point, at=at)
    gives = any(one.tasks or one.loop or one.reaudit for one in fired)
    if gives or (fired and (tell_now or point != RETURNED)):
        anchors = selectors.anchors_of(audit)
        whose = by or audit.auditor
        tree = kept_line(audit, timezone.localdate(at))
        open_drafts(
            SOURCE, audit.pk, by=whose, at=at, anchors=anchors, grade=audit.grade, tree=tree
        )
    return fired


def tighten_actions(
    audit: Audit,
    points: Iterable[str],
    *,
    marks: frozenset[str] | None = None,
    by: User,
    at: datetime,
) -> int:
    """Put the actions of an audit into the class that its grade asks for at some points (I-43, B4-6, B4-7).

    Only those of a laxer class that are still to be done; what was set for an earlier day stays. Returns how many
    changed.
    """
    policy = selectors.edition_of(audit).policy
    marks = marks_of(audit) if marks is None else marks
    changed = 0
    for trigger in (one for point in points for one in triggers(policy, point, audit.grade, marks)):
        cls = policy.actions.action_class(trigger.action_class)
        if cls is not None:
            anchors = selectors.anchors_of(audit)
            changed += tighten(SOURCE, audit.pk, cls, by=by, at=at, anchors=anchors)
    return changed


def announce_trigger(audit: Audit, recipients: list[str], point: str, *, at: datetime) -> int:
    """One message to each person, whatever the number of triggers; it says no grade (C6-4)."""
    on = timezone.localdate(at)
    tree = kept_line(audit, on)
    found = resolve_all(
        recipients, people=people_of(audit), council=audit.council, on=on, tree=tree
    )
    page = reverse("audit", args=[audit.pk])
    message = message_of(audit, "audit_more_to_do", kind=f"trigger.{point}", path=page)
    key = f"audit:{audit.pk}:{point}:{audit.grade}:{on:%Y%m%d}"
    return tell(seeing(audit, found), message, key=key, at=at)


def give_task(audit: Audit, task: TriggerTask, *, by: User, at: datetime) -> Action | None:
    """Give one task to whoever holds the post on the day; nobody there leaves a line in the trail."""
    return give_action(
        audit, TASK, task.title, task.owner, task.limit or USUAL, code=task.code, by=by, at=at
    )


def ask_for_another(
    audit: Audit, after: Duration, *, code: str, by: User, at: datetime
) -> Action | None:
    """Ask the QA team for another audit of the same worker after some time, where there is no loop (C2-6)."""
    what = "Give the same worker another audit, with a different child"
    limit, team = Limit(after.number, after.unit), "council.qa_officer"
    return give_action(audit, selectors.FOLLOW_UP, what, team, limit, code=code, by=by, at=at)


def put_before(audit: Audit, trigger: GradeTrigger, *, at: datetime) -> None:
    """Put the audit on the lists of those whom the trigger names: watched, or shown without a message."""
    for kind, to in ((Listed.Kind.WATCH, trigger.watch), (Listed.Kind.SHOW, trigger.show)):
        if to:
            Listed.objects.get_or_create(
                audit=audit, kind=kind, to=list(to), defaults={"since": at}
            )


@transaction.atomic
def take_tasks_back(
    audit: Audit, *, given_before: datetime, reason: str, by: User, at: datetime
) -> int:
    """Withdraw the open tasks that triggers gave for this audit before a moment; returns how many (B2-22).

    A loop whose form is not authorised yet is left out with them. Should the audit get that grade once more, after
    it was reopened, it sets everything off anew.
    """
    tasks = Action.objects.raised_by(SOURCE, audit.pk).filter(
        kind=TASK, state__in=TO_DO, recorded_at__lt=given_before
    )
    for task in tasks:
        withdraw_action(task, reason=reason, by=by, at=at)
    leave_out_open(audit, reason=reason, by=by, at=at)
    rules = selectors.edition_of(audit).policy.grade_triggers
    over = [one.code for one in rules if one.grades and audit.grade not in one.grades]
    Triggered.objects.filter(audit=audit, code__in=over, at__lt=given_before).delete()
    return len(tasks)
