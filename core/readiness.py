"""Whether the service can do its work now: asked by whatever sends people to it."""

import time
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from core.heartbeat import SILENT
from core.models import Heartbeat

KEPT_SECONDS = 5
PATIENCE_SECONDS = 2
_found: tuple[float, list[str]] | None = None
_migrated = False


def missing() -> list[str]:
    """The codes of what does not answer: database, migrations, redis, worker. Looked up every five seconds at most."""
    global _found
    now = time.monotonic()
    if _found is None or now - _found[0] > KEPT_SECONDS:
        _found = (now, look())
    return _found[1]


def look() -> list[str]:
    """The codes of what does not answer at this moment."""
    return [*_database(), *([] if redis_answers() else ["redis"])]


def _database() -> list[str]:
    try:
        found = [] if migrated() else ["migrations"]
        return found if worker_lives() else [*found, "worker"]
    except (DatabaseError, InterfaceError):
        return ["database"]


def migrated() -> bool:
    """Whether every migration of this code is in the database; once it is so it stays so."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def worker_lives() -> bool:
    """Whether a worker has kept time within the last ten minutes, by the computer's own clock."""
    at = Heartbeat.objects.filter(pk=1).values_list("at", flat=True).first()
    return at is not None and timezone.now() - at <= SILENT + timedelta(seconds=1)


def redis_answers() -> bool:
    """Whether the bell's carrier answers."""
    patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **patience) as line:
            return bool(line.ping())
    except (redis.RedisError, OSError):
        return False
