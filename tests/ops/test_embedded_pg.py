"""The demo's database server survives what happens to servers."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from tools.embedded_pg import EmbeddedPostgres
from tools.faults import Missing
from tools.paths import ROOT

pytestmark = pytest.mark.slow
START = "import sys; from tools.embedded_pg import EmbeddedPostgres as P; P(sys.argv[1]).start()"


@pytest.fixture
def server(tmp_path):
    server = EmbeddedPostgres(tmp_path / "pg")
    yield server
    server.stop("immediate")


def ask(server, sql):
    connection = psycopg2.connect(host=str(server.socket), user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_killed_server_comes_back_with_every_committed_row(server):
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT generate_series(1, 5000) AS n")
    os.kill(server.pid(), signal.SIGKILL)

    server.start()

    assert ask(server, "SELECT count(*) FROM kept") == [(5000,)]


def test_server_does_not_mistake_another_process_for_itself(server):
    server.start()
    server.stop()
    with subprocess.Popen(["sleep", "60"]) as other:
        (server.data / "postmaster.pid").write_text(f"{other.pid}\n{server.data}\n1\n5432\n\n\n\n")

        server.start()

        assert ask(server, "SELECT 1") == [(1,)]
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize("name", ["with space and 'quote'", "x" * 120])
def test_server_works_in_an_odd_or_long_path(tmp_path, name):
    server = EmbeddedPostgres(tmp_path / name / ("y" * 60) / "pg")

    server.start()

    assert ask(server, "SELECT 1") == [(1,)]
    assert not list(tmp_path.glob("**/.s.PGSQL.5432"))
    server.stop()
    assert not server.socket.exists()


def test_four_starts_at_once_give_one_server(server):
    line = [sys.executable, "-c", START, str(server.data)]

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: subprocess.run(line, cwd=ROOT, check=False), range(4)))

    assert [one.returncode for one in ended] == [0, 0, 0, 0]
    assert ask(server, "SELECT count(DISTINCT pg_postmaster_start_time()) FROM pg_class") == [(1,)]


def test_leaving_stops_the_server_only_when_nobody_else_uses_it(server):
    server.start()
    other = EmbeddedPostgres(server.data).start()

    other.leave()
    assert server.ready()

    server.leave()
    assert not server.ready()


def test_server_listens_on_no_network_port_and_its_folders_are_private(server):
    server.start()

    assert ask(server, "SHOW listen_addresses") == [("",)]
    assert server.socket.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o777 == 0o700


def test_other_versions_data_is_named_quickly(server):
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    began = time.monotonic()

    with pytest.raises(Missing, match="was made by PostgreSQL 9, and this is 18"):
        server.start()

    assert time.monotonic() - began < 10
