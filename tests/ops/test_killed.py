"""Web server, worker and database killed with -9 in the middle of a step: what somebody was told is saved is there.

Real processes on a database server of its own that keeps what it has confirmed. "In the middle" is not left to chance:
a table that the step writes to is held, the step runs into it and stands there inside its transaction, and then the
process dies. Afterwards nothing of the step is there; the same step again is done once. A second test saves answers
all the while and kills at chance moments; `QA_FAULTS=20` makes it many.
"""

import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import psycopg2
import pytest
from celery import Celery
from django.db import connections
from django.utils import timezone
from lxml import html

from actions.models import Action
from audits import selectors
from audits.completeness import walk
from audits.models import Answer, Audit, EarlierAnswer
from core.models import Notice
from moderation.models import Moderation
from moderation.services.assigning import assign
from moderation.services.choosing import choose_by_hand
from moderation.services.viewing import save_view
from people.models import User
from qaframework.queues import ROUTES
from reporting.models import ReportVersion
from reporting.services import building
from tests.actions.scenes import done
from tests.factories.cast import Cast, cast
from tests.journeys.conftest import PASSWORD, give_password
from tests.moderation.scenes import (
    Council,
    council,
    finished,
    returned,
    saying,
    waiting,
)
from tests.ops.postbox import Postbox, postbox
from tests.reporting.report_scenes import catalogue_of, quarter_of, with_reports
from tools import valkey
from tools.children import end_all, kill_group, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.paths import PYTHON, ROOT

pytestmark = pytest.mark.slow
NAME = "killed"
FAULTS = int(os.environ.get("QA_FAULTS", "4"))
SAVERS = 4
FORM = "application/x-www-form-urlencoded"
# What whoever pressed the button is told: nothing where the web server went, else that the service is away.
TOLD = {"web": 0, "database": 503}


# The processes --------------------------------------------------------------------------------------


@dataclass
class Site:
    """A web server, a worker, Valkey and PostgreSQL, each of which can be killed and started again."""

    folder: Path
    server: EmbeddedPostgres
    env: dict[str, str]
    box: Postbox
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start_web(self) -> None:
        line = ["gunicorn", "qaframework.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        words = ["--preload", "--workers", "2", "--worker-class", "gthread", "--threads", "4"]
        self.launch("web", [*line, *words, "--no-control-socket"])
        wait(self.answers, "the web server does not start", seconds=60)

    def answers(self) -> bool:
        with suppress(OSError):
            return urlopen(f"{self.url}/health/", timeout=5).status == 200
        return False

    def start_worker(self) -> None:
        words = ["--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=INFO"]
        self.launch("worker", ["celery", "-A", "qaframework.celery:app", "worker", *words])

    def launch(self, name: str, line: list[str]) -> None:
        log = self.folder / f"{name}.log"
        self.processes[name] = launch([str(PYTHON), "-m", *line], log=log, cwd=ROOT, env=self.env)

    def ring(self, task: str) -> None:
        """Ring as beat does each minute."""
        address = self.env["REDIS_URL"].replace("unix://", "redis+socket://")
        Celery(broker=address, set_as_current=False).send_task(task, queue=ROUTES[task])

    def kill_web(self) -> None:
        """Kill every process that answers; whoever watches over them starts others."""
        for pid in children(self.processes["web"].pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait(self.answers, "no other process answers")

    def kill_worker(self) -> None:
        kill_group(self.processes["worker"])
        self.start_worker()

    def kill_database(self) -> None:
        """Kill PostgreSQL with everything that it started, and start it again."""
        master = int((self.server.data / "postmaster.pid").read_text().split()[0])
        for pid in [master, *children(master)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait(lambda: not Path(f"/proc/{master}").exists(), "PostgreSQL does not die")
        connections[NAME].close()
        self.server._start()
        wait(self.answers, "the web server does not come back")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-4000:]


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


def wait(good: Callable[[], bool], what: str, seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# What is about to be done ---------------------------------------------------------------------------


@dataclass
class Scene:
    """Several of everything that is about to be done, each with whoever does it."""

    people: Cast
    moderator: User
    publisher: User
    saving: Audit
    parts: list[tuple[str, str]]
    returning: list[Audit]
    moderating: list[Moderation]
    signing: list[Action]
    publishing: list[ReportVersion]


def scene(count: int) -> Scene:
    """Bexley with audits, moderations and actions, and a made-up council with reports."""
    at = timezone.now() - timedelta(hours=1)
    place = council("bexley")
    people, who = place.people, place.people.moderator
    reports, publisher = about_to_publish(count)
    give_password(people.auditor, people.manager, who, publisher)
    saving = finished(place, "6", at)
    return Scene(
        people,
        who,
        publisher,
        saving,
        [
            (section.code, part.code)
            for section, _, part in walk(selectors.tool_of(saving))
            if part.kind == "long_text" and part.respondent == "auditor"
        ],
        [finished(place, "6", at) for _ in range(count)],
        [about_to_hand_in(place, who, at) for _ in range(count)],
        [done(place, at, source=1000 + one) for one in range(count)],
        reports,
    )


def about_to_hand_in(place: Council, who: User, at: datetime) -> Moderation:
    """A moderation whose view is complete and kept."""
    audit, officer = returned(place, "6", at), place.people.officer
    choose_by_hand(audit, reason="For the test.", by=officer, at=at)
    given = assign(waiting(audit), who, by=officer, at=at)
    return save_view(given, saying(given), read_version=given.version, by=who, at=at)


def about_to_publish(count: int) -> tuple[list[ReportVersion], User]:
    """Drafts of a report that needs no response, one a quarter, and the head of QA who has not built them."""
    with_reports("optional")
    people = cast("eastmere")
    with catalogue_of("grades"):
        return [drafted(people, 3 * one + 1) for one in range(count)], people.qa_head


def drafted(people: Cast, month: int) -> ReportVersion:
    at = timezone.now()
    report = quarter_of(people.council)
    last_on = date(2025, month + 3, 1) - timedelta(days=1)
    report.first_on, report.last_on, report.period = date(2025, month, 1), last_on, f"from {month}"
    report.save()
    version = building.ask_for_version(report, by=people.officer, at=at)
    assert building.make_version(version.pk, at=at)
    return ReportVersion.objects.get(pk=version.pk)


# Who does it ----------------------------------------------------------------------------------------


class Person:
    """Somebody at a browser: signs in, opens a page, presses its button."""

    def __init__(self, site: Site, user: User) -> None:
        self.url = site.url
        self.browser = build_opener(HTTPCookieProcessor())
        page = self.open("/accounts/login/")
        self.send("/accounts/login/", page, login=user.email, password=PASSWORD)

    def open(self, path: str) -> Any:
        with self.browser.open(urljoin(self.url, path), timeout=30) as answer:
            return html.fromstring(answer.read())

    def ask(self, path: str, values: dict[str, str], token: str) -> tuple[int, str]:
        """What the page sends by itself while somebody types; the status and the answer."""
        told = {"Content-Type": FORM, "X-Autosave": "1", "X-CSRFToken": token, "Origin": self.url}
        return self.answer(Request(urljoin(self.url, path), urlencode(values).encode(), told))

    def answer(self, request: Request) -> tuple[int, str]:
        """The status and the words that came back; 0 where nothing came."""
        try:
            with self.browser.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()
        except (URLError, OSError, HTTPException) as fault:
            return 0, str(fault)

    def values(self, page: Any, **given: str) -> dict[str, str]:
        """What the last form of the page holds, with what the person gives."""
        form = page.xpath("//main//form")[-1]
        held = dict(form.form_values())
        button = form.xpath(".//button[@name][not(@name='later')]")
        return held | {one.get("name"): one.get("value", "") for one in button[:1]} | given

    def send(self, path: str, page: Any, **given: str) -> int:
        """Press the button; the status, or 0 where no answer came."""
        return self.post(path, self.values(page, **given))

    def post(self, path: str, values: dict[str, str]) -> int:
        told = {"Content-Type": FORM, "Origin": self.url}
        request = Request(urljoin(self.url, path), urlencode(values).encode(), told)
        return self.answer(request)[0]


@dataclass(frozen=True)
class Step:
    """One step: who takes it where, the table in which it is stopped, and what of it is there afterwards."""

    who: str
    things: str
    path: str
    table: str
    there: Callable[[Any], list[object]]
    before: list[object]
    after: list[object]


def after_return(audit: Audit) -> list[object]:
    audit.refresh_from_db()
    told = Notice.objects.filter(path__contains=f"/audits/{audit.pk}/", kind="audit.returned")
    return [
        audit.state,
        audit.grade_events.filter(kind="auditor").count(),
        audit.moves.filter(verb="return").count(),
        Action.objects.filter(source="audit", source_id=audit.pk, state="open").count() > 0,
        told.count() > 0,
    ]


def after_view(one: Moderation) -> list[object]:
    one.refresh_from_db()
    moved = one.moves.filter(verb="agree").count()
    return [one.state, Audit.objects.get(pk=one.audit_id).grade_final, moved]


def after_signing(action: Action) -> list[object]:
    action.refresh_from_db()
    return [action.state, action.signatures.count(), action.moves.filter(verb="sign off").count()]


def after_publishing(version: ReportVersion) -> list[object]:
    version.refresh_from_db()
    return [
        version.state,
        version.readers.count() > 0,
        version.moves.filter(verb="publish").count(),
    ]


STEPS = {
    "returning": Step(
        "auditor",
        "returning",
        "/audits/{}/return/",
        "actions_actionmove",
        after_return,
        ["in_session", 0, 0, False, False],
        ["returned", 1, 1, True, True],
    ),
    "moderating": Step(
        "moderator",
        "moderating",
        "/moderation/{}/view/",
        "moderation_moderationmove",
        after_view,
        ["in_moderation", False, 0],
        ["final", True, 1],
    ),
    "signing off": Step(
        "manager",
        "signing",
        "/actions/{}/sign-off/",
        "actions_actionmove",
        after_signing,
        ["done", 0, 0],
        ["signed_off", 1, 1],
    ),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A database server that keeps what it has confirmed, as in production."""
    made = EmbeddedPostgres(tmp_path_factory.mktemp("own") / "pg").start()
    yield made
    made.stop("immediate")


@pytest.fixture(scope="module")
def ready(
    server: EmbeddedPostgres, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Scene]:
    """The tables of the tests on that server, with the scene in them."""
    with django_db_blocker.unblock():
        default = connections["default"]
        held = default.settings_dict
        default.close()
        server.run("createdb", *server.address, NAME)
        source = ["-h", held["HOST"], "-U", "postgres", "-d", held["NAME"]]
        if held["PASSWORD"]:
            pytest.skip("the tests run on a server with a password")
        with (server.data.parent / "tables.sql").open("w") as file:
            dumped = server.run("pg_dump", *source, "--no-owner")
            assert dumped.returncode == 0, dumped.stdout[-500:]
            file.write(dumped.stdout)
        filled = server.run("psql", *server.address, "-q", "-d", NAME, "-f", file.name)
        assert "ERROR" not in filled.stdout, filled.stdout[-2000:]
        own = {"NAME": NAME, "HOST": str(server.socket), "PORT": ""}
        connections.settings[NAME] = {**connections.settings["default"], **own}
        connections["default"] = connections[NAME]
        yield scene(3)
        connections["default"] = default
        connections[NAME].close()
        del connections[NAME], connections.settings[NAME]


@pytest.fixture(scope="module")
def site(
    ready: Scene, server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Web server, worker and Valkey on the scene."""
    folder = tmp_path_factory.mktemp("site")
    with postbox() as box:
        env = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "PGHOST": str(server.socket),
            "PGDATABASE": NAME,
            "REDIS_URL": valkey.address(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{box.port}",
            "QA_LOG_LEVEL": "INFO",
        }
        made = Site(folder, server, env, box, free_port())
        try:
            made.processes["queue"] = valkey.start(folder, folder / "valkey.log")
            made.start_web()
            made.start_worker()
            yield made
        finally:
            end_all(list(made.processes.values()), seconds=5)


@contextmanager
def held(table: str, server: EmbeddedPostgres) -> Iterator[Callable[[], bool]]:
    """Whoever writes to a table meanwhile stands there; gives whether somebody does."""
    holder = psycopg2.connect(host=str(server.socket), user="postgres", dbname=NAME)
    cursor = holder.cursor()
    cursor.execute(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')

    def stands() -> bool:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])

    try:
        yield stands
    finally:
        with suppress(psycopg2.Error):  # it may have died with its server
            holder.rollback()
        holder.close()


def in_the_middle(
    site: Site, table: str, begin: Callable[[], int], kill: Callable[[], None]
) -> int:
    """Begin something, kill once it stands in the middle; the answer that came, 0 for none."""
    got: list[int] = []
    with held(table, site.server) as stands:
        thread = threading.Thread(target=lambda: got.append(begin()))
        thread.start()
        wait(stands, "nobody came to the middle", seconds=20)
        kill()
    thread.join(60)
    return got[0]


@pytest.mark.django_db
def test_the_tables_that_are_copied_are_empty():
    assert not Audit.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize("what", ["web", "database"])
@pytest.mark.parametrize("name", STEPS)
def test_a_step_killed_in_the_middle_is_not_there_and_is_then_taken_once(site, ready, name, what):
    step = STEPS[name]
    who = ready.moderator if step.who == "moderator" else getattr(ready.people, step.who)
    thing = getattr(ready, step.things)[["web", "database"].index(what)]
    path = step.path.format(thing.pk)
    person = Person(site, who)
    page = person.open(path)
    assert step.there(thing) == step.before

    kill = site.kill_web if what == "web" else site.kill_database
    got = in_the_middle(site, step.table, lambda: person.send(path, page), kill)

    assert got == TOLD[what]
    assert step.there(thing) == step.before
    assert person.send(path, person.open(path)) == 200
    assert step.there(thing) == step.after


@pytest.mark.parametrize("what", ["web", "database"])
def test_publishing_killed_at_the_button_is_not_begun_and_then_done_once(site, ready, what):
    version = ready.publishing[["web", "database"].index(what)]
    path = f"/reports/{version.report_id}/publish/"
    person = Person(site, ready.publisher)
    page = person.open(path)
    kill = site.kill_web if what == "web" else site.kill_database

    got = in_the_middle(site, "core_trailentry", lambda: person.send(path, page), kill)

    version.refresh_from_db()
    assert (got, version.work) == (TOLD[what], "")
    assert person.send(path, person.open(path)) == 200
    site.ring("reporting.tasks.make_waiting")
    wait(lambda: after_publishing(version) == ["published", True, 1], site.log("worker"))


def test_a_worker_killed_while_it_publishes_has_told_nobody_and_the_next_tells_each_once(
    site, ready
):
    version = ready.publishing[2]
    path = f"/reports/{version.report_id}/publish/"
    person = Person(site, ready.publisher)

    def publish() -> int:
        got = person.send(path, person.open(path))
        site.ring("reporting.tasks.make_waiting")
        return got

    assert in_the_middle(site, "reporting_distribution", publish, site.kill_worker) == 200

    assert after_publishing(version) == ["draft", False, 0]
    assert version.work == ReportVersion.Work.ISSUE
    # The dead worker's time runs out.
    ReportVersion.objects.filter(pk=version.pk).update(lease_until=timezone.now())
    site.ring("reporting.tasks.make_waiting")
    wait(lambda: after_publishing(version) == ["published", True, 1], site.log("worker"))
    site.ring("core.tasks.send_notices")
    told = Notice.objects.filter(kind="report.published", path__contains=f"/{version.report_id}/")
    wait(lambda: not told.filter(sent_at=None).exists(), site.log("worker"))
    assert sorted(told.values_list("to", flat=True)) == sorted(
        version.readers.values_list("user", flat=True)
    )
    numbers = [
        one for letter in site.box.letters for one in re.findall(r"Message-ID: (\S+)", letter)
    ]
    assert len(numbers) == len(set(numbers))


class Saver(threading.Thread):
    """Somebody who types into one answer; the page saves by itself and tries until it has an answer."""

    def __init__(
        self, person: Person, audit: Audit, place: tuple[str, str], stop: threading.Event
    ) -> None:
        super().__init__()
        self.stop = stop
        section, part = place
        path = f"/audits/{audit.pk}/form/{section}/"
        page = person.open(path)
        box = page.xpath(f"//*[contains(@data-url, '/answers/{part}/1/')]")[0]
        self.person, self.part, self.path = person, part, box.get("data-url")
        self.name = box.xpath(".//textarea/@name")[0]
        self.token = page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
        self.version = self.first = int(box.xpath(".//input[@data-version]/@value")[0])
        self.saved, self.mark, self.text = 0, 0, ""

    def run(self) -> None:
        while not self.stop.is_set():
            self.text = f"Seen at visit {self.saved + 1} of {self.part}"
            while not self.save():
                time.sleep(0.1)

    def save(self) -> bool:
        """Whether the page says that it is saved."""
        told = {self.name: self.text, f"{self.name}:version": str(self.version)}
        status, answer = self.person.ask(self.path, told, self.token)
        assert status in {0, 200, 502, 503}, (status, answer)
        if status != 200:
            return False
        self.version, self.saved = json.loads(answer)["version"], self.saved + 1
        return True


def test_what_was_saved_is_there_whatever_dies_while_people_type(site, ready):
    """Chance moments: each text that the page called saved is there, and each was written once."""
    chance, stop = random.Random(20261122), threading.Event()
    savers = [
        Saver(Person(site, ready.people.auditor), ready.saving, place, stop)
        for place in ready.parts[:SAVERS]
    ]
    assert len(savers) == SAVERS
    for one in savers:
        one.start()
    try:
        for number in range(FAULTS):
            time.sleep(chance.uniform(0.2, 1.2))
            for one in savers:
                one.mark = one.saved
            site.kill_database() if number % 2 else site.kill_web()
            wait(lambda: all(one.saved > one.mark for one in savers), "nobody saves again")
    finally:
        stop.set()
        for one in savers:
            one.join(60)

    rows = Answer.objects.filter(audit=ready.saving).select_related("part")
    kept = {row.part.code: row for row in rows}
    for one in savers:
        assert (kept[one.part].text, kept[one.part].version) == (one.text, one.first + one.saved)
    assert all(one.saved > FAULTS for one in savers)
    assert not EarlierAnswer.objects.filter(audit=ready.saving).exists()
