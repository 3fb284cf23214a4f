"""PgBouncer as large installations have it: a connection for one transaction, and nothing kept of a session."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ops.test_killed import free_port, wait
from tools import debian
from tools.children import end_all, launch
from tools.embedded_pg import EmbeddedPostgres

# After each transaction everything of the session is thrown away, which PgBouncer does not do by itself.
SETTINGS = """[databases]
* = host={server} port=5432 user=postgres
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
unix_socket_mode = 0777
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
server_reset_query = DISCARD ALL
server_reset_query_always = 1
"""


@dataclass(frozen=True)
class Pooler:
    """Where it listens, for Django."""

    folder: Path
    port: int

    def address(self, name: str) -> str:
        """The DATABASE_URL of a database behind it."""
        return f"postgresql://postgres@{str(self.folder).replace('/', '%2F')}:{self.port}/{name}"


def program() -> str:
    """PgBouncer; skips without it."""
    found = debian.pooler_program()
    if found is None:
        pytest.skip(f"no PgBouncer: {debian.command(['pgbouncer'])}")
    return found


@contextmanager
def pooler(server: EmbeddedPostgres, folder: Path, size: int) -> Iterator[Pooler]:
    """PgBouncer before a server, with so many connections to it at most."""
    made = Pooler(folder, free_port())
    ini = folder / "pgbouncer.ini"
    ini.write_text(SETTINGS.format(server=server.socket, port=made.port, folder=folder, size=size))
    log = folder / "pgbouncer.log"
    process: subprocess.Popen[bytes] = launch(
        [*server.prefix, program(), str(ini)], log=log, cwd=folder, env={}
    )
    try:
        wait((folder / f".s.PGSQL.{made.port}").exists, "PgBouncer does not start")
        yield made
    finally:
        end_all([process], seconds=5)
