"""The plan of a draw: asked for, worked out in the background, changed by hand, confirmed as a whole.

A plan is a row with a lease; Celery only rings the bell.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audits.models import Audit
from core.moves import Refused
from core.trail import record
from people.models import User
from people.selectors import line
from programme.matching import Gap, NoPlan, match
from programme.models import AllocationPlan, Draw, PlanRow
from programme.naming import name_each
from programme.selectors.moderators import free, in_hand, rule_of
from programme.selectors.plans import (
    DrawnFile,
    Situation,
    changed_since,
    planned_files,
    situation,
    why_not_now,
)
from programme.services.allocating import (
    Choice,
    NeedsConfirming,
    allocate,
    check_auditor,
    parties_of,
)
from programme.states import (
    ALLOCATE,
    ASK_AGAIN,
    CONFIRM,
    FAIL,
    SHOW,
    WORK_OUT,
    PlanState,
)

LEASE = timedelta(minutes=3)
TRIES = 3
TWICE = "The auditor looks at this worker's practice more than once in this plan."
REPLACED = "Files were replaced in the draw after this plan was worked out. Work it out again."


def locked_draw(draw: Draw, by: User) -> Draw:
    """The draw under a lock; PermissionDenied unless `by` is in its council's QA team."""
    found: Draw = (
        Draw.objects.select_for_update(of=("self",))
        .select_related("council", "version", "tool__version__framework__council")
        .get(pk=draw.pk)
    )
    if by.council_id != found.council_id or not by.has_perm("programme.allocate_audit"):
        raise PermissionDenied
    return found


def check_draw(draw: Draw) -> None:
    """Refuse a draw whose files are not there to be allocated."""
    if words := why_not_now(draw):
        raise Refused(words, [words])
    ALLOCATE.check(draw.state)


def locked_plan(plan: AllocationPlan, by: User) -> AllocationPlan:
    """The plan and its draw under locks, the draw first, as everywhere."""
    draw = locked_draw(plan.draw, by)
    plan = AllocationPlan.objects.select_for_update().get(pk=plan.pk)
    plan.draw = draw
    return plan


# Working it out ------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_plan(
    draw: Draw, *, by: User, at: datetime, over_number: bool = False
) -> AllocationPlan:
    """Ask for a plan of the drawn files, or for a new one; changes made by hand in an earlier one are lost.

    With `over_number`, auditors may get more than the framework's number (B6-10). One that waits
    already is given back. Raises PermissionDenied if `by` is not in the council's QA team, Refused for
    a draw that is not drawn, was drawn again or has been allocated.
    """
    draw = locked_draw(draw, by)
    plan = AllocationPlan.objects.select_for_update().filter(draw=draw).first()
    if plan is not None and plan.state == PlanState.CONFIRMED:
        raise Refused("This plan has been confirmed, and the audits are given out.")
    check_draw(draw)
    if plan is not None and plan.state in WORK_OUT.sources:
        return plan
    if plan is None:
        plan = AllocationPlan(draw=draw)
    else:
        ASK_AGAIN.check(plan.state)
        plan.rows.all().delete()
    plan.state, plan.asked_by, plan.asked_at = PlanState.WAITING, by, at
    plan.over_number, plan.explained, plan.tries, plan.lease_until = over_number, [], 0, None
    plan.save()
    record("ask for plan", draw, by=by, at=at, detail={"number": draw.number, "over": over_number})
    return plan


@transaction.atomic
def take_up(plan_id: int, *, at: datetime) -> AllocationPlan | None:
    """Take a waiting plan, or one whose worker died, for a limited time; None when there is nothing to do."""
    plan: AllocationPlan | None = (
        AllocationPlan.objects.due(at)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("draw__version", "draw__council")
        .filter(pk=plan_id)
        .first()
    )
    if plan is None:
        return None
    WORK_OUT.check(plan.state)
    plan.tries += 1
    plan.state, plan.lease_until = WORK_OUT.target, at + LEASE
    plan.save(update_fields=["tries", "state", "lease_until"])
    if plan.tries > TRIES:
        give_up(plan, "It was tried three times and did not finish.")
        return None
    return plan


def work_out(plan_id: int, *, at: datetime) -> bool:
    """Work one plan out; returns whether it was done now. Doing it again changes nothing."""
    plan = take_up(plan_id, at=at)
    if plan is None:
        return False
    if words := why_not_now(plan.draw):
        return give_up(plan, words)
    now = situation(plan.draw, planned_files(plan.draw), on=timezone.localdate(at))
    rule = now.edition.policy.allocation
    demands = [file.demand for file in now.files.values() if not file.barred]
    try:
        found = match(rule, demands, now.persons.values(), over=plan.over_number)
    except NoPlan as fault:
        return give_up(plan, str(fault))
    return write(plan, now, found.given, (*now.barred(), *found.gaps))


@transaction.atomic
def write(
    plan: AllocationPlan, now: Situation, given: dict[int, int], gaps: tuple[Gap, ...]
) -> bool:
    """Write the rows of a plan, unless somebody else has worked it out meanwhile."""
    mine = AllocationPlan.objects.select_for_update().filter(
        pk=plan.pk, state=PlanState.WORKING, tries=plan.tries
    )
    if mine.first() is None:
        return False
    why = {pk: gap.why for gap in gaps for pk in gap.case_ids}
    PlanRow.objects.filter(plan=plan).delete()
    PlanRow.objects.bulk_create(
        PlanRow(
            plan=plan,
            case_id=pk,
            worker=now.files[pk].worker,
            auditor_id=given.get(pk),
            why_none=why.get(pk, ""),
        )
        for pk in planned_files(plan.draw)
    )
    explained = [{"words": gap.words, "mend": gap.mend, "cases": len(gap.case_ids)} for gap in gaps]
    return bool(mine.update(state=SHOW.target, explained=explained, lease_until=None))


def give_up(plan: AllocationPlan, words: str) -> bool:
    """Note why a plan could not be worked out."""
    FAIL.check(plan.state)
    AllocationPlan.objects.filter(pk=plan.pk, state=PlanState.WORKING, tries=plan.tries).update(
        state=FAIL.target, explained=[{"words": words, "mend": "", "cases": 0}], lease_until=None
    )
    return False


# Changing it ---------------------------------------------------------------------------------------


def change_by_hand(
    row: PlanRow, auditor: User | None, *, reason: str = "", by: User, at: datetime
) -> PlanRow:
    """Give a file of a plan another auditor, or none; every rule is checked as when allocating by hand.

    `reason` says why the rule on teams is left aside where the framework lets it be, or why the file
    is left out. Raises PermissionDenied if `by` is not in the QA team, Refused with every rule that
    stands against it. Leave, the same worker again and the framework's number ask at confirmation.
    """
    try:
        return _change_by_hand(row, auditor, reason.strip(), by=by, at=at)
    except Refused as fault:
        detail = {"rules": len(fault.problems)}
        record("change of plan refused", row.case, by=by, at=at, detail=detail)
        raise


@transaction.atomic
def _change_by_hand(
    row: PlanRow, auditor: User | None, reason: str, *, by: User, at: datetime
) -> PlanRow:
    plan = locked_plan(row.plan, by)
    check_draw(plan.draw)
    CONFIRM.check(plan.state)
    row = plan.rows.select_related("case").get(pk=row.pk)
    row.by_hand, row.auditor, row.reason, row.why_none = True, auditor, "", ""
    if auditor is None:
        if not reason:
            raise Refused("Say why this file is left out.", ["Say why this file is left out."])
        row.why_none = f"Left out: {reason}"[:500]
    else:
        now = situation(plan.draw, [row.case_id], on=timezone.localdate(at))
        row.worker = now.files[row.case_id].worker
        row.reason = check_choice(now, row, auditor, reason)
    row.save()
    detail = {"number": plan.draw.number, "auditor": auditor.pk if auditor else None}
    record("change plan", row.case, by=by, at=at, detail=detail)
    return row


def check_choice(now: Situation, row: PlanRow, auditor: User, reason: str) -> str:
    """Refuse an auditor whom a rule forbids; gives the reason where a rule is left aside."""
    file = now.files[row.case_id]
    if file.barred:
        (gap,) = now.barred()
        raise Refused("This file cannot be given to anybody.", [gap.why, gap.mend])
    candidate = now.candidate(auditor.pk, row.case_id)
    aside = check_auditor(candidate, now.edition.policy.allocation, reason)
    return reason[:500] if aside else ""


# Confirming it -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What the QA officer says at confirmation.

    `left_out`: why the files without an auditor are left out. `audit_on`: the day of the audits, where
    the framework's audits are due on that day. `accepted`: what must be confirmed knowingly is accepted.
    """

    left_out: str = ""
    audit_on: date | None = None
    practice_week: bool = False
    accepted: bool = False


def confirm(plan: AllocationPlan, terms: Terms, *, by: User, at: datetime) -> list[Audit]:
    """Give out every audit of a plan, all or none, as when allocating by hand; those whom the framework names are told.

    Raises PermissionDenied if `by` is not in the QA team; Refused for a draw that was drawn again, for
    files without an auditor that are not said to be left out, and with every rule that stands against a
    row; NeedsConfirming when a number is gone over, a notice is short, somebody is away, or a worker's
    practice is looked at twice in a row. A refused try leaves a line in the trail.
    """
    try:
        return _confirm(plan, terms, by=by, at=at)
    except Refused as fault:
        detail = {"number": plan.draw.number, "problems": len(fault.problems)}
        record("confirm plan refused", plan.draw, by=by, at=at, detail=detail)
        raise


@transaction.atomic
def _confirm(plan: AllocationPlan, terms: Terms, *, by: User, at: datetime) -> list[Audit]:
    plan = locked_plan(plan, by)
    if plan.state == PlanState.CONFIRMED:
        raise Refused("This plan has been confirmed, and the audits are given out.")
    check_draw(plan.draw)
    CONFIRM.check(plan.state)
    if changed_since(plan):
        raise Refused("The plan cannot be confirmed.", [REPLACED])
    leave_out(plan, terms.left_out.strip())
    made = give_out(plan, terms, by=by, at=at)
    plan.state, plan.confirmed_by, plan.confirmed_at = CONFIRM.target, by, at
    plan.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    Draw.objects.filter(pk=plan.draw_id).update(state=ALLOCATE.target)
    detail = {"number": plan.draw.number, "audits": len(made)}
    record("confirm plan", plan.draw, by=by, at=at, detail=detail)
    return made


def leave_out(plan: AllocationPlan, reason: str) -> None:
    """Keep why files get no auditor; refuse those of which nobody has said that they are left out."""
    rows = list(plan.rows.filter(auditor=None, by_hand=False))
    if rows and not reason:
        n = len(rows)
        raise Refused(
            "The plan cannot be confirmed.",
            [
                f"{n} file{'' if n == 1 else 's'} {'has' if n == 1 else 'have'} no auditor. "
                "Choose one, or say why they are left out."
            ],
        )
    for row in rows:
        row.why_none = f"{row.why_none} Left out: {reason}"[:500]
        row.save(update_fields=["why_none"])


def give_out(plan: AllocationPlan, terms: Terms, *, by: User, at: datetime) -> list[Audit]:
    """Allocate row after row; what stands against any of them is gathered, and then none is allocated."""
    rows = list(plan.rows.exclude(auditor=None).select_related("case__council", "auditor"))
    if not rows:
        raise Refused("The plan cannot be confirmed.", ["No file of the plan has an auditor."])
    audit_on = terms.audit_on or plan.draw.audit_on
    now = situation(
        plan.draw,
        [row.case_id for row in rows],
        on=timezone.localdate(at),
        audit_on=audit_on,
    )
    choices = {row.pk: choice_of(plan, row, now.files[row.case_id], terms) for row in rows}
    named = moderators_for(plan, choices, now, on=timezone.localdate(at))
    problems: dict[str, list[str]] = defaultdict(list)
    doubts: dict[str, list[str]] = defaultdict(list)
    made = []
    for row, own in zip(rows, own_doubts(rows, now), strict=True):
        for words in own:
            doubts[words].append(row.case.number)
        choice = choices[row.pk]
        if choice is None:
            problems["No worker is recorded for this case today."].append(row.case.number)
            continue
        choice = replace(choice, audit_on=audit_on, moderator=named.get(row.pk))
        try:
            audit = allocate(choice, by=by, at=at, confirmed=terms.accepted)
        except NeedsConfirming as fault:
            for words in fault.problems:
                doubts[words].append(row.case.number)
            continue
        except Refused as fault:
            for words in fault.problems or (str(fault),):
                problems[words].append(row.case.number)
            continue
        row.audit, row.worker = audit, choice.worker
        row.save(update_fields=["audit", "worker"])
        made.append(audit)
    if problems:
        raise Refused("The plan cannot be confirmed.", gathered(problems))
    if doubts and not terms.accepted:
        raise NeedsConfirming("Please confirm this plan.", gathered(doubts))
    return made


def moderators_for(
    plan: AllocationPlan, choices: dict[int, Choice | None], now: Situation, *, on: date
) -> dict[int, User]:
    """A moderator for each row, where the framework names one with the allocation: who may and has the fewest (J-18).

    A row for which nobody may has none; the QA team names one later.
    """
    rule = rule_of(now.edition.policy)
    if rule is None:
        return {}
    tree = line(plan.draw.council_id, on)
    may = {pk: free(rule, parties_of(one), tree) for pk, one in choices.items() if one is not None}
    users = User.objects.active().in_bulk({pk for ids in may.values() for pk in ids})
    found = name_each(
        {row: [pk for pk in ids if pk in users] for row, ids in may.items()}, in_hand(users)
    )
    return {row: users[pk] for row, pk in found.items()}


def own_doubts(rows: list[PlanRow], now: Situation) -> list[list[str]]:
    """What a plan adds to the doubts of a single allocation: leave, and the same worker again."""
    pairs = Counter((row.auditor_id, worker_of(row, now)) for row in rows)
    return [
        [
            *now.cautions(row.auditor_id or 0, row.case_id),
            *([TWICE] if pairs[row.auditor_id, worker_of(row, now)] > 1 else []),
        ]
        for row in rows
    ]


def worker_of(row: PlanRow, now: Situation) -> int:
    """Whose practice is looked at in a row."""
    return now.files[row.case_id].demand.worker_id


def choice_of(plan: AllocationPlan, row: PlanRow, file: DrawnFile, terms: Terms) -> Choice | None:
    """A row as it would be chosen by hand; None when nobody works the case any more."""
    if file.worker is None or row.auditor is None:
        return None
    return Choice(
        case=row.case,
        tool=plan.draw.tool,
        auditor=row.auditor,
        worker=file.worker,
        second_worker=file.second,
        month=plan.draw.month,
        practice_week=terms.practice_week,
        reason=row.reason,
    )


def gathered(found: dict[str, list[str]]) -> list[str]:
    """The same words once, with the numbers of the cases they are about."""
    return [
        f"{words} (case{'' if len(numbers) == 1 else 's'} {', '.join(numbers)})"
        for words, numbers in found.items()
    ]
