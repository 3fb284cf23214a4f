"""Checking uploaded files in the background."""

from celery import shared_task

from core import clock
from evidence import services


@shared_task
def check_file(file_id: int) -> bool:
    """Check one uploaded file."""
    return services.work_on(file_id, at=clock.now())
