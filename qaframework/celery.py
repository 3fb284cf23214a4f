"""The queue and its timetable. Jobs are rows in PostgreSQL; Celery only rings the bell."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun, worker_ready
from django.conf import settings

from core.logs import task_id as at_hand

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")

app = Celery("qaframework")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def look_at_once(**about: Any) -> None:
    """A worker that begins does not wait for the next minute to see what was left undone."""
    app.send_task("core.tasks.keep_time", expires=55)


@setup_logging.connect
def keep_our_lines(**about: Any) -> None:
    """Workers and beat write their log as the pages do."""
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def begin_task(task_id: str = "", **about: Any) -> None:
    """The lines of a task carry its number."""
    at_hand.set(task_id)


@task_postrun.connect
def end_task(**about: Any) -> None:
    """What comes after belongs to no task."""
    at_hand.set("")
