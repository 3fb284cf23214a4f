"""Reading figures from a second server that follows the first, where there is one (decision 27).

What reads figures for a page says so with `from_replica`; all else goes to the first server: every write, the session,
who somebody is and which posts they hold, the trail. Before the second server is asked for anything it must have done
everything that the first had confirmed when the page asked, so a page shows no right that was taken and no figure that
is out of date. A server that has not caught up in time, is away, is no replica of ours, or gives up in the middle costs
the page no more than that: the same is read from the first server.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.models import Model
from prometheus_client import Counter

from core.bell import Quiet
from core.metrics import OURS

P = ParamSpec("P")
R = TypeVar("R")
ALIAS = "replica"
# Who somebody is, what they may do, and what was left in the trail: never from the second server.
FIRST_ONLY = frozenset(
    {"core", "people", "auth", "contenttypes", "sessions", "account", "mfa", "socialaccount"}
    | {"usersessions", "pghistory"}
)
# Seconds between two looks at a server that is catching up.
LOOK = 0.005
READ = Counter(
    "qa_figures_read", "Readings of figures by the server they came from", ["server"], registry=OURS
)
# One server of ours says which cluster and which line of history it is; a replica must say the same.
STANDS = """SELECT pg_current_wal_flush_lsn()::text, system_identifier, timeline_id
  FROM pg_control_system(), pg_control_checkpoint()"""
FOLLOWS = """SELECT pg_is_in_recovery() AND system_identifier = %s AND timeline_id = %s,
  pg_last_wal_replay_lsn() >= %s::pg_lsn FROM pg_control_system(), pg_control_checkpoint()"""

log = logging.getLogger(__name__)
_reading: ContextVar[bool] = ContextVar("reading from the replica", default=False)
quiet = Quiet()


class Router:
    """The first server for everything, but for the rows of figures inside `from_replica`."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """The replica inside `from_replica`, unless the rows say who somebody is."""
        away = not _reading.get() or model._meta.app_label in FIRST_ONLY
        return DEFAULT_DB_ALIAS if away else ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """The first server, always; rows that are read to be changed are read there too."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Both servers hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Tables are made on the first server; the other follows."""
        return db == DEFAULT_DB_ALIAS


def from_replica(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `read` gives, from the replica where one follows, else from the first server.

    `read` only reads, gives everything that it has read (no query that is still to be asked), and may be called twice.
    """
    if _reading.get() or not at_hand():
        return read(*args, **kwargs)
    try:
        with _inside():
            found = read(*args, **kwargs)
    except Error as fault:
        give_up(fault)
        READ.labels("first").inc()
        return read(*args, **kwargs)
    READ.labels(ALIAS).inc()
    return found


@contextmanager
def _inside() -> Iterator[None]:
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def at_hand() -> bool:
    """Whether figures may be read from the replica now: there is one, and it has everything that was confirmed."""
    if ALIAS not in connections.settings:
        return False
    if connection.in_atomic_block:  # whoever has begun to write reads what they have written
        return False
    good = not quiet.now() and catches_up(standing())
    if not good:
        READ.labels("first").inc()
    return good


def standing() -> tuple[Any, ...]:
    """What the first server has confirmed by now, in which cluster and line of history."""
    with connection.cursor() as cursor:
        cursor.execute(STANDS)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def catches_up(first: tuple[Any, ...]) -> bool:
    """Whether the replica comes to where the first server stood, within a page's patience; none is tried twice at once."""
    try:
        why_not = lack(*first)
    except Error as fault:
        give_up(fault)
        return False
    if why_not:
        log.warning("the replica %s", why_not)
        quiet.begin()
    return not why_not


def lack(place: str, cluster: int, timeline: int) -> str:
    """What keeps the replica from being read; waits a little for one that is catching up."""
    until = time.monotonic() + settings.REPLICA_PATIENCE / 1000
    with connections[ALIAS].cursor() as cursor:
        while True:
            cursor.execute(FOLLOWS, [cluster, timeline, place])
            ours, there = cursor.fetchone()
            if not ours:
                return "does not follow the first server"
            if there:
                return ""
            if time.monotonic() > until:
                return "lags behind"
            time.sleep(LOOK)


def give_up(fault: Error) -> None:
    """Read from the first server instead, and for a while not even ask for a server that is away."""
    log.warning("the replica did not answer: %s", type(fault.__cause__ or fault).__name__)
    line = connections[ALIAS]
    if line.connection is None or not line.is_usable():
        line.close()
        quiet.begin()
