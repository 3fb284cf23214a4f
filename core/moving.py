"""The test clock of a demo (T-1): moved by the QA team, with everything that is due run at once and shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core import clock, running
from core.fired import FIRED
from core.jobs import JOBS
from core.models import JobRun, Notice, TestClock
from core.moves import Refused
from core.notices import log_for
from core.trail import record

# Dates stay real: the framework, posts and the bank holidays are known for these years.
FURTHEST = timedelta(days=366 * 10)
MOST_SHOWN = 200
NO_POST = "At that moment you hold no post in the QA team, so you could not move the clock back. Choose another one."


@dataclass(frozen=True)
class Fired:
    """What came of the last time that the jobs were run at the test clock."""

    asked_at: datetime
    runs: list[tuple[JobRun, str]]
    notices: list[Notice]
    more: int
    rest: list[tuple[str, list[str]]]

    @property
    def working(self) -> bool:
        """Whether some job is still to be done."""
        waits = (JobRun.State.WAITING, JobRun.State.RUNNING)
        return any(run.state in waits and not run.fault for run, _ in self.runs)

    @property
    def ended(self) -> int:
        """How many jobs are through."""
        return sum(run.state in (JobRun.State.DONE, JobRun.State.FAILED) for run, _ in self.runs)


def check(by: Any) -> None:
    """Refuse unless the clock can be moved here, by this person; nobody is asked at the command line."""
    if not settings.TEST_CLOCK_MOVABLE or (by is not None and not by.has_perm("core.move_clock")):
        raise PermissionDenied


def row() -> TestClock:
    """The clock's only row, kept from others until the transaction ends."""
    TestClock.objects.bulk_create(
        [TestClock(pk=1, shift=timedelta(), set_at=timezone.now())], ignore_conflicts=True
    )
    return TestClock.objects.select_for_update().get(pk=1)


@transaction.atomic
def set_clock(to: datetime, *, by: Any = None) -> None:
    """Move the service's clock to a moment; it runs on from there.

    Refused where whoever moves it would be shut out by it.
    """
    check(by)
    clock.read_again()
    kept = row()
    before = clock.now()
    shift = clock.shift() + (to - before)
    if abs(shift) > FURTHEST:
        raise Refused("Choose a day within ten years of today.")
    kept.shift, kept.set_by_id, kept.set_at = shift, by.pk if by else None, timezone.now()
    kept.save()
    clock.read_again()
    if by is not None and not by.has_perm("core.move_clock"):
        clock.read_again()
        raise Refused(NO_POST)
    transaction.on_commit(clock.read_again)
    detail = {"from": before.isoformat(), "to": to.isoformat()}
    cause = "" if by else "command"
    record("clock.moved", kept, by=by, cause=cause, at=before, detail=detail)


def forward(days: int, hours: int = 0, *, by: Any = None) -> None:
    """Move the clock on: days keep the time of day in London when the clocks change, hours are hours."""
    if hours:
        set_clock(clock.now() + timedelta(hours=hours), by=by)
    if not days:
        return
    local = timezone.localtime(clock.now())
    set_clock(timezone.make_aware(local.replace(tzinfo=None) + timedelta(days=days)), by=by)


@transaction.atomic
def run_jobs(*, by: Any = None) -> list[int]:
    """Have everything run that is due at the clock's moment; gives the runs for which to ring."""
    check(by)
    clock.read_again()
    kept = row()
    at = clock.now()
    kept.runs, kept.asked_at = running.ask_for_all(at=at), at
    newest = Notice.objects.order_by("-pk").values_list("pk", flat=True).first()
    kept.notices_after = newest or 0
    kept.save()
    record("clock.jobs_run", kept, by=by, cause="" if by else "command", at=at)
    return kept.runs


def fired(council_id: int | None, *, at: datetime, reader: Any = None) -> Fired | None:
    """What the last run of the jobs has brought about so far, in one council; nothing before the first.

    For a `reader` without the messages about what is kept from them.
    """
    kept = TestClock.objects.filter(pk=1).exclude(asked_at=None).first()
    if kept is None or kept.asked_at is None:
        return None
    runs = JobRun.objects.filter(pk__in=kept.runs).order_by("planned_at", "name")
    titled = [(run, JOBS[run.name].title if run.name in JOBS else run.name) for run in runs]
    log = Notice.objects.log_of(council_id) if reader is None else log_for(reader)
    notices = log.filter(pk__gt=kept.notices_after)
    shown = list(notices.order_by("pk")[: MOST_SHOWN + 1])
    more = notices.count() - MOST_SHOWN if len(shown) > MOST_SHOWN else 0
    rest = [(title, list(lines(council_id, kept.asked_at, at))) for title, lines in FIRED.items()]
    return Fired(kept.asked_at, titled, shown[:MOST_SHOWN], more, rest)
