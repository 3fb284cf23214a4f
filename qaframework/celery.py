"""The queue and its timetable. Jobs are rows in PostgreSQL; Celery only rings the bell."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")

app = Celery("qaframework")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
