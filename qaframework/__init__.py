"""The project: settings, the map of routes, the queue."""

from qaframework.celery import app as celery_app

__all__ = ["celery_app"]
