"""Jobs and messages against real processes: two beats, two workers, kill -9, a broker and mail servers that fail.

One stack for the whole file: a database of its own, Valkey, a mail server that can be told to misbehave. The file's
tests follow each other on it; each asks only about days and messages of its own.
"""

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_string
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import Celery
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from core.models import JobRun, Notice, TestClock
from escalation.models import Escalation
from people.models import Council, User
from tests.core.test_jobs import london
from tests.escalation.scenes import lancashire
from tests.ops.postbox import Postbox, postbox
from tools import valkey
from tools.children import end_all, kill_group, launch
from tools.paths import PYTHON, ROOT

pytestmark = pytest.mark.slow
NAME = "stack"
LOCK = 60606
PEOPLE, LATE = 6, 5
State = JobRun.State
REFUSED = re.compile(r"task core\.tasks\.run_job ended with False")


class Stack:
    """Beats and workers of their own on a database of their own."""

    def __init__(self, folder: Path, box: Postbox, env: dict[str, str]) -> None:
        self.folder, self.box, self.env = folder, box, env
        self.workers: list[subprocess.Popen[bytes]] = []
        self.others: list[subprocess.Popen[bytes]] = []
        self.started = 0
        self.queue = self.start_queue()

    def start_queue(self) -> subprocess.Popen[bytes]:
        return valkey.start(self.folder, self.folder / "valkey.log")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        self.started += 1
        line = [str(PYTHON), "-m", "celery", "-A", "tests.ops.fault_jobs:app", *words]
        log = self.folder / f"{words[0]}-{self.started}.log"
        return launch([*line, "--loglevel=INFO"], log=log, cwd=ROOT, env=self.env)

    def start_beat(self) -> None:
        schedule = self.folder / f"schedule-{len(self.others)}"
        self.others.append(self.start("beat", "--pidfile=", "-s", str(schedule)))

    def start_worker(self) -> None:
        words = ("--pool=solo", "--without-gossip", "--without-mingle")
        self.workers.append(self.start("worker", *words, "-n", f"w{self.started}@here"))

    def kill(self, pid: int = 0) -> None:
        """kill -9 one worker, or all."""
        for worker in [one for one in self.workers if pid in (0, one.pid)]:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait(10)
            self.workers.remove(worker)

    def logs(self, kind: str) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob(f"{kind}-*.log")))

    def set_clock(self, to: datetime) -> None:
        """The service's clock as every process sees it within a second."""
        now = timezone.now()
        values = {"shift": to - now, "set_at": now}
        TestClock.objects.using(NAME).update_or_create(pk=1, defaults=values)

    def run_of(self, day: int) -> JobRun | None:
        planned = london(2027, 3, day, 6)
        return JobRun.objects.using(NAME).filter(name="fault-test", planned_at=planned).first()

    def is_at(self, day: int, state: str, done: int) -> bool:
        run = self.run_of(day)
        return run is not None and (run.state, run.done) == (state, done)

    def wait(self, good: Callable[[], bool], what: str, seconds: float = 90) -> None:
        """Wait until something is so; shows the logs when it is late."""
        until = time.monotonic() + seconds
        while not good():
            assert time.monotonic() < until, f"{what}:\n{self.logs('worker')[-6000:]}"
            time.sleep(0.05)

    def wait_for_run(self, day: int, done: int = PEOPLE) -> JobRun:
        self.wait(lambda: self.is_at(day, State.DONE, done), f"the run of day {day} is late")
        return self.run_of(day)

    def letters(self) -> list[tuple[str, str, str]]:
        """Each letter's address, subject and number."""
        found = [message_from_string(letter) for letter in list(self.box.letters)]
        return [(one["To"], one["Subject"], one["Message-ID"]) for one in found]

    @contextmanager
    def holding(self):
        """Whoever does the job stops before the fourth person meanwhile."""
        with connections[NAME].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def end(self) -> None:
        end_all([*self.workers, *self.others, self.queue], seconds=5)


def told(day: int) -> Counter[int]:
    """How often each person was told on a day."""
    rows = Notice.objects.using(NAME).filter(key=f"fault:2027-03-{day:02}")
    return Counter(rows.values_list("to", flat=True))


def everybody_once() -> Counter[int]:
    people = User.objects.using(NAME).filter(council__code="faults")
    return Counter(people.values_list("pk", flat=True))


def rungs() -> QuerySet[Escalation]:
    return Escalation.objects.using(NAME).filter(kind="file", step=Escalation.Step.RUNG)


def unsent() -> int:
    return Notice.objects.using(NAME).filter(sent_at=None).count()


def time_passes() -> None:
    """The gap until the next try of a message is over."""
    Notice.objects.using(NAME).filter(sent_at=None).update(next_try_at=None)


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """A copy of the empty test database with two councils, and a way to read it."""
    with django_db_blocker.unblock():
        default = connections["default"]
        empty, name = default.settings_dict["NAME"], f"{default.settings_dict['NAME']}_jobs"
        default.close()
        with default._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
        connections.settings[NAME] = {**connections.settings["default"], "NAME": name}
        connections["default"] = connections[NAME]
        lancashire()
        connections["default"] = default
        council = Council.objects.using(NAME).create(code="faults", name="Faults")
        for number in range(PEOPLE):
            User.objects.using(NAME).create(
                council=council, email=f"person{number}@example.org", name=f"Person {number}"
            )
        yield name
        connections[NAME].close()
        del connections[NAME], connections.settings[NAME]
        with default._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def environment(database: str, folder: Path, port: int) -> dict[str, str]:
    """The processes' environment: short leases, a clock that moves, this mail server."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    if address := kept.get("DATABASE_URL"):
        kept["DATABASE_URL"] = urlunsplit(urlsplit(address)._replace(path=f"/{database}"))
    return {
        **kept,
        "PGDATABASE": database,
        "REDIS_URL": valkey.address(folder),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "QA_EMAIL_TIMEOUT": "2",
        "QA_MAIL_LEASE_SECONDS": "4",
        "QA_JOB_LEASE_SECONDS": "3",
        "QA_TEST_CLOCK_MOVABLE": "1",
        "QA_LOG_LEVEL": "INFO",
        "FAULT_LOCK": str(LOCK),
    }


@pytest.fixture(scope="module")
def stack(database, tmp_path_factory):
    """Two beats and one worker, at noon of 28 February 2027."""
    folder = tmp_path_factory.mktemp("stack")
    with postbox() as box:
        made = Stack(folder, box, environment(database, folder, box.port))
        try:
            made.set_clock(london(2027, 2, 28, 12))
            made.start_worker()
            made.start_beat()
            made.start_beat()
            made.set_clock(london(2027, 3, 1, 6))
            yield made
        finally:
            made.end()


@pytest.mark.django_db
def test_the_database_that_is_copied_is_empty():
    assert not JobRun.objects.exists()
    assert not User.objects.exists()


def test_two_beats_ring_and_the_days_run_is_made_and_done_once(stack):
    run = stack.wait_for_run(1)
    stack.wait(lambda: rungs().count() == LATE, "no ladder has begun")

    stack.wait(
        lambda: all("keep time" in path.read_text() for path in stack.folder.glob("beat-*.log")),
        "the beats are silent",
    )
    assert (run.attempts, told(1)) == (1, everybody_once())
    assert run.started_at - run.planned_at < timedelta(minutes=2)


def test_days_without_any_worker_are_made_up_for_by_the_first_that_comes(stack):
    stack.kill()
    stack.set_clock(london(2027, 3, 5, 7))
    stack.start_worker()
    stack.start_worker()

    run = stack.wait_for_run(5)
    stack.wait(lambda: rungs().count() == 3 * LATE, "the ladders have not gone on")

    assert [stack.run_of(day) for day in (2, 3, 4)] == [None] * 3
    assert (run.missed, run.attempts, told(5)) == (3, 1, everybody_once())
    assert timedelta(hours=1) <= run.started_at - run.planned_at < timedelta(hours=1, minutes=5)


def test_a_task_delivered_many_times_to_two_workers_is_done_once(stack):
    before = len(REFUSED.findall(stack.logs("worker")))
    with stack.holding():
        stack.set_clock(london(2027, 3, 6, 6))
        stack.wait(lambda: stack.is_at(6, State.RUNNING, 3), "the run has not begun")
        run = stack.run_of(6)
        address = stack.env["REDIS_URL"].replace("unix://", "redis+socket://")
        bell = Celery(broker=address, set_as_current=False)
        for _ in range(6):
            bell.send_task("core.tasks.run_job", args=[run.pk], queue="clocks")
        stack.wait(
            lambda: len(REFUSED.findall(stack.logs("worker"))) >= before + 6,
            "the other worker has not heard",
        )

    run = stack.wait_for_run(6)
    assert (run.attempts, told(6)) == (1, everybody_once())


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(stack):
    with stack.holding():
        stack.set_clock(london(2027, 3, 7, 6))
        stack.wait(lambda: stack.is_at(7, State.RUNNING, 3), "the run has not begun")
        paths = Notice.objects.using(NAME).filter(key="fault:2027-03-07")
        (path,) = set(paths.values_list("path", flat=True))
        stack.kill(int(path.strip("/").removeprefix("by/")))
    assert len(stack.workers) == 1
    stack.start_worker()

    run = stack.wait_for_run(7)

    assert (run.attempts, told(7)) == (2, everybody_once())
    assert len(set(paths.values_list("path", flat=True))) == 2


def test_workers_killed_while_sending_leave_each_message_sent_under_one_number(stack):
    stack.wait(lambda: unsent() == 0, "the messages before are late")
    stack.box.mood = "slow"
    stack.set_clock(london(2027, 3, 8, 6))
    stack.wait(
        lambda: any(subject == "Day 2027-03-08" for _, subject, _ in stack.letters()),
        "no letter has come",
    )
    stack.kill()
    stack.box.mood = "fine"
    stack.start_worker()

    stack.wait_for_run(8)
    stack.wait(lambda: time_passes() or unsent() == 0, "some message was not sent")

    letters = [row for row in stack.letters() if row[1] == "Day 2027-03-08"]
    assert told(8) == everybody_once()
    assert len({number for *_, number in letters}) == len({to for to, *_ in letters}) == PEOPLE
    assert len(letters) > PEOPLE


@pytest.mark.parametrize(
    ("mood", "fault"),
    [
        ("refuses", "SMTPRecipientsRefused"),
        ("slow", "SMTPServerDisconnected"),  # so smtplib calls a time-out in the talk
        ("drops", "SMTPServerDisconnected"),
    ],
)
def test_a_mail_server_that_misbehaves_is_noted_and_the_message_sent_later(stack, mood, fault):
    stack.wait(lambda: unsent() == 0, "the messages before are late")
    stack.box.mood = mood
    notice = Notice.objects.using(NAME).create(
        to=User.objects.using(NAME).filter(council__code="faults").first(),
        key=f"mood:{mood}",
        kind="fault.test",
        subject=f"The box {mood}",
        text="Please look.",
        made_at=timezone.now(),
    )
    stack.wait(
        lambda: Notice.objects.using(NAME).get(pk=notice.pk).failures == 1, "no failure is noted"
    )
    notice = Notice.objects.using(NAME).get(pk=notice.pk)
    assert (notice.sent_at, notice.fault) == (None, fault)
    assert notice.next_try_at > timezone.now()

    stack.box.mood = "fine"
    stack.wait(lambda: time_passes() or unsent() == 0, "it was not sent later")

    numbers = [number for _, subject, number in stack.letters() if subject == notice.subject]
    assert set(numbers) == {f"<notice-{notice.pk}@localhost>"}
    assert len(numbers) == (1 if mood == "refuses" else 2)


def test_a_broker_that_is_gone_and_comes_back_costs_nothing(stack):
    kill_group(stack.queue)
    stack.set_clock(london(2027, 3, 9, 6))
    stack.wait(
        lambda: "Trying to re-establish the connection" in stack.logs("worker"),
        "no worker has noticed",
    )
    stack.queue = stack.start_queue()

    run = stack.wait_for_run(9)
    assert (run.attempts, told(9)) == (1, everybody_once())


def test_every_rung_of_a_ladder_has_fired_once_in_order_with_the_planned_and_the_real_day(stack):
    fired = [
        (row.subject_id, row.title, row.planned_at, timezone.localdate(row.fired_at).day)
        for row in rungs().order_by("subject_id", "pk")
    ]

    assert fired == [
        (number, title, london(2027, 3, planned, 6), real)
        for number in range(1, LATE + 1)
        for title, planned, real in (("First", 1, 1), ("Second", 3, 5), ("Third", 4, 5))
    ]
    messages = Notice.objects.using(NAME).filter(kind="escalation.rung")
    assert Counter(messages.values_list("to__email", flat=True)) == dict.fromkeys(
        [
            f"{who}@lancashire.example.org"
            for who in ("service_manager", "deputy_director", "director")
        ],
        LATE,
    )


def test_in_the_end_everything_planned_has_fired_once_with_both_dates_and_been_sent_once(stack):
    stack.wait(lambda: time_passes() or unsent() == 0, "some message was not sent")
    runs = list(JobRun.objects.using(NAME).filter(name="fault-test").order_by("started_at"))
    days = [run.planned_at for run in runs if run.planned_at >= london(2027, 3, 1)]

    assert days == [london(2027, 3, day, 6) for day in (1, 5, 6, 7, 8, 9)]
    assert {run.state for run in runs} == {State.DONE}
    assert all(run.planned_at <= run.started_at <= run.ended_at for run in runs)
    every = JobRun.objects.using(NAME)
    assert not every.filter(state=State.FAILED).exists()
    known = {
        f"<notice-{pk}@localhost>" for pk in Notice.objects.using(NAME).values_list("pk", flat=True)
    }
    assert {number for *_, number in stack.letters()} == known
