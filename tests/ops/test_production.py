"""The compose file's very commands and environment, against Debian's PostgreSQL and Redis."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from tests.ops import compose
from tests.ops.postbox import Postbox, postbox
from tools import debian
from tools.children import end_all, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.paths import ROOT

pytestmark = pytest.mark.slow

HOST = "audit.example.gov.uk"
PASSWORD = "a long enough pass phrase"
GIVEN = {
    "SECRET_KEY": "kP3vX9qLw2ZtB7mYc5RfJ8hNdG4sVaE6uQjT1xWbCzKpMyDr0oHgF",
    "QA_DATA_KEYS": "hM3kq0Vw7Zc5TnYx1RbL9dJfGs2PaUeWo8XiB4vKtNc",
    "POSTGRES_PASSWORD": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "REDIS_PASSWORD": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "QA_HOSTS": HOST,
    "QA_ORIGIN": f"https://{HOST}",
    "QA_EMAIL_FROM": "QA Framework <no-reply@example.gov.uk>",
}


@dataclass
class Site:
    """A running production, without Docker."""

    services: dict[str, Any]
    ports: dict[str, int]
    folder: Path
    box: Postbox
    processes: dict[str, subprocess.Popen[bytes]]

    def environment(self, name: str) -> dict[str, str]:
        """What the container would be given, and where this machine keeps its programs."""
        scripts = Path(sys.executable).parent
        return {
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "HOSTNAME": socket.gethostname(),
            "LC_ALL": "C.UTF-8",
            **self.services[name].get("environment", {}),
            "QA_DATA_DIR": str(self.folder / "data"),
        }

    def run(self, name: str, line: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, as `docker compose run` would."""
        return subprocess.run(
            line,
            cwd=ROOT,
            env=self.environment(name),
            text=True,
            capture_output=True,
            timeout=180,
            check=False,
        )

    def shell(self, code: str) -> str:
        """Run some lines in the application."""
        done = self.run("web", ["python", "manage.py", "shell", "-v0", "-c", code])
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, name: str) -> None:
        """Start a service that stays."""
        self.processes[name] = launch(
            self.services[name]["command"],
            log=self.folder / f"{name}.log",
            cwd=ROOT,
            env=self.environment(name),
        )

    def healthy(self, name: str) -> bool:
        """What the service's own health check says."""
        line = compose.line_of(self.services[name]["healthcheck"]["test"])
        line = [word.replace("redis-cli", f"redis-cli -p {self.ports['redis']}") for word in line]
        return self.run(name, line).returncode == 0

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Debian's PostgreSQL with a password, as the compose file sets it up."""
    programs = debian.postgres_programs()
    if programs is None:
        pytest.skip(f"no PostgreSQL: {debian.command(['postgresql'])}")
    server = EmbeddedPostgres(tmp_path_factory.mktemp("db") / "pg", programs, port=free_port())
    server.start()
    sql = f"CREATE ROLE qaframework LOGIN SUPERUSER PASSWORD '{GIVEN['POSTGRES_PASSWORD']}'"
    assert server.run("psql", *server.address, "-qc", sql, "postgres").returncode == 0
    server.run("createdb", *server.address, "-O", "qaframework", "qaframework")
    rules = "local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    (server.data / "pg_hba.conf").write_text(rules)
    server.run("pg_ctl", "-D", str(server.data), "reload")
    yield server
    server.stop("immediate")


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):
    """Everything the compose file names, up in its own order."""
    if debian.redis_program() is None:
        pytest.skip(f"no Redis: {debian.command(['redis-server'])}")
    folder = tmp_path_factory.mktemp("site")
    ports = {"postgres": database.port, "redis": free_port(), "web": free_port()}
    with postbox() as box:
        given = {**GIVEN, "EMAIL_URL": f"smtp://127.0.0.1:{box.port}"}
        services = compose.on_loopback(compose.services(given), ports)
        site = Site(services, ports, folder, box, {})
        try:
            start_redis(site)
            prepared = site.run("prepare", services["prepare"]["command"])
            assert prepared.returncode == 0, prepared.stderr[-3000:]
            for name in ("web", "clocks", "worker", "beat"):
                site.start(name)
            wait(lambda: site.healthy("web"), "the web server", site, "web")
            for name in ("clocks", "worker"):
                wait(lambda name=name: site.healthy(name), "the worker", site, name)
            yield site
        finally:
            end_all(list(site.processes.values()), seconds=15)


def start_redis(site: Site) -> None:
    """The compose file's Redis with its data in a folder and on a port of its own."""
    program, *words = site.services["redis"]["command"]
    assert program == "redis-server"
    own = ["--port", str(site.ports["redis"]), "--bind", "127.0.0.1", "--dir", str(site.folder)]
    site.services["redis"]["command"] = [debian.redis_program(), *words, *own]
    site.start("redis")
    wait(lambda: open_port(site.ports["redis"]), "Redis", site, "redis")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_port(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait(good, what: str, site: Site, name: str, seconds: float = 60) -> None:
    """Wait until something is so; shows the log of whoever is late."""
    until = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < until, f"{what} is late:\n{site.log(name)[-3000:]}"
        time.sleep(0.3)


class Visitor:
    """A browser behind the council's proxy: HTTPS outside, plain HTTP to the web server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.set: list[SimpleCookie] = []

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, proto="https"):
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": proto,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"https://{HOST}",
                "Referer": f"https://{HOST}{path}",
            }
        web.request(method, path, body=body, headers=headers)
        answer = web.getresponse()
        text = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie") or []:
            cookie = SimpleCookie(header)
            self.set.append(cookie)
            self.cookies |= {name: morsel.value for name, morsel in cookie.items()}
        return answer, text

    def sign_in(self, email: str, password: str):
        _, page = self.ask("GET", "/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"csrfmiddlewaretoken": token, "login": email, "password": password}
        return self.ask("POST", "/accounts/login/", form)


def make_person(site: Site, email: str) -> None:
    site.shell(
        "from people.models import Council, User\n"
        "council = Council.objects.first()\n"
        f"User.objects.create_user({email!r}, 'Robin Ash', {PASSWORD!r}, council=council)"
    )


# What the compose file says itself, what it needs for its servers only, and what it leaves as it is.
SET_BY_COMPOSE = {"QA_ENV", "QA_DATA_DIR", "QA_BEHIND_PROXY", "DATABASE_URL", "REDIS_URL"}
FOR_SERVERS = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
LEFT_ALONE = {
    *("QA_PG_PROGRAMS", "QA_SSL_REDIRECT", "QA_DEBUG", "QA_SECURE_COOKIES"),
    *("QA_TEST_CLOCK", "QA_TEST_CLOCK_MOVABLE", "PGHOST", "PGDATABASE"),
}


def test_every_variable_of_the_compose_file_is_in_the_example():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = compose.example_names()

    assert asked == set(example) - SET_BY_COMPOSE - LEFT_ALONE
    assert {name for name, must in example.items() if must} <= asked


def test_the_compose_file_hands_on_whatever_the_settings_read():
    read = set(compose.settings_read())

    assert read == set(compose.example_names()) - FOR_SERVERS
    assert set(compose.handed_on()) == read - SET_BY_COMPOSE - LEFT_ALONE


def test_what_nobody_sets_has_the_settings_own_default():
    defaults = compose.settings_read()
    handed = {
        name: words for name, words in compose.handed_on().items() if not words.startswith("set ")
    }

    assert handed == {name: defaults[name] for name in handed}


@pytest.mark.parametrize("name", sorted([*GIVEN, "EMAIL_URL"]))
def test_compose_refuses_a_missing_variable(name):
    given = {**GIVEN, "EMAIL_URL": "smtp://localhost:25"}
    del given[name]

    with pytest.raises(KeyError, match=f"set {name} in .env"):
        compose.services(given)


def test_signing_in_works_over_https_only_with_cookies_that_stay_there(site):
    make_person(site, "robin@example.org")
    visitor = Visitor(site.ports["web"])

    answer, _ = visitor.sign_in("robin@example.org", PASSWORD)

    assert (answer.status, answer.headers["Location"]) == (302, "/")
    assert visitor.ask("GET", "/")[0].status == 200
    named = {name: one for cookie in visitor.set for name, one in cookie.items() if one.value}
    assert {"__Host-qa", "__Host-csrf"} <= set(named)
    open_to_scripts = [name for name, one in named.items() if not one["httponly"]]
    over_plain_http = [name for name, one in named.items() if not one["secure"]]
    assert (open_to_scripts, over_plain_http) == ([], [])


def test_plain_http_is_sent_to_https_and_gets_no_cookie(site):
    visitor = Visitor(site.ports["web"])

    answer, _ = visitor.ask("GET", "/accounts/login/", proto="http")

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/accounts/login/")
    assert visitor.set == []


def test_style_sheet_comes_hashed_and_compressed(site):
    _, page = Visitor(site.ports["web"]).ask("GET", "/accounts/login/")
    path = re.search(r'href="(/static/built/app\.[0-9a-f]{12}\.css)"', page)[1]

    answer, text = Visitor(site.ports["web"]).ask("GET", path)

    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert ".govuk-" in text


def test_another_host_is_refused(site):
    web = http.client.HTTPConnection("127.0.0.1", site.ports["web"], timeout=30)

    web.request("GET", "/accounts/login/", headers={"Host": "evil.example.org"})

    assert web.getresponse().status == 400


def test_worker_takes_a_bell_from_redis_and_sends_the_waiting_message(site):
    make_person(site, "kim@example.org")

    site.shell(
        "from core import clock\n"
        "from core.models import Notice\n"
        "from core.tasks import send_notices\n"
        "from people.models import User\n"
        "to = User.objects.get(email='kim@example.org')\n"
        "Notice.objects.create(to=to, key='ops', kind='ops', subject='An audit is yours',"
        " text='Please read it.', path='/messages/', made_at=clock.now())\n"
        "send_notices.delay()"
    )

    wait(lambda: len(site.box.letters) > 0, "the message", site, "clocks")
    assert "Subject: An audit is yours" in site.box.letters[0]
    assert f"https://{HOST}/messages/" in site.box.letters[0]
    assert "From: QA Framework <no-reply@example.gov.uk>" in site.box.letters[0]
    sent = (
        "from core.models import Notice; print(Notice.objects.get(key='ops').sent_at is not None)"
    )
    wait(lambda: site.shell(sent) == "True", "the note that it was sent", site, "clocks")


def test_timetable_stays_up_and_every_health_check_is_content(site):
    wait(lambda: "beat: Starting" in site.log("beat"), "beat", site, "beat")
    wait(lambda: site.healthy("beat"), "beat's timetable", site, "beat")

    assert {name: process.poll() for name, process in site.processes.items()} == dict.fromkeys(
        site.processes
    )
    assert all(site.healthy(name) for name in ("web", "clocks", "worker", "beat", "redis"))


def test_preparing_again_changes_nothing(site):
    count = "from standards.models import FrameworkVersion as V; print(V.objects.count())"
    before = site.shell(count)

    again = site.run("prepare", site.services["prepare"]["command"])

    assert again.returncode == 0, again.stderr
    assert site.shell(count) == before
    assert int(before) >= 1


# What a database is made of: each column with its type, each constraint and index, each trigger and its function.
MADE_OF = """
SELECT 'column', table_name || '.' || column_name, udt_name || is_nullable
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'rule', conrelid::regclass::text, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index', tablename, regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON')
  FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, md5(prosrc)
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.mark.django_db
def test_the_migrations_make_what_the_models_say(site):
    """Other tests stand on tables made from the models; here both are compared."""
    code = "from django.db import connection as c; u = c.cursor(); u.execute('''{}'''); print(*u, sep='\\n')"

    migrated = set(site.shell(code.format(MADE_OF)).splitlines())

    with connection.cursor() as cursor:
        cursor.execute(MADE_OF)
        modelled = {str(row) for row in cursor}
    # Django's own book-keeping, and a table of Django's whose number is of another size without migrations.
    apart = ("django_migrations", "auth_group_permissions")
    assert [
        row for row in sorted(modelled ^ migrated) if not any(one in row for one in apart)
    ] == []
