"""A continuous archive brings a database back to the minute, by the steps of docs/operations.md (X21)."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tools.embedded_pg import EmbeddedPostgres

pytestmark = pytest.mark.slow


def ask(server: EmbeddedPostgres, question: str) -> list[Any]:
    line = psycopg2.connect(host=str(server.socket), user="postgres", dbname="postgres")
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(question)
        rows = cursor.fetchall() if cursor.description else []
    line.close()
    return rows


def wait(server: EmbeddedPostgres, question: str) -> None:
    """Ask until the answer is yes."""
    until = time.monotonic() + 30
    while not ask(server, question)[0][0]:
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def server(tmp_path: Path, archive: Path) -> Iterator[EmbeddedPostgres]:
    kept = EmbeddedPostgres(tmp_path / "was" / "pg")
    kept.start(archive_mode="on", archive_command=f"cp %p {archive}/%f", fsync="off")
    yield kept
    kept.stop("immediate")


def test_database_comes_back_as_it_was_at_a_moment(
    server: EmbeddedPostgres, archive: Path, tmp_path: Path
) -> None:
    ask(server, "CREATE TABLE kept (n int)")
    base = tmp_path / "now" / "pg"
    base.parent.mkdir()
    taken = server.run(
        "pg_basebackup",
        "-D",
        str(tmp_path / "was" / "base"),
        *server.address,
        "-X",
        "none",
        "-c",
        "fast",
    )
    assert taken.returncode == 0, taken.stdout
    ask(server, "INSERT INTO kept SELECT generate_series(1, 1000)")
    moment = ask(server, "SELECT clock_timestamp()::text")[0][0]
    ask(server, "DELETE FROM kept WHERE n > 10")
    last = ask(server, "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    wait(server, f"SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver")  # noqa: S608 - the server's own word

    shutil.copytree(tmp_path / "was" / "base", base)
    (base / "recovery.signal").touch()
    again = EmbeddedPostgres(base)
    again.start(
        restore_command=f"cp {archive}/%f %p",
        recovery_target_time=moment,
        recovery_target_action="promote",
        fsync="off",
    )
    try:
        wait(again, "SELECT NOT pg_is_in_recovery()")
        assert ask(again, "SELECT count(*) FROM kept") == [(1000,)]
    finally:
        again.stop("immediate")
