"""Giving an audit to an auditor by hand, under the framework's rules."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audits.independence import Parties
from audits.models import Audit
from audits.services.opening import Allotment, open_audit
from cases.models import CaseFile
from core.moves import Refused
from core.trail import record
from people.models import Council, User
from people.organisation import Line
from people.roles import Role
from people.selectors import line
from programme.allocation import cooling_off, left_aside, month_without_audits, over_the_number
from programme.selectors.allocating import (
    Candidate,
    audits_under_way,
    candidates,
    last_audited_on,
    workers,
)
from programme.selectors.moderators import rule_of, why_not
from programme.services.year import fill_slot
from standards.deadlines import clear_of, deadline, notice_by
from standards.models import FrameworkVersion, Tool
from standards.policy import Allocation, Policy
from standards.selectors import calendar_of, edition

NO_DAY = "Enter the day of the audit: in this framework it is due back on that day."
PAST_DAY = "The day of the audit must be today or later."
OTHER_MONTH = "The day of the audit lies in another month than the one it counts for."
DAY_PROBLEMS = frozenset({NO_DAY, PAST_DAY, OTHER_MONTH})


class NeedsConfirming(Refused):
    """Allowed, but only when the QA team says so knowingly."""


class WrongModerator(Refused):
    """The person named as moderator may not moderate this audit."""


@dataclass(frozen=True)
class Choice:
    """What the QA officer chose; `month` is the first day of the month the audit counts for.

    `reason`: why the framework's rule on teams is left aside, where it lets the QA team do so.
    `flash_source`: what a flash audit was raised from; it is counted apart from the programme (E-30).
    `moderator`: who moderates it, where the framework has that named with the allocation (J-18).
    """

    case: CaseFile
    tool: Tool
    auditor: User
    worker: User
    second_worker: User | None
    month: date
    practice_week: bool = False
    audit_on: date | None = None
    reason: str = ""
    flash_source: str = ""
    moderator: User | None = None


def allocate(choice: Choice, *, by: User, at: datetime, confirmed: bool = False) -> Audit:
    """Give the audit to the auditor and stamp its deadline; the auditor is told.

    Raises PermissionDenied if `by` is not in the QA team, Refused with every rule that
    stands against it, WrongModerator for a moderator who may not moderate it, NeedsConfirming when it goes over the framework's number or the file
    is being audited already. A refused try leaves a line in the trail.
    """
    try:
        return _allocate(choice, by=by, at=at, confirmed=confirmed)
    except Refused as fault:
        record(
            "allocation refused", choice.case, by=by, at=at, detail={"rules": len(fault.problems)}
        )
        raise


@transaction.atomic
def _allocate(choice: Choice, *, by: User, at: datetime, confirmed: bool) -> Audit:
    council = Council.objects.select_for_update().get(pk=choice.case.council_id)
    if not by.has_perm("programme.allocate_audit") or by.council_id != council.pk:
        raise PermissionDenied
    if choice.tool.version.council_id != council.pk:
        raise PermissionDenied
    on = timezone.localdate(at)
    check_edition(choice.tool.version)
    framework = edition(choice.tool.version)
    rule = framework.policy.allocation
    check_people(choice, on)
    check_times(choice, framework.policy, on)
    ids = {person.pk for person in (choice.worker, choice.second_worker) if person}
    found = {
        one.user.pk: one
        for one in candidates(framework, choice.case, ids, month=choice.month, on=on)
    }
    candidate = found.get(choice.auditor.pk)
    aside = check_auditor(candidate, rule, choice.reason)
    tree = line(council.pk, on)
    check_moderator(choice, framework.policy, tree)
    if not confirmed and (doubts := doubts_about(choice, candidate, rule, on)):
        raise NeedsConfirming("Please confirm this allocation.", doubts)
    manager_ids = tree.first_above(choice.worker.pk, Role.LINE_MANAGER)
    audit = open_audit(
        Allotment(
            case=choice.case,
            tool=choice.tool,
            auditor=choice.auditor,
            worker=choice.worker,
            second_worker=choice.second_worker,
            manager=User.objects.filter(pk__in=manager_ids).order_by("pk").first(),
            month=choice.month,
            deadline_on=due_on(choice, framework.policy, on),
            practice_week=choice.practice_week,
            reason=" ".join(
                filter(None, (aside_words(aside, choice), short_notice(choice, rule, on)))
            ),
            flash_source=choice.flash_source.strip(),
            moderator=choice.moderator,
        ),
        by=by,
        at=at,
    )
    fill_slot(audit, by=by, at=at)
    return audit


def aside_words(aside: tuple[str, ...], choice: Choice) -> str:
    """Which rule was left aside, and why; empty where none was."""
    return f"{' '.join(aside)} Left aside: {choice.reason.strip()}" if aside else ""


def short_notice(choice: Choice, rule: Allocation, on: date) -> str:
    """What must be confirmed when the auditor gets shorter notice than the framework promises; else empty (SC-14)."""
    if rule.notice is None or choice.audit_on is None:
        return ""
    by = notice_by(choice.audit_on, rule.notice, calendar_of(choice.case.council_id))
    if on <= by:
        return ""
    return (
        f"For an audit on {choice.audit_on:%a %-d %B %Y} the auditor is told by {by:%a %-d %B %Y} "
        f"({rule.notice.words} before). The notice is shorter now."
    )


def due_on(choice: Choice, policy: Policy, on: date) -> date:
    """The day by which the audit is due back; none falls due in a month without audits but the audit's own day."""
    rule = policy.allocation.deadline
    found = deadline(rule, allocated_on=on, month=choice.month, audit_on=choice.audit_on)
    return found if rule.rule == "audit_date" else clear_of(found, policy.months_without_audits)


def check_edition(version: FrameworkVersion) -> None:
    """Refuse an edition under which no audit begins any more, or not yet; audits under way keep theirs."""
    if not FrameworkVersion.objects.open_to_audits().filter(pk=version.pk).exists():
        raise Refused(
            "The audit cannot be allocated like this.",
            ["This edition of the framework is closed to new audits."],
        )


def check_people(choice: Choice, on: date) -> None:
    """Refuse a closed file, one the auditor has already, and workers who do not work it or are the same person."""
    problems = []
    if not CaseFile.objects.open_on(on).filter(pk=choice.case.pk).exists():
        problems.append("This case is closed, so it cannot be audited.")
    now = {involvement.user_id for involvement in workers(choice.case, on)}
    if choice.worker.pk not in now:
        problems.append("Choose the worker from those who work with this child now.")
    if choice.second_worker and choice.second_worker.pk not in now:
        problems.append("Choose the second worker from those who work with this child now.")
    if choice.second_worker == choice.worker:
        problems.append("The second worker must be another person.")
    if choice.auditor.pk in {choice.worker.pk, getattr(choice.second_worker, "pk", None)}:
        problems.append("Nobody audits their own case.")
    if Audit.objects.filter(case=choice.case, auditor=choice.auditor).under_way().exists():
        problems.append("The auditor is auditing this child's file already.")
    if problems:
        raise Refused("The audit cannot be allocated like this.", problems)


def wrong_day(choice: Choice, rule: Allocation, on: date) -> str:
    """Why the audit cannot be due on its own day, where the framework has it due then; else empty."""
    if rule.deadline.rule != "audit_date":
        return ""
    if choice.audit_on is None:
        return NO_DAY
    if choice.audit_on < on:
        return PAST_DAY
    same = (choice.audit_on.year, choice.audit_on.month) == (choice.month.year, choice.month.month)
    return "" if same else OTHER_MONTH


def check_times(choice: Choice, policy: Policy, on: date) -> None:
    """Refuse a month in which nobody audits, a file that was audited too lately, and a day that cannot be.

    Where several auditors audit the same file, those of the same month do not stand in each other's way.
    """
    rule = policy.allocation
    last_on = None
    if rule.cool_off_months is not None:
        but_month = choice.month if rule.several_auditors else None
        last_on = last_audited_on(choice.case, but_month=but_month)
    found = (
        month_without_audits(policy.months_without_audits, choice.month),
        cooling_off(rule, last_on, on),
        wrong_day(choice, rule, on),
    )
    if problems := [words for words in found if words]:
        raise Refused("The audit cannot be allocated like this.", problems)


def check_auditor(candidate: Candidate | None, rule: Allocation, reason: str) -> tuple[str, ...]:
    """Refuse somebody who holds no post that audits, or against whom a rule stands.

    Gives the rules that the QA team leaves aside with a reason, where the framework lets it.
    """
    if candidate is None:
        raise Refused(
            "This person cannot be given audits.", ["The person holds no post that audits today."]
        )
    aside = left_aside(rule, candidate.objections)
    if set(candidate.objections) - set(aside):
        raise Refused("This person cannot audit this file.", candidate.objections)
    if aside and not reason.strip():
        raise Refused(
            "This person cannot audit this file.",
            [f"{words} Or give the reason for leaving this rule aside." for words in aside],
        )
    return aside


def check_moderator(choice: Choice, policy: Policy, tree: Line) -> None:
    """Refuse a moderator where the framework names none with the allocation, and one who may not moderate it."""
    if choice.moderator is None:
        return
    name = choice.moderator.name
    rule = rule_of(policy)
    if rule is None:
        words = "In this framework the moderator is not named when an audit is given out."
        raise WrongModerator(words, [words])
    if why := why_not(choice.moderator, rule, parties_of(choice), tree):
        raise WrongModerator(
            "This person cannot moderate this audit.",
            [f"{name} may not moderate this audit: {name} {why}."],
        )


def parties_of(choice: Choice) -> Parties:
    """Those who would have a part in the audit."""
    second = choice.second_worker
    return Parties(choice.auditor.pk, choice.worker.pk, second.pk if second else None)


def doubts_about(
    choice: Choice, candidate: Candidate | None, rule: Allocation, on: date
) -> list[str]:
    """What the QA officer must confirm knowingly."""
    doubts = []
    flash = bool(choice.flash_source.strip())
    if candidate and not flash and (words := over_the_number(rule, candidate.auditor)):
        doubts.append(words)
    if not rule.several_auditors and audits_under_way(choice.case):
        doubts.append("This child's file is being audited already.")
    if words := short_notice(choice, rule, on):
        doubts.append(words)
    return doubts
