"""The runs of jobs: made when their moment has come, worked once under a lease, tried again when they fail.

Leases and the gaps between tries go by the computer's own clock, so that moving the test clock takes
no run out of a worker's hands.
"""

import logging
import time
import traceback
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.jobs import JOBS, Job, missed
from core.models import Heartbeat, JobRun
from core.moves import Refused
from core.querysets import RUN_TRIES
from core.trail import record

log = logging.getLogger(__name__)
State = JobRun.State
# Minutes until the second, third, fourth and fifth try.
GAPS = (1, 5, 15, 60)
NOT_REGISTERED = "There is no such job any more."
CUT_OFF = "The worker was cut off each time."


class Lost(Exception):
    """The lease ran out and another worker has the run: stop at once."""


def keep_time(*, at: datetime) -> list[int]:
    """Note that a worker lives, make the runs whose moment has come, and give all that are to be taken up."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": now})
    plan(JOBS.values(), at=at)
    return list(JobRun.objects.ready(now).values_list("pk", flat=True))


def plan(jobs: Iterable[Job], *, at: datetime) -> None:
    """Make each job's latest run that has come, unless it is there or one before it is not finished."""
    newest = dict(JobRun.objects.newest_of_each().values_list("name", "planned_at"))
    rows = []
    for job in jobs:
        planned = job.when.last(at)
        last = newest.get(job.name)
        if last != planned:
            rows.append(JobRun(name=job.name, planned_at=planned, missed=gap(job, last, planned)))
    JobRun.objects.bulk_create(rows, ignore_conflicts=True)


def queue_of(name: str) -> str:
    """Where the runs of a job wait; none of its own for a job that is not registered any more, which ends at once."""
    job = JOBS.get(name)
    return job.queue if job else ""


def gap(job: Job, last: datetime | None, planned: datetime) -> int:
    """How many planned moments a run makes up for."""
    return missed(job.when, last, planned) if last else 0


def work_on(pk: int, *, at: datetime) -> bool:
    """Work one run unless another worker has it or it is done; whether it was done here."""
    run = take(pk, at=at)
    if run is None:
        return False
    job = JOBS.get(run.name)
    if job is None:
        end(run, state=State.FAILED, fault=NOT_REGISTERED)
        return False
    began = time.monotonic()
    try:
        done = job.work(at, lambda so_far: renew(run, so_far))
    except Lost:
        log.warning("run %s of %s was lost to another worker", pk, run.name)
        return False
    except Exception as fault:
        fail(run, fault, at=at, took=since(began))
        return False
    took = since(began)
    end(run, state=State.DONE, done=run.done + done, ended_at=at + took, took=took, fault="")
    return True


def since(began: float) -> timedelta:
    """How long it has been, whatever happens to clocks."""
    return timedelta(seconds=round(time.monotonic() - began, 3))


@transaction.atomic
def take(pk: int, *, at: datetime) -> JobRun | None:
    """Take a run with a lease, unless it is in other hands, done, or not to be tried yet."""
    now = timezone.now()
    free = JobRun.objects.ready(now).select_for_update(skip_locked=True)
    run = free.filter(pk=pk).first()
    if run is None:
        return None
    if run.attempts >= RUN_TRIES:
        run.state, run.fault, run.lease_until, run.holder = State.FAILED, CUT_OFF, None, ""
        run.ended_at = at
        run.save()
        return None
    run.state, run.attempts, run.started_at, run.ended_at = (
        State.RUNNING,
        run.attempts + 1,
        at,
        None,
    )
    run.holder, run.lease_until, run.next_try_at = uuid.uuid4().hex, now + lease(), None
    run.save()
    return run


def lease() -> timedelta:
    """How long a worker may be silent before another takes its run."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


def held(run: JobRun) -> Any:
    """The run, as long as this worker holds it."""
    return JobRun.objects.filter(pk=run.pk, holder=run.holder, state=State.RUNNING)


def renew(run: JobRun, so_far: int) -> None:
    """Keep the progress and the lease; raises Lost when another worker has taken the run."""
    kept = held(run).update(done=run.done + so_far, lease_until=timezone.now() + lease())
    if not kept:
        raise Lost


def end(run: JobRun, **fields: Any) -> None:
    """Let go of a run, unless another worker has taken it."""
    held(run).update(holder="", lease_until=None, **fields)


def fail(run: JobRun, fault: Exception, *, at: datetime, took: timedelta) -> None:
    """Note where it failed, never the message, which may name somebody; plan the next try or give up."""
    where = place(fault)
    log.warning("run %s of %s failed at try %s: %s", run.pk, run.name, run.attempts, where)
    for frame in traceback.extract_tb(fault.__traceback__):
        log.warning("  at %s:%s in %s", frame.filename, frame.lineno, frame.name)
    if run.attempts >= RUN_TRIES:
        end(run, state=State.FAILED, fault=where, took=took, ended_at=at + took)
        return
    next_try_at = timezone.now() + timedelta(minutes=GAPS[run.attempts - 1])
    end(run, state=State.WAITING, fault=where, took=took, next_try_at=next_try_at)


def place(fault: Exception) -> str:
    """The kind of a fault, and the last line of ours that it passed."""
    root = str(settings.BASE_DIR)
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [
        f"{Path(frame.filename).relative_to(root)}:{frame.lineno}"
        for frame in frames
        if frame.filename.startswith(root) and "site-packages" not in frame.filename
    ]
    return f"{type(fault).__name__} at {ours[-1]}" if ours else type(fault).__name__


@transaction.atomic
def retry(pk: int, *, by: Any, at: datetime) -> JobRun:
    """Let a failed run wait for a worker again, with all its tries (B7-7)."""
    run = JobRun.objects.select_for_update().get(pk=pk)
    if not by.has_perm("core.retry_job"):
        raise PermissionDenied
    if run.state != State.FAILED:
        raise Refused("This run has not failed.")
    afresh(run)
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        raise Refused("A later run of this job is waiting or running; it does the same.") from None
    record("job.retried", run, by=by, at=at)
    return run


def afresh(run: JobRun) -> None:
    """Let a run wait with all its tries, as if it had done nothing yet."""
    run.state, run.attempts, run.next_try_at = State.WAITING, 0, None
    run.fault, run.done = "", 0


@transaction.atomic
def ask_for_all(*, at: datetime) -> list[int]:
    """Have every job run for this moment, also one that ran before; gives the runs (the test clock's button)."""
    plan(JOBS.values(), at=at)
    found = []
    for job in JOBS.values():
        runs = JobRun.objects.select_for_update().filter(name=job.name)
        run = runs.unfinished().first() or runs.get(planned_at=job.when.last(at))
        if run.state != State.RUNNING:
            afresh(run)
            run.save()
        found.append(run.pk)
    return found
