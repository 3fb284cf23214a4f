"""Erasing and gathering in the background. Jobs are rows; a bell only rings."""

from celery import shared_task

from core import clock
from retention.services import answering, running


@shared_task
def erase_listed(run_id: int) -> bool:
    """Erase what one approved run lists."""
    return running.work(run_id, at=clock.now())


@shared_task
def gather_file(request_id: int) -> bool:
    """Gather one file, or put it together."""
    return answering.work(request_id, at=clock.now())
