"""Runs of erasing: proposed with a list, approved by a second person, worked in the background, certified (H-11)."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from core.moves import Refused
from core.running import place
from core.trail import record
from people.models import Council, User
from retention.finding import (
    COUNTED,
    ROOTS,
    candidates,
    dated,
    due,
    held_case_numbers,
    held_people,
    without_held,
)
from retention.models import Item, Part, Run
from retention.querysets import TRIES
from retention.services.erasing import BATCH, MOST, counted_rows, delete_some, erase_things
from retention.services.holding import lock_out
from retention.states import APPROVE, BEGIN, FAIL, FINISH, REFUSE, TRY_AGAIN, UNFINISHED, RunState
from standards.deadlines import months_after
from standards.models import FrameworkVersion
from standards.policy import RetentionRule
from standards.selectors import edition, in_force

LEASE = timedelta(minutes=10)
CAUSE = "the month's list"
NOTHING = "Nothing is due to be erased."
NO_RULES = "The framework in force says of no kind of record how long it is kept."
# Cases come last: a case number goes once nothing else names it.
ORDER = (
    "audits",
    "concerns",
    "feedback",
    "supervision_notes",
    "files",
    "partners",
    "documents",
    "reports",
    "tokens",
    "imports",
    "messages",
    "sign_ins",
    "people",
    "cases",
    "history",
)


def rules_in_force(
    council: Council, on: date
) -> tuple[FrameworkVersion | None, list[RetentionRule]]:
    """The edition in force on a day and its rules, in the order in which they are worked."""
    version = in_force(council, on)
    if version is None:
        return None, []
    rules = edition(version).policy.retention
    return version, sorted(rules, key=lambda one: ORDER.index(one.kind))


@transaction.atomic
def propose(council: Council, *, at: datetime, by: User | None = None, cause: str = "") -> Run:
    """Make the list of what is due in a council; nothing is erased by it.

    Raises PermissionDenied for somebody who may not propose in this council; Refused while another list is not
    finished, without rules, and when nothing is due.
    """
    if by is not None and (by.council_id != council.pk or not by.has_perm("retention.propose_run")):
        raise PermissionDenied
    on = timezone.localdate(at)
    lock_out(council)
    if Run.objects.filter(council=council, state__in=UNFINISHED).exists():
        raise Refused("There is a list already that is not finished. Decide on it first.")
    version, rules = rules_in_force(council, on)
    if version is None or not rules:
        raise Refused(NO_RULES)
    last = Run.objects.filter(council=council).aggregate(last=Max("number"))["last"] or 0
    run = Run.objects.create(
        council=council,
        number=last + 1,
        version=version,
        proposed_by=by,
        cause="" if by else cause or CAUSE,
        proposed_at=at,
    )
    found = sum(list_part(run, rule, on) for rule in rules)
    if not found:
        raise Refused(NOTHING)
    detail = {"number": run.number, "due": found}
    record("propose erasing", run, by=by, cause=run.cause, at=at, detail=detail)
    return run


def list_part(run: Run, rule: RetentionRule, on: date) -> int:
    """List what is due of one kind; gives how many things there are."""
    cutoff = months_after(on, -rule.months)
    part = Part(run=run, kind=rule.kind, months=rule.months, since=rule.since, cutoff_on=cutoff)
    if rule.kind in COUNTED:
        part.found = sum(rows.count() for rows in rows_of(part, run.council, on))
        part.save()
        return part.found
    found, part.held = due(run.council, rule, on, run)
    part.found = len(found)
    part.save()
    Item.objects.bulk_create(
        (
            Item(
                run=run,
                part=part,
                label=one.label,
                object_id=one.pk,
                reference=one.reference[:80],
                due_on=one.due_on,
            )
            for one in found
        ),
        batch_size=2000,
    )
    return part.found


def rows_of(part: Part, council: Council, on: date) -> Iterable[Any]:
    """The rows of a counted kind, table by table."""
    numbers, people = held_case_numbers(council, on), held_people(council, on)
    return counted_rows(part.kind, council, part.cutoff_on, numbers, people)


def propose_all(*, at: datetime) -> int:
    """Make the list of every council that has anything due and no unfinished list; gives how many were made."""
    made = 0
    for council in Council.objects.order_by("pk"):
        try:
            propose(council, at=at, cause=CAUSE)
        except Refused:
            continue
        made += 1
    return made


@transaction.atomic
def check_list(run: Run, *, by: User, at: datetime) -> Run:
    """Say that a list that a job has made was looked through: from now on it waits for somebody else's approval.

    Raises PermissionDenied for whoever may not decide; Refused where it was checked or decided on before.
    """
    run = locked(run, by)
    APPROVE.check(run.state)
    if run.proposed_by_id is not None:
        raise Refused("Somebody else has checked this list. Look through it, then approve it.")
    run.proposed_by = by
    run.save(update_fields=["proposed_by"])
    record("check erasing", run, by=by, at=at, detail={"number": run.number})
    return run


@transaction.atomic
def approve(run: Run, *, by: User, at: datetime) -> Run:
    """Let what is listed be erased; a worker does it.

    Raises PermissionDenied for whoever proposed or checked it (H-9), and for whoever has lifted a hold lately; Refused
    where a job has made it and nobody has checked it.
    """
    run = locked(run, by)
    APPROVE.check(run.state)
    if run.proposed_by_id is None:
        raise Refused("Two people decide on this list. Nobody has checked it yet.")
    if not by.has_perm("retention.approve_run", run):
        raise PermissionDenied
    run.state, run.decided_by, run.decided_at = APPROVE.target, by, at
    run.save(update_fields=["state", "decided_by", "decided_at"])
    record("approve erasing", run, by=by, at=at, detail={"number": run.number})
    return run


@transaction.atomic
def refuse(run: Run, reason: str, *, by: User, at: datetime) -> Run:
    """Say no to a list, with the reason; the list itself goes. The next one is made by the next monthly round."""
    run = locked(run, by)
    REFUSE.check(run.state)
    if not reason.strip():
        raise Refused("Enter why it is not approved.")
    run.state, run.decided_by, run.decided_at = REFUSE.target, by, at
    run.reason = reason.strip()[:300]
    run.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    run.items.all().delete()
    record("refuse erasing", run, by=by, at=at, detail={"number": run.number})
    return run


@transaction.atomic
def try_again(run: Run, *, by: User, at: datetime) -> Run:
    """Let a run that failed go on where it stopped."""
    run = locked(run, by)
    TRY_AGAIN.check(run.state)
    run.state, run.tries, run.fault, run.lease_until = TRY_AGAIN.target, 0, "", None
    run.save(update_fields=["state", "tries", "fault", "lease_until"])
    record("try erasing again", run, by=by, at=at, detail={"number": run.number})
    return run


def locked(run: Run, by: User) -> Run:
    """The run, locked, for somebody who may decide on it."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if not by.has_perm("retention.decide_run", run):
        raise PermissionDenied
    return run


# In the background -------------------------------------------------------------------------------------


class Lost(Exception):
    """The lease ran out and another worker has the run: stop at once."""


@transaction.atomic
def take_up(run_id: int, *, at: datetime) -> Run | None:
    """Take an approved run, or one whose worker died, for a limited time; None when there is nothing to do.

    The time goes by the computer's own clock, as in `core.running`.
    """
    now = timezone.now()
    due_runs = Run.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    run: Run | None = due_runs.select_related("council").filter(pk=run_id).first()
    if run is None:
        return None
    BEGIN.check(run.state)
    run.tries += 1
    if run.tries > TRIES:
        run.state, run.fault, run.lease_until = (
            RunState.FAILED,
            "The worker was cut off each time.",
            None,
        )
    else:
        run.state, run.lease_until, run.holder = BEGIN.target, now + LEASE, uuid.uuid4().hex
        run.started_at = run.started_at or at
    run.save(update_fields=["state", "tries", "fault", "lease_until", "holder", "started_at"])
    return run if run.state == RunState.RUNNING else None


def work(run_id: int, *, at: datetime) -> bool:
    """Erase what an approved run lists; whether it was finished here. Doing it again changes nothing."""
    run = take_up(run_id, at=at)
    if run is None:
        return False
    try:
        for part in run.parts.order_by("pk"):
            erase_part(run, part, at=at)
        finish(run, at=at)
    except Lost:
        return False
    except Exception as fault:
        held(run).update(state=FAIL.target, fault=place(fault)[:200], lease_until=None)
        return False
    return True


def held(run: Run) -> Any:
    """The run, as long as this worker holds it."""
    return Run.objects.filter(pk=run.pk, state=RunState.RUNNING, holder=run.holder)


def renew(run: Run) -> None:
    """Lengthen the lease; raises Lost when another worker has taken the run. Locks the run for this transaction."""
    if not held(run).update(lease_until=timezone.now() + LEASE):
        raise Lost


def erase_part(run: Run, part: Part, *, at: datetime) -> None:
    """Erase what is listed of one kind, batch by batch; each batch is kept whole or not at all."""
    if part.kind in COUNTED:
        place: int | None = 0
        while place is not None:
            place = delete_batch(run, part, place, at=at)
        return
    for root in ROOTS.get(part.kind, ()):
        while erase_batch(run, part, root.label, at=at):
            continue


@transaction.atomic
def delete_batch(run: Run, part: Part, place: int, *, at: datetime) -> int | None:
    """Delete some rows of one table of a counted kind, the tables counted from 0; what is held back by now is left.

    Gives where to go on; None once the last table is done.
    """
    renew(run)
    lock_out(run.council)
    tables = rows_of(part, run.council, timezone.localdate(at))
    rows = next(islice(tables, place, None), None)
    if rows is None:
        return None
    gone = delete_some(rows, MOST)
    Part.objects.filter(pk=part.pk).update(done=F("done") + gone, rows=F("rows") + gone)
    return place if gone else place + 1


@transaction.atomic
def erase_batch(run: Run, part: Part, label: str, *, at: datetime) -> int:
    """Erase some things of one table; those that somebody holds back by now, or that live again, are left. Gives how many were looked at."""
    renew(run)
    lock_out(run.council)
    items = list(part.items.filter(label=label, done=False).order_by("pk")[:BATCH])
    if not items:
        return 0
    listed = [one.object_id for one in items]
    still = still_due(run, part, label, listed, timezone.localdate(at))
    rows = erase_things(part.kind, label, still, run.council, at=at) if still else 0
    Item.objects.filter(pk__in=[one.pk for one in items]).update(done=True)
    Part.objects.filter(pk=part.pk).update(
        done=F("done") + len(still),
        held=F("held") + len(listed) - len(still),
        rows=F("rows") + rows,
    )
    return len(items)


def still_due(run: Run, part: Part, label: str, listed: list[int], on: date) -> list[int]:
    """Those of the listed things that are due by the rule of the run, and held back by nobody, at this moment."""
    rule = RetentionRule(part.kind, part.months, part.since)
    root = next(one for one in ROOTS[part.kind] if one.label == label)
    rows = candidates(root, run.council, rule, on).filter(pk__in=listed)
    free = without_held(rows, label, run.council, on)
    return [one.pk for one in dated(root, free, rule, on)]


@transaction.atomic
def finish(run: Run, *, at: datetime) -> None:
    """End a run: its counts stay as the certificate, its list goes, and the trail says what was erased."""
    renew(run)
    FINISH.check(run.state)
    counts = {one.kind: one.done for one in run.parts.all() if one.done}
    run.items.all().delete()
    Run.objects.filter(pk=run.pk).update(state=FINISH.target, ended_at=at, lease_until=None)
    detail = {"number": run.number, "approved_by": run.decided_by_id, **counts}
    record(
        "erase records",
        run,
        cause="an approved list",
        at=at,
        council_id=run.council_id,
        detail=detail,
    )
