"""The bell: keeping time, working one run, sending what waits in the outbox."""

from collections.abc import Collection

from celery import shared_task

from core import clock, outbox, running
from core.bell import ring
from core.models import JobRun


@shared_task
def keep_time() -> int:
    """Make the runs whose moment has come and ring for all that wait; returns how many that are."""
    clock.read_again()
    runs = running.keep_time(at=clock.now())
    ring_for_runs(runs)
    return len(runs)


def ring_for_runs(run_ids: Collection[int]) -> None:
    """Ring for runs in their order, each in the queue of its job."""
    names = dict(JobRun.objects.filter(pk__in=run_ids).values_list("pk", "name"))
    for pk in run_ids:
        ring(run_job, pk, queue=running.queue_of(names.get(pk, "")))


@shared_task
def run_job(run_id: int) -> bool:
    """Work one run, then have its messages sent."""
    clock.read_again()
    done = running.work_on(run_id, at=clock.now())
    if done:
        ring(send_notices)
    return done


@shared_task
def send_notices() -> int:
    """Send every unsent message once; returns how many went."""
    return outbox.send_unsent(at=clock.now())
