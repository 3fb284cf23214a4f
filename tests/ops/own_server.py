"""A database server of a test's own, with the tests' tables in it, for tests that kill, follow or pool it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections

from tools.embedded_pg import EmbeddedPostgres


def copy_tables(server: EmbeddedPostgres, name: str) -> None:
    """The tests' empty tables in a new database of another server; skips where theirs cannot be read."""
    default = connections["default"]
    held = default.settings_dict
    default.close()
    if held["PASSWORD"]:
        pytest.skip("the tests run on a server with a password")
    server.create_database(name)
    source = ["-h", held["HOST"], "-U", "postgres", "-d", held["NAME"]]
    dumped = server.run("pg_dump", *source, "--no-owner")
    assert dumped.returncode == 0, dumped.stdout[-500:]
    path = server.data.parent / "tables.sql"
    path.write_text(dumped.stdout)
    filled = server.run("psql", *server.address, "-q", "-d", name, "-f", str(path))
    assert "ERROR" not in filled.stdout, filled.stdout[-2000:]


@contextmanager
def as_default(server: EmbeddedPostgres, name: str) -> Iterator[None]:
    """Django's connection leads to that database meanwhile."""
    default = connections["default"]
    added(name, server, name)
    connections["default"] = connections[name]
    try:
        yield
    finally:
        connections["default"] = default
        taken(name)


def added(alias: str, server: EmbeddedPostgres, name: str, **more: Any) -> None:
    """Another connection of Django's, to a database of a server of ours."""
    own = {"NAME": name, "HOST": str(server.socket), "PORT": "", **more}
    connections.settings[alias] = {**connections.settings["default"], **own}


def taken(alias: str) -> None:
    """Without that connection again."""
    connections[alias].close()
    del connections[alias], connections.settings[alias]
