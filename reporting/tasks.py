"""Making documents in the background."""

from celery import shared_task

from core import clock
from reporting import services
from reporting.models import Document, Pack, ReportVersion
from reporting.services import building, packs


@shared_task
def make_document(document_id: int) -> bool:
    """Make one document."""
    return services.make_document(document_id, at=clock.now())


@shared_task
def make_waiting() -> int:
    """Make what still waits, because a bell was missed or a worker died; returns how many were made."""
    waiting = Document.objects.due(clock.now()).values_list("pk", flat=True)[:20]
    made = sum(services.make_document(pk, at=clock.now()) for pk in list(waiting))
    versions = (
        ReportVersion.objects.due(clock.now()).order_by("asked_at").values_list("pk", flat=True)
    )
    made += sum(building.make_version(pk, at=clock.now()) for pk in list(versions[:10]))
    waiting_packs = Pack.objects.due(clock.now()).order_by("asked_at").values_list("pk", flat=True)
    return made + sum(packs.make_pack(pk, at=clock.now()) for pk in list(waiting_packs[:5]))


@shared_task
def make_report(version_id: int) -> bool:
    """Make what waits for one version of a report."""
    return building.make_version(version_id, at=clock.now())


@shared_task
def make_pack(pack_id: int) -> bool:
    """Make one pack."""
    return packs.make_pack(pack_id, at=clock.now())
