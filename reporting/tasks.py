"""Making documents in the background."""

from celery import shared_task

from core import clock
from reporting import services
from reporting.models import Document


@shared_task
def make_document(document_id: int) -> bool:
    """Make one document."""
    return services.make_document(document_id, at=clock.now())


@shared_task
def make_waiting() -> int:
    """Make what still waits, because a bell was missed or a worker died; returns how many were made."""
    waiting = Document.objects.due(clock.now()).values_list("pk", flat=True)[:20]
    return sum(services.make_document(pk, at=clock.now()) for pk in list(waiting))
