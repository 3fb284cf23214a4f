"""Figures read from a second server that follows the first: two real servers, and everything that may go wrong.

The replica writes every query that it is asked into its log, so what it was asked is no guess.
"""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections, router, transaction
from django.test import Client, override_settings
from django.utils import timezone

from audits.models import Audit
from core import replica
from core.models import TrailEntry
from core.prepared import COUNCIL, DAY, Prepared
from core.replica import from_replica
from people.models import PostHolding, User
from people.selectors import managed_paths
from tests.factories.cast import Cast
from tests.journeys.conftest import give_password
from tests.moderation.scenes import council, returned
from tests.ops.own_server import added, as_default, copy_tables, taken
from tests.ops.test_killed import Person, children, free_port, wait
from tools.children import end_all, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.paths import PYTHON, ROOT

pytestmark = pytest.mark.slow
NAME = "followed"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FIGURES = "/figures/good-over-time/"
# A machine with much to do may be late for another reason than the one that a test is about.
FOLLOWED = {"DATABASE_ROUTERS": ["core.replica.Router"], "REPLICA_PATIENCE": 10_000}
ASKED = re.compile(r"(?:statement|execute \S+): (.*)")
# What no two answers have in common: the number of a form, and the minute.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|\d\d:\d\d')
# No page that is read from a server that is late or away waits longer, in seconds.
LONGEST = 5


@dataclass
class Two:
    """The first server with the scene in it, and the one that follows."""

    first: EmbeddedPostgres
    second: EmbeddedPostgres
    people: Cast
    folder: Path

    def asked(self, since: int = 0) -> str:
        """What the second server was asked since."""
        text = (self.second.data / "server.log").read_text()[since:]
        return "\n".join(ASKED.findall(text))

    def said(self) -> int:
        return len((self.second.data / "server.log").read_text())

    def tell_second(self, sql: str) -> str:
        line = [*self.second.address, "-d", NAME, "-Atc", sql]
        done = self.second.run("psql", *line)
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()

    def kill_second(self) -> None:
        master = self.second.pid()
        for pid in [master, *children(master)]:
            os.kill(pid, signal.SIGKILL)
        wait(lambda: not Path(f"/proc/{master}").exists(), "the replica does not die")

    def start_second(self) -> None:
        """Start it again, and wait until it follows."""
        self.second._start()
        connections[replica.ALIAS].close()

        def reads() -> bool:
            replica.quiet.end()
            return from_replica(where) == replica.ALIAS

        wait(reads, "the replica is not read again")

    def page(self, who: User, path: str = FIGURES) -> str:
        """A page without what differs each time."""
        client = Client()
        client.force_login(who, backend=BACKEND)
        began = time.monotonic()
        answer = client.get(path)
        assert answer.status_code == 200
        assert time.monotonic() - began < LONGEST
        shown = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        return TOKEN.sub("", shown)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path_factory.mktemp("first") / "pg").start()
    yield made
    made.stop("immediate")


@pytest.fixture(scope="module")
def second(
    first: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedPostgres]:
    """A server that was copied from the first and follows it; it gives way to the first after 100 milliseconds."""
    made = EmbeddedPostgres(tmp_path_factory.mktemp("second") / "pg")
    made.follow(first)
    made.start(log_statement="all", max_standby_streaming_delay="100ms")
    yield made
    made.stop("immediate")


@pytest.fixture(scope="module")
def two(
    first: EmbeddedPostgres,
    second: EmbeddedPostgres,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Two]:
    """Bexley with some returned audits on the first server, and Django's connections to both."""
    with django_db_blocker.unblock():
        copy_tables(first, NAME)
        with as_default(first, NAME), override_settings(**FOLLOWED):
            place = council("bexley")
            at = timezone.now() - timedelta(days=40)
            for grade in ("6", "4", "1"):
                returned(place, grade, at)
            give_password(place.people.qa_head)
            added(replica.ALIAS, second, NAME)
            made = Two(first, second, place.people, tmp_path_factory.mktemp("pages"))
            wait(
                lambda: made.tell_second("SELECT pg_is_in_recovery()") == "t", "it does not follow"
            )
            yield made
            taken(replica.ALIAS)


@pytest.fixture(autouse=True)
def _nobody_waits() -> Iterator[None]:
    replica.quiet.end()
    yield
    replica.quiet.end()


@pytest.fixture
def _hurried(settings: Any) -> None:
    """As in production."""
    settings.REPLICA_PATIENCE = 200


@pytest.fixture
def behind(two: Two, _hurried: None) -> Iterator[None]:
    """The replica stands still; what is written to the first server meanwhile is not there."""
    two.tell_second("SELECT pg_wal_replay_pause()")
    wait(
        lambda: two.tell_second("SELECT pg_get_wal_replay_pause_state()") == "paused", "it goes on"
    )
    yield
    two.tell_second("SELECT pg_wal_replay_resume()")


def a_line() -> TrailEntry:
    """Something new on the first server."""
    return TrailEntry.objects.create(
        verb="look", subject_type="test", subject_id="1", cause="test", at=timezone.now()
    )


def where() -> str:
    return router.db_for_read(Audit)


@pytest.mark.django_db
def test_the_tables_that_are_copied_are_empty():
    assert not Audit.objects.exists()
    assert not User.objects.exists()


# What goes where ------------------------------------------------------------------------------------


def test_figures_are_read_at_the_replica_and_everything_else_at_the_first(two):
    since = two.said()

    two.page(two.people.qa_head)

    asked = two.asked(since)
    assert 'FROM "audits_audit"' in asked
    for name in ("django_session", "people_user", "people_postholding", "core_trailentry"):
        assert f'FROM "{name}"' not in asked
    assert "INSERT" not in asked
    assert "UPDATE" not in asked


def test_the_same_is_shown_with_and_without_it(two):
    for path in ("/dashboard/", FIGURES, "/figures/section/practice/", "/grades/"):
        with_it = two.page(two.people.qa_head, path)
        with override_settings(DATABASE_ROUTERS=[]):
            replica.quiet.begin()
            without = two.page(two.people.qa_head, path)
            replica.quiet.end()

        assert with_it == without
    assert "<table" in with_it


def test_a_page_without_figures_asks_the_replica_nothing(two):
    since = two.said()

    two.page(two.people.qa_head, "/audits/")

    assert two.asked(since) == ""


def test_a_figures_file_is_read_at_the_replica(two):
    since = two.said()
    client = Client()
    client.force_login(two.people.qa_head, backend=BACKEND)

    answer = client.get("/figures/good-over-time.csv")

    assert answer.status_code == 200
    assert 'FROM "audits_audit"' in two.asked(since)


def test_the_page_leaves_its_one_line_in_the_trail_of_the_first(two):
    lines = TrailEntry.objects.filter(verb="read figure: good-over-time")
    before = lines.count()

    two.page(two.people.qa_head)

    assert lines.count() == before + 1


def test_rows_are_read_at_the_replica_only_inside(two):
    assert where() == "default"
    assert from_replica(where) == replica.ALIAS
    assert where() == "default"


def test_who_somebody_is_comes_from_the_first_also_inside(two):
    def which():
        return {router.db_for_read(one) for one in (User, PostHolding, TrailEntry)}

    assert from_replica(which) == {"default"}


def test_what_is_written_or_read_to_be_changed_inside_goes_to_the_first(two):
    def change():
        with transaction.atomic():
            held = Audit.objects.select_for_update().first()
            return held._state.db, a_line()._state.db, router.db_for_write(Audit)

    found = from_replica(change)

    assert replica.ALIAS not in found


def test_another_thread_reads_from_the_first_meanwhile(two):
    found = []

    def reads():
        thread = threading.Thread(target=lambda: found.append(where()))
        thread.start()
        thread.join()
        return where()

    assert from_replica(reads) == replica.ALIAS
    assert found == ["default"]


def test_prepared_queries_go_where_the_router_sends_them(two):
    mine = Prepared(lambda: Audit.objects.filter(council=COUNCIL).values_list("pk"))
    since = two.said()

    outside = mine.rows({COUNCIL: two.people.council.pk})
    assert two.asked(since) == ""
    inside = from_replica(mine.rows, {COUNCIL: two.people.council.pk})

    assert inside == outside != []
    assert 'FROM "audits_audit"' in two.asked(since)


def test_prepared_queries_on_posts_go_to_the_first_also_inside(two):
    since = two.said()
    posts = Prepared(lambda: PostHolding.objects.filter(from_on__lte=DAY).values_list("pk"))

    assert from_replica(posts.rows, {DAY: timezone.localdate()}) != []

    assert "people_postholding" not in two.asked(since)


def test_the_replica_takes_a_cursor_that_is_read_in_parts(two):
    found = from_replica(lambda: len(list(Audit.objects.iterator(chunk_size=1))))

    assert found == Audit.objects.count() > 1


def test_inside_a_transaction_one_reads_what_one_has_written(two):
    with transaction.atomic():
        line = a_line()

        assert from_replica(where) == "default"
        assert TrailEntry.objects.filter(pk=line.pk).exists()


def test_a_reading_within_a_reading_asks_no_second_time_whether_it_may(two):
    since = two.said()

    assert from_replica(lambda: from_replica(where)) == replica.ALIAS

    assert two.asked(since).count("pg_is_in_recovery") == 1


def test_the_tables_are_made_on_the_first_alone(two):
    assert router.allow_migrate("default", "audits")
    assert not router.allow_migrate(replica.ALIAS, "audits")


def test_a_fault_of_ones_own_is_no_fault_of_the_replica(two):
    called = []

    def wrong():
        called.append(where())
        raise LookupError("wrong")

    with pytest.raises(LookupError):
        from_replica(wrong)

    assert called == [replica.ALIAS]
    assert not replica.quiet.now()


# What may go wrong ----------------------------------------------------------------------------------


def test_what_was_just_written_is_always_seen(two):
    for _ in range(30):
        line = a_line()

        place = from_replica(where)
        seen = two.tell_second(f"SELECT count(*) FROM core_trailentry WHERE id = {line.pk}")  # noqa: S608

        assert (place, seen) == (replica.ALIAS, "1")


def test_a_replica_that_lags_is_not_read(two, behind):
    a_line()
    began = time.monotonic()

    assert from_replica(where) == "default"

    assert 0.2 <= time.monotonic() - began < LONGEST
    began = time.monotonic()
    assert from_replica(where) == "default"
    assert time.monotonic() - began < 0.2


def test_a_replica_that_has_caught_up_is_read_again(two, settings):
    settings.REPLICA_PATIENCE = 200
    two.tell_second("SELECT pg_wal_replay_pause()")
    a_line()
    assert from_replica(where) == "default"
    two.tell_second("SELECT pg_wal_replay_resume()")
    replica.quiet.end()
    settings.REPLICA_PATIENCE = 10_000

    assert from_replica(where) == replica.ALIAS


def test_a_right_that_was_taken_is_taken_on_a_page_of_figures_at_once(two, behind):
    """The replica still knows the post; nobody asks it."""
    manager = two.people.manager
    today = timezone.localdate()
    replica.quiet.end()
    assert managed_paths(manager, today) != ()
    held = PostHolding.objects.filter(user=manager)
    days = dict(held.values_list("pk", "to_on"))
    held.update(from_on=today - timedelta(days=9), to_on=today - timedelta(days=2))
    client = Client()
    client.force_login(User.objects.get(pk=manager.pk), backend=BACKEND)

    answer = client.get(FIGURES)

    known = two.tell_second(
        f"SELECT count(*) FROM people_postholding WHERE user_id = {manager.pk} AND to_on IS NULL"  # noqa: S608
    )
    for pk, to_on in days.items():
        held.filter(pk=pk).update(to_on=to_on)
    assert known != "0"
    assert answer.status_code == 403


def test_a_replica_that_gives_up_in_the_middle_is_asked_no_more_and_the_first_answers(two):
    """The first server takes a table for itself, which the replica does as well, over the query that reads it."""
    asked = []

    def slowly():
        asked.append(where())
        with connections[where()].cursor() as cursor:
            wait = 20 if where() == replica.ALIAS else 0
            cursor.execute("SELECT count(*), pg_sleep(%s) FROM audits_audit", [wait])
            return cursor.fetchone()[0]

    def take():
        time.sleep(0.5)
        sql = (
            "BEGIN; LOCK TABLE audits_audit IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.4); COMMIT"
        )
        two.first.run("psql", *two.first.address, "-d", NAME, "-qc", sql)

    taker = threading.Thread(target=take)
    taker.start()
    began = time.monotonic()

    found = from_replica(slowly)

    taker.join()
    assert asked == [replica.ALIAS, "default"]
    assert found == Audit.objects.count()
    assert time.monotonic() - began < LONGEST
    assert not replica.quiet.now()


def test_a_query_that_takes_the_replica_too_long_is_asked_at_the_first(two):
    def slowly():
        with connections[where()].cursor() as cursor:
            if where() == replica.ALIAS:
                cursor.execute("SET statement_timeout = 50; SELECT pg_sleep(5)")
        return where()

    assert from_replica(slowly) == "default"
    connections[replica.ALIAS].close()


def test_a_server_that_follows_nobody_is_not_read(two):
    added("kept", two.second, NAME)
    kept = connections.settings.pop("kept")
    connections[replica.ALIAS].close()
    held, connections.settings[replica.ALIAS] = (
        connections.settings[replica.ALIAS],
        {**kept, "HOST": str(two.first.socket)},
    )
    del connections[replica.ALIAS]
    try:
        assert from_replica(where) == "default"
    finally:
        connections[replica.ALIAS].close()
        connections.settings[replica.ALIAS] = held
        del connections[replica.ALIAS]


def test_one_of_another_cluster_or_line_of_history_is_not_read(two, settings):
    settings.REPLICA_PATIENCE = 200
    place, cluster, timeline = replica.standing()

    assert replica.lack(place, cluster, timeline) == ""
    assert replica.lack(place, cluster + 1, timeline) == "does not follow the first server"
    assert replica.lack(place, cluster, timeline + 1) == "does not follow the first server"
    assert replica.lack("FF/0", cluster, timeline) == "lags behind"


def test_while_the_first_is_away_a_page_does_not_pretend(two, monkeypatch):
    monkeypatch.setattr(replica, "STANDS", "SELECT 1 / 0")

    with pytest.raises(DatabaseError):
        from_replica(where)


def test_a_replica_that_dies_costs_no_page(two):
    before = two.page(two.people.qa_head)
    assert from_replica(where) == replica.ALIAS

    two.kill_second()
    try:
        assert two.page(two.people.qa_head) == before
        assert replica.quiet.now()
        replica.quiet.end()
        assert two.page(two.people.qa_head) == before
    finally:
        two.start_second()


def test_a_replica_that_dies_in_the_middle_of_a_page_costs_no_page(two):
    seen = []

    def dies():
        seen.append((where(), Audit.objects.count()))
        if where() == replica.ALIAS:
            two.kill_second()
            Audit.objects.count()
        return Audit.objects.count()

    try:
        found = from_replica(dies)
    finally:
        two.start_second()

    assert seen == [(replica.ALIAS, found), ("default", found)]


# The web server -------------------------------------------------------------------------------------


@dataclass
class Web:
    """What a person at a browser needs to know of the running pages."""

    url: str


@pytest.fixture
def web(two: Two) -> Iterator[Web]:
    """The web server as in production, with both addresses in its environment."""
    port = free_port()

    def address(server: EmbeddedPostgres) -> str:
        return f"postgresql://postgres@{str(server.socket).replace('/', '%2F')}/{NAME}"

    env = {
        **os.environ,
        "DATABASE_URL": address(two.first),
        "DATABASE_REPLICA_URL": address(two.second),
        "QA_LOG_LEVEL": "INFO",
        "QA_REPLICA_PATIENCE": str(FOLLOWED["REPLICA_PATIENCE"]),
    }
    line = [str(PYTHON), "-m", "gunicorn", "qaframework.wsgi:application"]
    words = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread"]
    log = two.folder / "web.log"
    process: subprocess.Popen[bytes] = launch(
        [*line, *words, "--threads", "4", "--no-control-socket"], log=log, cwd=ROOT, env=env
    )
    made = Web(f"http://localhost:{port}")

    def answers() -> bool:
        try:
            return opened(f"{made.url}/health/")
        except OSError:
            return False

    try:
        wait(answers, f"the web server does not start:\n{log.read_text()[-2000:]}")
        yield made
    finally:
        end_all([process], seconds=5)


def opened(address: str) -> bool:
    from urllib.request import urlopen  # noqa: PLC0415

    return bool(urlopen(address, timeout=5).status == 200)


def test_the_web_server_reads_figures_there_and_goes_on_without_it(two, web):
    head = Person(web, two.people.qa_head)
    since = two.said()
    words: Callable[[], str] = lambda: head.open(FIGURES).xpath("string(//main//h1)")  # noqa: E731
    title = words()
    assert title
    assert 'FROM "audits_audit"' in two.asked(since)

    two.kill_second()
    began = time.monotonic()
    try:
        assert [words() for _ in range(12)] == [title] * 12
    finally:
        two.start_second()

    assert time.monotonic() - began < 12 * LONGEST
    log = (two.folder / "web.log").read_text()
    assert "the replica did not answer" in log
    assert '"status": 500' not in log
