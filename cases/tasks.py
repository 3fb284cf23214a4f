"""Imports in the background."""

from celery import shared_task

from cases import services
from cases.models import ImportRun
from core import clock


@shared_task
def work_on_import(run_id: int) -> bool:
    """Take the next step of one import."""
    return services.work_on(run_id, at=clock.now())


@shared_task
def sweep_imports() -> int:
    """Take up what waits or was left in the middle, and discard old files; returns how many were taken up."""
    at = clock.now()
    services.discard_old(at=at)
    return sum(
        services.work_on(pk, at=at)
        for pk in list(ImportRun.objects.due(at).values_list("pk", flat=True)[:10])
    )
