"""Numbers for Prometheus: how pages answer, and what waits. Names of routes and kinds only, nothing of a person.

Several processes serve pages; each writes its own file into a folder of the data folder, and whoever asks is
given their sum (prometheus_client's multiprocess mode, switched on in `gunicorn.conf.py`).
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.signals import user_login_failed
from django.db import DatabaseError, InterfaceError, transaction
from django.dispatch import receiver
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OURS = CollectorRegistry()
REQUESTS = Counter(
    "qa_requests",
    "Answers by route, method and class",
    ["route", "method", "status"],
    registry=OURS,
)
LATENCY = Histogram(
    "qa_request_seconds", "How long answers took", ["route"], buckets=SECONDS, registry=OURS
)
AWAY = Counter("qa_database_away", "Answers without the database", registry=OURS)
FAULTS = Counter("qa_faults", "Answers with an unforeseen fault", ["route"], registry=OURS)
REFUSED = Counter("qa_refused_sign_ins", "Sign-ins that were refused", registry=OURS)


@dataclass(frozen=True)
class Gauge:
    """A number that is looked up when somebody asks: its name, what it means, how it is found."""

    name: str
    words: str
    find: Callable[[], float | None]


GAUGES: dict[str, Gauge] = {}


def register(gauge: Gauge) -> None:
    """Let a room's number be among those that are looked up."""
    GAUGES[gauge.name] = gauge


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    REQUESTS.labels(route, method, f"{status // 100}xx").inc()
    LATENCY.labels(route).observe(seconds)


@receiver(user_login_failed)
def count_refused_sign_in(**about: object) -> None:
    """Count one sign-in that was refused; by whom is in the trail only."""
    REFUSED.inc()


class LookedUp:
    """The numbers of now; one that cannot be found, as while the database is away, is left out."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Each number that could be found."""
        for gauge in GAUGES.values():
            value = look_up(gauge)
            if value is not None:
                yield GaugeMetricFamily(gauge.name, gauge.words, value=value)


def look_up(gauge: Gauge) -> float | None:
    """A number of now; nothing where the database does not answer."""
    try:
        with transaction.atomic():
            return gauge.find()
    except (DatabaseError, InterfaceError):
        return None


def page() -> bytes:
    """Every number in Prometheus' own format."""
    counted = OURS
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    looked_up = CollectorRegistry()
    looked_up.register(LookedUp())
    return generate_latest(counted) + generate_latest(looked_up)
