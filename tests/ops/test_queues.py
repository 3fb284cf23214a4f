"""Queues by kind: a clock's job runs while a report takes its time; real workers, a real Valkey, a real PostgreSQL.

What takes its time is a report that stands at a table which somebody holds, inside the worker that makes reports.
"""

import ast
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from celery import Celery
from django.utils import timezone

from core.jobs import JOBS
from core.models import Heartbeat, JobRun, Notice
from core.running import queue_of
from core.tasks import ring_for_runs, run_job
from people.models import User
from qaframework.celery import app
from qaframework.queues import QUEUES, QUICK, ROUTES, SLOW
from reporting.models import Rendition, ReportVersion
from reporting.services import building
from tests.factories.cast import cast
from tests.ops.own_server import as_default, copy_tables
from tests.ops.postbox import Postbox, postbox
from tests.ops.test_killed import wait
from tests.reporting.report_scenes import quarter_of, with_reports
from tools import valkey
from tools.children import end_all, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.paths import PYTHON, ROOT

NAME = "queues"
# Within how many seconds a clock's job is done, whatever else goes on.
SOON = 30
# The table that whoever makes a report writes to, and no clock.
HELD = "reporting_rendition"


# The list ------------------------------------------------------------------------------------------


def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_task_has_a_queue_and_every_queue_is_known():
    assert set(ROUTES) == ours()
    assert set(ROUTES.values()) <= set(QUEUES)
    assert {job.queue for job in JOBS.values()} <= set(QUEUES)
    assert set(QUEUES) == set(ROUTES.values()) | {job.queue for job in JOBS.values()}


def test_a_task_of_each_file_is_on_the_list():
    written = {
        f"{path.parent.name}.tasks.{node.name}"
        for path in ROOT.glob("*/tasks.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any(getattr(one, "id", "") == "shared_task" for one in node.decorator_list)
    }

    assert written == set(ROUTES)


def test_celery_sends_each_task_where_the_list_says():
    for name, queue in ROUTES.items():
        assert app.amqp.router.route({}, name)["queue"].name == queue


def test_every_bell_of_the_timetable_has_a_queue_of_its_own_kind():
    rung = {entry["task"]: ROUTES[entry["task"]] for entry in app.conf.beat_schedule.values()}

    assert rung["core.tasks.keep_time"] == "clocks"
    assert [name for name, queue in rung.items() if queue == "clocks"] == ["core.tasks.keep_time"]


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("daily-chaser", "clocks"),
        ("hour-check", "clocks"),
        ("seal-trail", "clocks"),
        ("learn-themes", "jobs"),
        ("erase-approved", "files"),
        ("send-invitations", "messages"),
        ("gone", ""),
    ],
)
def test_the_runs_of_a_job_wait_where_the_job_says(name, queue):
    assert queue_of(name) == queue


@pytest.mark.django_db
def test_a_run_is_rung_in_the_queue_of_its_job(monkeypatch, django_capture_on_commit_callbacks):
    at = timezone.now()
    names = ("learn-themes", "daily-chaser", "gone")
    runs = [JobRun.objects.create(name=name, planned_at=at).pk for name in names]
    rung = []
    monkeypatch.setattr(run_job, "apply_async", lambda ids, **about: rung.append((*ids, about)))

    with django_capture_on_commit_callbacks(execute=True):
        ring_for_runs(runs)

    assert [(pk, about.get("queue")) for pk, about in rung] == list(
        zip(runs, ("jobs", "clocks", None), strict=True)
    )


def test_the_workers_of_the_compose_file_take_every_queue_once():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    lines = {
        name: one["command"] for name, one in services.items() if "worker" in one.get("command", ())
    }
    taken = {name: line[line.index("-Q") + 1].split(",") for name, line in lines.items()}

    assert taken == {"clocks": list(QUICK), "worker": list(SLOW)}


# Real workers ---------------------------------------------------------------------------------------


@dataclass
class Stack:
    """Workers, Valkey, a mail server and PostgreSQL."""

    folder: Path
    server: EmbeddedPostgres
    box: Postbox
    env: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, *queues: str) -> None:
        words = ["--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=INFO"]
        words += ["-n", f"{name}@here", *(("-Q", ",".join(queues)) if queues else ())]
        line = [str(PYTHON), "-m", "celery", "-A", "qaframework.celery:app", "worker", *words]
        log = self.folder / f"{name}.log"
        self.processes.append(launch(line, log=log, cwd=ROOT, env=self.env))
        wait(lambda: "ready." in self.log(name), f"{name} does not start", 90)

    def end(self) -> None:
        end_all(self.processes, seconds=5)
        self.processes.clear()

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def ring(self, task: str, *ids: int, queue: str = "") -> None:
        address = self.env["REDIS_URL"].replace("unix://", "redis+socket://")
        bell = Celery(broker=address, set_as_current=False)
        bell.send_task(task, args=ids, queue=queue or ROUTES[task])

    def run_of(self, name: str) -> int:
        """A run of a job that waits: the one that is planned already, else another."""
        waiting = JobRun.objects.unfinished().filter(name=name)
        return (waiting.first() or JobRun.objects.create(name=name, planned_at=timezone.now())).pk

    def done(self, pk: int) -> bool:
        return JobRun.objects.get(pk=pk).state == JobRun.State.DONE

    @contextmanager
    def held(self) -> Iterator[Any]:
        """Whoever makes a report meanwhile stands there; gives how many do."""
        holder = psycopg2.connect(host=str(self.server.socket), user="postgres", dbname=NAME)
        cursor = holder.cursor()
        cursor.execute(f'LOCK TABLE "{HELD}" IN SHARE ROW EXCLUSIVE MODE')

        def standing() -> int:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            return int(cursor.fetchone()[0])

        try:
            yield standing
        finally:
            holder.rollback()
            holder.close()


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[EmbeddedPostgres]:
    """The tests' tables on a server of their own, with one council whose framework has reports."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("own") / "pg").start()
    with django_db_blocker.unblock():
        copy_tables(server, NAME)
        with as_default(server, NAME):
            with_reports("optional")
            cast("eastmere")
            yield server
    server.stop("immediate")


@pytest.fixture
def stack(scene: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    with postbox() as box:
        env = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "PGHOST": str(scene.socket),
            "PGDATABASE": NAME,
            "REDIS_URL": valkey.address(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{box.port}",
            "QA_LOG_LEVEL": "INFO",
            # Without the limits of locks, which would end the report's standing before the test has looked.
            "QA_POOLED": "1",
        }
        made = Stack(folder, scene, box, env)
        queue = valkey.start(folder, folder / "valkey.log")
        try:
            yield made
        finally:
            made.end()
            end_all([queue], seconds=5)


def a_report(month: int) -> ReportVersion:
    """A draft that somebody has asked for and no worker has made."""
    people = cast_of()
    report = quarter_of(people["council"])
    report.first_on = date(2025, month, 1)
    report.last_on = date(2025, month + 3, 1) - timedelta(days=1)
    report.period = f"from {month}"
    report.save()
    return building.ask_for_version(report, by=people["officer"], at=timezone.now())


def cast_of() -> dict[str, Any]:
    officer = User.objects.get(email__startswith="officer@eastmere")
    return {"officer": officer, "council": officer.council}


def state(version: ReportVersion) -> str:
    return str(ReportVersion.objects.values_list("state", flat=True).get(pk=version.pk))


@pytest.mark.slow
@pytest.mark.django_db
def test_the_tables_that_are_copied_are_empty():
    assert not User.objects.exists()


@pytest.mark.slow
def test_a_clock_runs_and_a_message_goes_while_a_report_takes_its_time(stack):
    stack.start("clocks", *QUICK)
    stack.start("slow", *SLOW)
    version = a_report(1)
    with stack.held() as standing:
        stack.ring("reporting.tasks.make_report", version.pk)
        wait(lambda: standing() == 1, stack.log("slow")[-3000:])
        waits, clock = stack.run_of("clear-runs"), stack.run_of("hour-check")
        Notice.objects.create(
            to=cast_of()["officer"],
            key="queues",
            kind="queues",
            subject="A thing",
            text="Look.",
            made_at=timezone.now(),
        )
        Heartbeat.objects.all().delete()
        began = time.monotonic()

        stack.ring("core.tasks.keep_time")

        wait(lambda: stack.done(clock), stack.log("clocks")[-3000:], SOON)
        wait(lambda: "A thing" in "".join(stack.box.letters), stack.log("clocks")[-3000:], SOON)
        assert time.monotonic() - began < SOON
        assert Heartbeat.objects.filter(pk=1).exists()
        assert standing() == 1
        assert not stack.done(waits)

    wait(lambda: stack.done(waits), stack.log("slow")[-3000:])
    wait(lambda: state(version) == "draft", stack.log("slow")[-3000:])


@pytest.mark.slow
def test_one_worker_of_a_small_machine_takes_every_queue(stack):
    stack.start("all")
    version = a_report(4)
    clock, later = stack.run_of("hour-check"), stack.run_of("clear-runs")

    stack.ring("core.tasks.keep_time")
    stack.ring("reporting.tasks.make_waiting")

    wait(lambda: stack.done(clock) and stack.done(later), stack.log("all")[-3000:])
    wait(lambda: state(version) == "draft", stack.log("all")[-3000:])


@pytest.mark.slow
def test_two_workers_on_one_queue_never_work_one_row_twice(stack):
    stack.start("one", "documents", "jobs")
    stack.start("two", "documents", "jobs")
    version, run = a_report(7), stack.run_of("clear-runs")
    with stack.held() as standing:
        for _ in range(6):
            stack.ring("reporting.tasks.make_report", version.pk)
        wait(lambda: standing() >= 1, stack.log("one")[-3000:])
        wait(lambda: refused(stack) >= 5, f"{stack.log('one')}{stack.log('two')}"[-6000:])
        assert standing() == 1
    for _ in range(6):
        stack.ring("core.tasks.run_job", run, queue="jobs")

    wait(lambda: state(version) == "draft", stack.log("one")[-3000:])
    wait(lambda: stack.done(run), stack.log("two")[-3000:])
    wait(lambda: refused(stack) == 10, f"{stack.log('one')}{stack.log('two')}"[-6000:])
    made = Rendition.objects.filter(version=version.pk).values_list("audience", flat=True)
    assert len(made) == len(set(made)) > 0
    assert ReportVersion.objects.get(pk=version.pk).moves.filter(verb="finish").count() == 1
    assert JobRun.objects.get(pk=run).attempts == 1


def refused(stack: Stack) -> int:
    """How often a worker found that the row was done or in other hands."""
    return sum(stack.log(name).count("ended with False") for name in ("one", "two"))
