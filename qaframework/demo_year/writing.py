"""Writing what followed in an invented year: actions with their history, what was late, and closed loops."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import Model
from django.utils import timezone

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit, Loop, LoopMove, Triggered
from audits.selectors import LOOP
from audits.services.loop_tracker import USUAL, WHAT
from audits.states import LoopState
from escalation.climbing import planned
from escalation.models import Escalation
from qaframework.demo_year import phrases
from qaframework.demo_year.audits import Told
from qaframework.demo_year.bulk import BATCH, under, write_all
from qaframework.demo_year.deeds import Deed, Following, last_day
from qaframework.demo_year.desk import Desk
from standards.deadlines import Due, due, morning_of, shifted
from standards.policy import ClosingLoop, Ladder

DAY = timedelta(days=1)
OVERDUE = "Told that it is overdue"


def close(found: Following, stories: list[Told]) -> None:
    """Close each audit on which nothing is left to do; done before the audits are written."""
    by_told: dict[int, list[Deed]] = defaultdict(list)
    for deed in found.deeds:
        by_told[id(deed.told)].append(deed)
    for told in stories:
        audit, policy = told.audit, told.rules.policy
        first = told.events[0].grade if told.events else ""
        waits = any(not one.grades or audit.grade in one.grades for one in policy.closure_checks)
        waits = waits or any(one.loop and first in one.grades for one in policy.grade_triggers)
        deeds = by_told[id(told)]
        day = last_day(deeds)
        if audit.grade_final and (day or not deeds) and not waits:
            last = timezone.localdate(told.events[-1].at)
            closed_at = found.desk.moment(max(last, day or last), 17)
            audit.closed_at = min(closed_at, found.desk.at)


def write(found: Following) -> None:
    """Write the actions with their moves, signatures and answers, and what grades have set off."""
    first = [one for one in found.deeds if one.row.instead_of is None]
    second = [one for one in found.deeds if one.row.instead_of is not None]
    for deed in first:
        deed.row.case, deed.row.source_id = deed.told.audit.case, deed.told.audit.pk
    Action.objects.bulk_create([one.row for one in first], batch_size=BATCH)
    for deed in second:
        deed.row.case, deed.row.instead_of = deed.told.audit.case, deed.row.instead_of
        deed.row.source_id = deed.row.instead_of.pk if deed.row.instead_of else 0
        deed.row.source_label = f"Look at the difference that action {deed.row.source_id} made"
    Action.objects.bulk_create([one.row for one in second], batch_size=BATCH)
    rows: list[Model] = []
    for deed in found.deeds:
        rows += under("action", deed.row, (*deed.moves, *deed.signatures, *deed.impact))
    write_all(rows)
    for told, row in found.fired:
        row.audit = told.audit
    Triggered.objects.bulk_create(
        [row for _, row in found.fired], batch_size=BATCH, ignore_conflicts=True
    )


# What was late ------------------------------------------------------------------------------------------


def late(found: Following, stories: list[Told]) -> int:
    """Put down every step that was taken about what was late; returns how many."""
    rows: list[Escalation] = []
    for deed in found.deeds:
        if deed.row.kind == LOOP:
            continue
        ladder = deed.told.rules.policy.late_ladder("due", "set")
        until = deed.row.done_on or found.desk.on
        anchor = deed.row.set_on if ladder and ladder.anchor == "set" else deed.row.due_on
        rows += steps(found.desk, deed.told, deed.row, ladder, anchor, until)
    for told in stories:
        ladder = told.rules.policy.late_ladder("deadline")
        if told.audit.returned_at:
            until = timezone.localdate(told.audit.returned_at)
            due_on = told.audit.deadline_on
            rows += steps(found.desk, told, told.audit, ladder, due_on, until)
    Escalation.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def steps(
    desk: Desk,
    told: Told,
    row: Action | Audit,
    ladder: Ladder | None,
    anchor_on: date | None,
    until: date,
) -> list[Escalation]:
    """The word that one thing was overdue, and each rung that it reached before it was done."""
    audit = told.audit
    due_on = row.due_on if isinstance(row, Action) else audit.deadline_on
    if due_on is None or anchor_on is None or until <= due_on:
        return []
    owner = row.owner if isinstance(row, Action) else audit.auditor
    item = f"Action {row.pk}" if isinstance(row, Action) else f"Audit {audit.reference}"
    people = {"owner": owner, "worker": audit.worker, "auditor": audit.auditor}
    common = {
        "council": desk.council,
        "version": told.rules.version,
        "kind": "action" if isinstance(row, Action) else "audit",
        "subject_id": row.pk,
        "item": item,
        "case_number": audit.case.number,
        "late": owner,
        "anchor_on": anchor_on,
        "due_on": due_on,
    }
    first = morning_of(due_on + DAY)
    moments: list[tuple[str, int, str, datetime, list[tuple[int, str]]]] = []
    if first <= desk.at:
        moments.append((Escalation.Step.OVERDUE, 0, OVERDUE, first, [(owner.pk, "owner")]))
    for index, day in planned(ladder, anchor_on, desk.calendar) if ladder else ():
        at = morning_of(max(day, due_on + DAY))
        if ladder and day < until and at <= desk.at:
            rung = ladder.rungs[index]
            found = [one for one in desk.behind(rung.to, people) if one[0] != owner.pk]
            moments.append((Escalation.Step.RUNG, index, rung.title, at, found))
    return [
        Escalation(
            **common,
            step=step,
            ladder=ladder.code if ladder and step == Escalation.Step.RUNG else "",
            rung=index,
            title=title[:200],
            planned_at=at,
            fired_at=at,
            told=[[pk, words] for pk, words in told_people],
        )
        for step, index, title, at, told_people in moments
    ]


# Loops --------------------------------------------------------------------------------------------------


def loops(found: Following, stories: list[Told]) -> list[Deed]:
    """Ask for the loop of each inadequate audit, and close those whose time has come with a second audit."""
    desk, rows, moves, entries = found.desk, [], [], []
    free = {id(one): one for one in stories if one.audit.returned_at}
    for told in stories:
        rule, policy = told.rules.policy.closing_loop, told.rules.policy
        grade = told.events[0].grade if told.events else ""
        asked = any(one.loop and grade in one.grades for one in policy.grade_triggers)
        if rule and asked:
            loop, done, entry = one_loop(found, told, rule, free)
            rows.append(loop)
            moves += [(loop, move) for move in done]
            if entry:
                entries.append((entry, loop))
    Loop.objects.bulk_create(rows)
    write_all(row for loop, move in moves for row in under("loop", loop, [move]))
    for entry, loop in entries:
        entry.row.case, entry.row.source_id = loop.audit.case, loop.audit.pk
    Action.objects.bulk_create([entry.row for entry, _ in entries])
    write_all(row for entry, _ in entries for row in under("action", entry.row, entry.moves))
    return [entry for entry, _ in entries] if desk else []


def one_loop(
    found: Following, told: Told, rule: ClosingLoop, free: dict[int, Told]
) -> tuple[Loop, list[LoopMove], Deed | None]:
    """One loop from the return to the second audit, as far as the time reaches."""
    desk, audit = found.desk, told.audit
    begun_at = told.returned_at
    people = found.people(told)
    owners, bosses = desk.behind([rule.owner], people), desk.behind([rule.authorised_by], people)
    loop = Loop(audit=audit, council=desk.council, before=told.events[0].grade, begun_at=begun_at)
    moves = [LoopMove(verb="begin", state=LoopState.FORM_DUE, by=audit.auditor, at=begun_at)]
    if not owners:
        return loop, moves, None
    owner = owners[0][0]
    until = found.deed(
        told, LOOP, "Closing the loop", owner, due_of(desk, begun_at), begun_at, begun_at
    )
    found.deeds.remove(until)
    until.row.what = WHAT
    until.step("record", ActionState.DRAFT, audit.auditor_id, begun_at)
    until.step("open", ActionState.OPEN, audit.auditor_id, begun_at)
    handed_in = desk.moment(timezone.localdate(begun_at) + DAY * desk.rng.randint(9, 30), 11)
    if handed_in > desk.at:
        return loop, moves, until
    loop.met_on, loop.met_manager_id = timezone.localdate(handed_in) - DAY, audit.manager_id
    loop.different, loop.secured = phrases.LOOP, True
    loop.submitted_by_id, loop.submitted_at, loop.state = owner, handed_in, LoopState.SUBMITTED
    moves.append(LoopMove(verb="submit", state=loop.state, by_id=owner, at=handed_in))
    agreed = desk.moment(timezone.localdate(handed_in) + DAY * desk.rng.randint(1, 8), 12)
    boss = next((pk for pk, _ in bosses if pk != owner), None)
    if agreed > desk.at or boss is None:
        return loop, moves, until
    loop.authorised_by_id, loop.authorised_at, loop.state = boss, agreed, LoopState.AUTHORISED
    moves.append(LoopMove(verb="authorise", state=loop.state, by_id=boss, at=agreed))
    on = timezone.localdate(agreed)
    if rule.reaudit:
        loop.reaudit_due_on = shifted(on, rule.reaudit, calendar=desk.calendar)
        second(desk, loop, told, rule, free, moves, until)
    return loop, moves, until


def second(
    desk: Desk,
    loop: Loop,
    told: Told,
    rule: ClosingLoop,
    free: dict[int, Told],
    moves: list[LoopMove],
    entry: Deed,
) -> None:
    """Link a later audit of the same worker with another child, where there is one."""
    after = loop.authorised_at or desk.at
    for key, other in list(free.items()):
        one = other.audit
        same = one.worker_id == told.audit.worker_id and one.allocated_at > after
        if same and (not rule.other_auditor or one.auditor_id != told.audit.auditor_id):
            del free[key]
            at = one.allocated_at + timedelta(hours=1)
            loop.reaudit, loop.state = one, LoopState.LINKED
            moves.append(LoopMove(verb="link", state=loop.state, by=desk.officer, at=at))
            on, words = timezone.localdate(at), f"The second audit is {one.reference}."
            entry.row.evidence, entry.row.done_on, entry.row.closed_on = words, on, on
            entry.step("sign off", ActionState.SIGNED_OFF, desk.officer.pk, at, words)
            return


def due_of(desk: Desk, at: datetime) -> Due:
    """When the form of a loop is due."""
    return due(USUAL.duration, at, desk.calendar)
