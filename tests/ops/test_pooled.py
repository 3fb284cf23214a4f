"""Behind a pooler that gives a connection for one transaction: a real PgBouncer, with everything of a session thrown away.

It has two connections for everybody, so that one and the same person gets another one from step to step.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg2
import pytest
from django.apps import apps
from django.core import checks
from django.db import connection, connections, transaction
from django.utils import timezone

from audits.models import Audit
from core import sealing
from core.models import TrailEntry, TrailSeal
from people.models import User
from tests.factories.cast import Cast
from tests.journeys.conftest import give_password
from tests.moderation.scenes import council, returned
from tests.ops.own_server import copy_tables
from tests.ops.pooler import Pooler, pooler
from tests.ops.test_killed import Person, free_port, wait
from tools.children import end_all, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.paths import PYTHON, ROOT

pytestmark = pytest.mark.slow
NAME = "pooled"
SIZE = 2


@dataclass
class Behind:
    """A server, its pooler, and a scene that was made through it."""

    server: EmbeddedPostgres
    pooler: Pooler
    people: Cast
    audits: list[Audit]
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        behind = {"DATABASE_URL": self.pooler.address(NAME), "QA_POOLED": "1"}
        return {**os.environ, **behind, "QA_DATA_DIR": str(self.folder)}

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PYTHON), "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
            timeout=120,
        )

    def tell(self, sql: str) -> str:
        """Ask the server itself."""
        done = self.server.run("psql", *self.server.address, "-d", NAME, "-Atc", sql)
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()


@pytest.fixture(scope="module")
def behind(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Behind]:
    """Bexley with some returned audits; all of it was written through the pooler."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("own") / "pg").start()
    folder = tmp_path_factory.mktemp("p")
    folder.chmod(0o777)
    with django_db_blocker.unblock(), pooler(server, folder, SIZE) as found:
        copy_tables(server, NAME)
        default = connections["default"]
        own = {"NAME": NAME, "HOST": str(found.folder), "PORT": str(found.port)}
        pooled = {"DISABLE_SERVER_SIDE_CURSORS": True, "OPTIONS": {"connect_timeout": 5}}
        connections.settings[NAME] = {**connections.settings["default"], **own, **pooled}
        connections["default"] = connections[NAME]
        place = council("bexley")
        at = timezone.now() - timedelta(days=2)
        audits = [returned(place, grade, at) for grade in ("6", "4", "1")]
        give_password(place.people.auditor, place.people.qa_head, place.people.officer)
        yield Behind(server, found, place.people, audits, tmp_path_factory.mktemp("pages"))
        connections["default"] = default
        connections[NAME].close()
        del connections[NAME], connections.settings[NAME]
    server.stop("immediate")


@pytest.mark.django_db
def test_the_tables_that_are_copied_are_empty():
    assert not User.objects.exists()


def test_every_transaction_may_have_another_connection(behind):
    def whose() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), set_config('lock_timeout', '7s', false)")
            return int(cursor.fetchone()[0])

    with transaction.atomic():
        first = whose()
        line = psycopg2.connect(behind.pooler.address(NAME))
        with line.cursor() as other:
            other.execute("SELECT pg_backend_pid(), current_setting('lock_timeout')")
            second, left = other.fetchone()
        line.close()

    assert first != second
    assert left == "0"


def test_what_was_written_through_it_has_its_moves_its_history_and_its_trail(behind):
    audit = behind.audits[0]
    events = apps.get_model("audits", "AuditEvent").objects.filter(pgh_obj_id=audit.pk)

    assert audit.moves.filter(verb="return").count() == 1
    assert events.exists()
    assert TrailEntry.objects.exists()


def test_the_hours_are_those_of_the_service_on_every_connection(behind):
    def zone() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('TimeZone')")
            return str(cursor.fetchone()[0])

    assert {zone() for _ in range(6)} == {"UTC"}


def test_rows_are_read_in_parts_without_a_cursor_that_outlives_its_transaction(behind):
    found = [one.pk for one in Audit.objects.order_by("pk").iterator(chunk_size=1)]

    assert found == [one.pk for one in behind.audits]


def test_sealing_leaves_no_lock_behind_and_several_at_once_seal_each_line_once(behind, settings):
    TrailEntry.objects.create(
        verb="look", subject_type="test", subject_id="1", cause="test", at=timezone.now()
    )
    settings.DATA_DIR = behind.folder
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda _: behind.manage("trail", "seal"), range(3)))

    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr[-500:] for one in done]
    assert TrailSeal.objects.count() >= 1
    assert behind.tell("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0"
    assert sealing.seal_trail() == 0
    verified = behind.manage("trail", "verify")
    exported = behind.manage("trail", "export", str(behind.folder / "trail.json"))
    assert (verified.returncode, exported.returncode) == (0, 0), verified.stdout + exported.stderr


def test_limits_that_nobody_set_for_the_role_are_told_of(behind, settings):
    def told() -> list[str]:
        connections[NAME].close()
        found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
        return [one.msg for one in found if one.id == "core.W001"]

    assert told() == []
    settings.POOLED = True
    assert told() == [
        "Nothing limits lock_timeout behind the pooler.",
        "Nothing limits statement_timeout behind the pooler.",
    ]
    behind.tell("ALTER ROLE postgres SET lock_timeout = '15s'")
    behind.tell("ALTER ROLE postgres SET statement_timeout = '120s'")
    behind.tell("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pooled' AND pid <> pg_backend_pid()")  # fmt: skip
    assert told() == []


def test_people_work_at_once_through_two_connections(behind):
    """Sign in, read, write and be refused, eight at a time, in a web server of eight threads."""
    port = free_port()
    env = {**behind.environment, "QA_LOG_LEVEL": "INFO"}
    line = [str(PYTHON), "-m", "gunicorn", "qaframework.wsgi:application"]
    words = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread"]
    log = behind.folder / "web.log"
    process = launch(
        [*line, *words, "--threads", "4", "--no-control-socket"], log=log, cwd=ROOT, env=env
    )

    def answers() -> bool:
        with suppress(OSError):
            return bool(urlopen(f"http://localhost:{port}/health/", timeout=5).status == 200)
        return False

    try:
        wait(answers, "the web server does not start", seconds=90)
        people = [behind.people.auditor, behind.people.qa_head, behind.people.officer]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: a_morning(port, people[n % 3], behind), range(8)))
        backends = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'pooled'"
        assert int(behind.tell(backends)) <= SIZE + 1
    finally:
        end_all([process], seconds=5)
    faults = re.findall(r"status=50\d", log.read_text())
    assert faults == [], log.read_text()[-3000:]


@dataclass
class Web:
    """What a person at a browser needs to know of the running pages."""

    url: str


def a_morning(port: int, who: User, behind: Behind) -> None:
    """Pages of each kind, and a form that is sent."""
    person = Person(Web(f"http://localhost:{port}"), who)
    for path in ("/", "/audits/", f"/audits/{behind.audits[0].pk}/", "/dashboard/", "/messages/"):
        assert person.open(path).xpath("//main//h1"), path
    page = person.open("/messages/")
    form = page.xpath("//main//form[.//input[@name='mail']]")[0]
    token = form.xpath(".//input[@name='csrfmiddlewaretoken']/@value")[0]
    for mail in ("daily", "each"):
        said = {"csrfmiddlewaretoken": token, "mail": mail}
        assert person.post(form.get("action"), said) == 200
