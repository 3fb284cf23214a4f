"""The processes of a run: PostgreSQL, Valkey, the service as in production, and the floors beside it."""

import os
import secrets
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import yaml

from benchmarks import processor
from tools import valkey
from tools.children import end_all, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.faults import Failed
from tools.paths import PYTHON, ROOT

HOST = "bench.example.org"
# What a server of a small council would be given (docs/scale.md).
MEMORY = {"shared_buffers": "2GB", "effective_cache_size": "4GB", "work_mem": "16MB"}
# As docker-compose.yml starts it, for a solid-state disk.
DISK = {"random_page_cost": "1.1", "jit": "off"}
WRITING = {"max_wal_size": "8GB", "checkpoint_timeout": "30min", "maintenance_work_mem": "1GB"}


@dataclass
class Site:
    """Where everything listens, and with which settings."""

    folder: Path
    database: EmbeddedPostgres
    env: dict[str, str]
    service: int
    floors: int
    pids: dict[int, int] = field(default_factory=dict)

    def work(self, port: int) -> float:
        """The processor time that what listens at a port and the database have had so far, in seconds."""
        server = int((self.folder / "pg" / "postmaster.pid").read_text().split()[0])
        return processor.spent([self.pids[port], server])

    def take(self, name: str) -> None:
        """Work with this database from now."""
        address = f"postgresql://postgres@127.0.0.1:{self.database.port}/{name}"
        self.env["DATABASE_URL"] = address

    def has(self, name: str) -> bool:
        """Whether there is such a database."""
        asked = "SELECT datname FROM pg_database"
        said = self.database.run("psql", *self.database.address, "-Atc", asked, "postgres")
        return name in said.stdout.split()

    def bytes(self, name: str) -> int:
        """How large a database is. Raises Failed where there is none."""
        asked = "SELECT datname, pg_database_size(datname) FROM pg_database"
        said = self.database.run("psql", *self.database.address, "-AtF ", "-c", asked, "postgres")
        sizes = dict(line.split() for line in said.stdout.splitlines())
        if name not in sizes:
            raise Failed(f"There is no database {name}.")
        return int(sizes[name])

    def make(self, name: str, like: str = "template1") -> None:
        """Make a database anew, as a copy of another. Raises Failed with what PostgreSQL says."""
        self.database.run("dropdb", *self.database.address, "--if-exists", "--force", name)
        made = self.database.run("createdb", *self.database.address, "-T", like, name)
        if made.returncode:
            raise Failed(made.stdout)

    def rename(self, name: str, to: str) -> None:
        """Give a database another name, in place of one that has it."""
        self.database.run("dropdb", *self.database.address, "--if-exists", "--force", to)
        asked = f"ALTER DATABASE {name} RENAME TO {to}"
        self.database.run("psql", *self.database.address, "-qc", asked, "postgres")

    def run(self, *words: str, env: str = "demo") -> None:
        """Run a module to its end. Raises Failed with its last words."""
        done = subprocess.run(
            [str(PYTHON), "-m", *words], cwd=ROOT, env={**self.env, "QA_ENV": env}, check=False
        )
        if done.returncode:
            raise Failed(f"{' '.join(words)} failed.")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, database: EmbeddedPostgres) -> dict[str, str]:
    """What every process is given: the settings of production but for the name of the environment."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "QA_", "DJANGO_"))
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "qaframework.settings",
        "QA_ENV": "production",
        "QA_LOG_LEVEL": "WARNING",
        "QA_DATA_DIR": str(folder),
        "QA_HOSTS": HOST,
        "QA_ORIGIN": f"https://{HOST}",
        "QA_BEHIND_PROXY": "1",
        "QA_EMAIL_FROM": "no-reply@example.org",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "SECRET_KEY": kept_word(folder / "secret-key", lambda: secrets.token_urlsafe(60)),
        "QA_DATA_KEYS": kept_word(
            folder / "data-key", lambda: b64encode(secrets.token_bytes(32)).decode()
        ),
        "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{database.port}/postgres",
        "REDIS_URL": valkey.address(folder / "queue"),
    }


def kept_word(path: Path, new: Callable[[], str]) -> str:
    """A secret of this folder, made the first time."""
    if not path.exists():
        path.write_text(new())
    return path.read_text()


@contextmanager
def servers(folder: Path) -> Iterator[Site]:
    """PostgreSQL and Valkey with their data in a folder, ended in the end."""
    folder.mkdir(parents=True, exist_ok=True)
    database = EmbeddedPostgres(folder / "pg", port=free_port()).start(**MEMORY, **DISK, **WRITING)
    queue = valkey.start(folder / "queue", folder / "queue.log")
    try:
        yield Site(folder, database, environment(folder, database), free_port(), free_port())
    finally:
        end_all([queue], seconds=5)
        database.stop("fast")


def gunicorn_words() -> list[str]:
    """How docker-compose.yml starts the service; but its processes are not started anew after so many requests.

    A run asks in a minute what a day does: processes that begin again would be measured, not pages.
    """
    said = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    words = [str(one) for one in said["services"]["web"]["command"]][2:]
    left_out = {"--bind", "--max-requests", "--max-requests-jitter"}
    places = [number for number, one in enumerate(words) if one in left_out]
    gone = {*places, *(one + 1 for one in places)}
    return [one for number, one in enumerate(words) if number not in gone]


@contextmanager
def serving(site: Site) -> Iterator[None]:
    """The service, and the floors beside it in the same way."""
    line = [str(PYTHON), "-m", "gunicorn", "qaframework.wsgi:application", *gunicorn_words()]
    floors = {**site.env, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
    started = []
    for name, port, env in (("web", site.service, site.env), ("floors", site.floors, floors)):
        words = [*line, "--bind", f"127.0.0.1:{port}"]
        started.append(launch(words, log=site.folder / f"{name}.log", cwd=ROOT, env=env))
        site.pids[port] = started[-1].pid
    try:
        wait_for(site.service, "/health/")
        wait_for(site.floors, "/f0/")
        yield
    finally:
        end_all(started, seconds=10)


def wait_for(port: int, path: str, seconds: float = 60) -> None:
    """Wait until a page answers. Raises Failed when it does not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            asked = HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", path, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
            if asked.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise Failed(f"Nothing answers at {path}.")
