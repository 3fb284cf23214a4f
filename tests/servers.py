"""The servers that tests stand on: one PostgreSQL for a run, found by its workers.

Two runs at the same time take two folders, so neither stops the other's server.
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from tools.embedded_pg import EmbeddedPostgres, socket_folder
from tools.paths import VAR

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": 100,
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "autovacuum": "off",
    "jit": "off",
    "track_activities": "off",
    "track_counts": "off",
}
_held: list[IO[str]] = []


def choose_environment() -> None:
    """Say before the settings are read that this is a test, and where its servers are."""
    first = "PYTEST_XDIST_WORKER" not in os.environ
    if first:
        os.environ["QA_DATA_DIR"] = str(free_folder())
    os.environ["QA_ENV"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "qaframework.settings"
    # Playwright's driver runs an event loop in this thread, at which Django would stop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    for name in (
        "SECRET_KEY",
        "QA_DATA_KEYS",
        "QA_TEST_CLOCK",
        "QA_DEBUG",
        "REDIS_URL",
        "EMAIL_URL",
        "QA_ORIGIN",
        "QA_TEST_CLOCK_MOVABLE",
        "QA_POOLED",
        "DATABASE_REPLICA_URL",
    ):
        os.environ.pop(name, None)
    if "DATABASE_URL" not in os.environ:
        os.environ["PGHOST"] = str(socket_folder(data_folder() / "pg"))


def free_folder() -> Path:
    """The first test folder that no other run holds; it is held until this process ends."""
    for number in range(1, 20):
        folder = VAR / "test" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held.append(lock)
        return folder
    raise RuntimeError("Twenty test runs are going on at once; wait for one to end.")


def data_folder() -> Path:
    """The folder of this run."""
    return Path(os.environ["QA_DATA_DIR"])


def start_postgres() -> EmbeddedPostgres | None:
    """Start the run's database server, unless the environment names one."""
    if "DATABASE_URL" in os.environ:
        return None
    return EmbeddedPostgres(data_folder() / "pg").start(**FAST)
