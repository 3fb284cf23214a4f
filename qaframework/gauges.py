"""What is looked up when Prometheus asks: everything that waits, and how long ago something happened that should."""

from django.utils import timezone

from core.metrics import Gauge, register
from core.models import Heartbeat, JobRun, Notice, TrailSeal
from reporting.models import Document


def runs_waiting() -> float:
    """Runs of jobs that no worker has finished."""
    return JobRun.objects.unfinished().count()


def runs_failed() -> float:
    """Runs of jobs that are tried no more."""
    return JobRun.objects.filter(state=JobRun.State.FAILED).count()


def messages_waiting() -> float:
    """Messages that are to go out and have not."""
    return Notice.objects.unsent().count()


def messages_given_up() -> float:
    """Messages that are tried no more."""
    return Notice.objects.failed().count()


def documents_waiting() -> float:
    """PDF and Word files that somebody has asked for and that are not made."""
    return Document.objects.due(timezone.now()).count()


def heartbeat_age() -> float | None:
    """Seconds since a worker kept time; nothing where none ever has."""
    at = Heartbeat.objects.filter(pk=1).values_list("at", flat=True).first()
    return (timezone.now() - at).total_seconds() if at else None


def seal_age() -> float | None:
    """Seconds since the trail was last sealed; nothing where it never was."""
    at = TrailSeal.objects.order_by("-number").values_list("sealed_at", flat=True).first()
    return (timezone.now() - at).total_seconds() if at else None


for gauge in (
    Gauge("qa_jobs_waiting", "Runs of jobs that are not finished", runs_waiting),
    Gauge("qa_jobs_failed", "Runs of jobs that failed at every try", runs_failed),
    Gauge("qa_messages_waiting", "Messages that are to go out", messages_waiting),
    Gauge("qa_messages_given_up", "Messages that could not be sent", messages_given_up),
    Gauge("qa_documents_waiting", "Documents that wait to be made", documents_waiting),
    Gauge("qa_heartbeat_age_seconds", "Seconds since a worker kept time", heartbeat_age),
    Gauge("qa_trail_seal_age_seconds", "Seconds since the trail was last sealed", seal_age),
):
    register(gauge)
