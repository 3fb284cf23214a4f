"""The queue and its timetable. Jobs are rows in PostgreSQL; Celery only rings the bell."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")

app = Celery("qaframework")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def look_at_once(**about: Any) -> None:
    """A worker that begins does not wait for the next minute to see what was left undone."""
    app.send_task("core.tasks.keep_time", expires=55)
