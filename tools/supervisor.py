"""The processes of the demo under one roof: started, watched, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tools import valkey
from tools.children import end_all, end_with_parent, launch
from tools.embedded_pg import EmbeddedPostgres
from tools.faults import Failed
from tools.health import healthy
from tools.paths import PYTHON, ROOT

STOP_SECONDS = 5
WEB_SECONDS = 60
MOST_RESTARTS = 5


@dataclass
class Supervisor:
    """What runs for one demo; everything it starts ends with it."""

    data: Path
    env: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    once: list[subprocess.Popen[bytes]] = field(default_factory=list)
    starts: dict[str, Callable[[], subprocess.Popen[bytes]]] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    postgres: EmbeddedPostgres | None = None
    stopping: bool = False

    def heed_signals(self) -> None:
        """Ctrl-C, an ending and a closed terminal all mean: stop everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def log(self, name: str) -> Path:
        """Where the words of one process go."""
        return self.data / "logs" / f"{name}.log"

    def start_database(self) -> None:
        """Start the database server in the data folder."""
        self.postgres = EmbeddedPostgres(self.data / "pg").start()
        self.postgres.create_database("qaframework")

    def start_queue(self) -> None:
        """Start the queue in the data folder."""
        self.start("queue", lambda: valkey.start(self.data / "queue", self.log("queue")))

    def start(self, name: str, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        """Start one process and remember how, should it die."""
        self.starts[name] = begin
        self.processes[name] = begin()

    def start_python(self, name: str, *words: str, keep: tuple[int, ...] = ()) -> None:
        """Start one of Python's programs from the project's environment."""
        line = [str(PYTHON), "-m", *words]

        def begin() -> subprocess.Popen[bytes]:
            return launch(line, log=self.log(name), cwd=ROOT, env=self.env, keep=keep)

        self.start(name, begin)

    def start_once(self, name: str, *words: str) -> None:
        """Start one of Django's commands beside everything else; it ends by itself, or with the demo."""
        line = [str(PYTHON), "manage.py", *words]
        self.once.append(launch(line, log=self.log(name), cwd=ROOT, env=self.env))

    def django(self, *words: str) -> str:
        """Run one of Django's commands to its end, or until asked to stop; gives its output."""
        done = subprocess.Popen(
            [str(PYTHON), "manage.py", *words],
            cwd=ROOT,
            env=self.env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
        while True:
            try:
                out, err = done.communicate(timeout=0.1)
                break
            except subprocess.TimeoutExpired:
                if self.stopping:
                    done.terminate()
        if done.returncode and not self.stopping:
            with self.log("prepare").open("a") as log:
                log.write(f"manage.py {' '.join(words)}\n{out}{err}\n")
            last = (err.strip() or out.strip() or "it said nothing").splitlines()[-1]
            raise Failed(f"manage.py {words[0]} failed: {last}\nIts log: {self.log('prepare')}")
        return out

    def wait_for_web(self, port: int) -> None:
        """Wait until the health page answers."""
        until = time.monotonic() + WEB_SECONDS
        while not self.stopping and not healthy(f"http://127.0.0.1:{port}/health/", "localhost"):
            if self.processes["web"].poll() is not None or time.monotonic() > until:
                raise Failed(f"The web server did not start. Its log: {self.log('web')}")
            time.sleep(0.1)

    def watch(self) -> None:
        """Stay until asked to stop; whoever dies by itself is named and started again."""
        rounds = 0
        while not self.stopping:
            time.sleep(0.2)
            rounds += 1
            for name, process in list(self.processes.items()):
                if not self.stopping and process.poll() is not None:
                    self._died(name, f"with code {process.returncode}")
                    self.processes[name] = self.starts[name]()
            if self.postgres and rounds % 10 == 0 and not self.stopping:
                self._watch_database(self.postgres)

    def _watch_database(self, postgres: EmbeddedPostgres) -> None:
        if not alive(postgres.pid()):
            self._died("database", "unexpectedly")
            postgres.start()

    def _died(self, name: str, how: str) -> None:
        log = self.data / "pg" / "server.log" if name == "database" else self.log(name)
        self.restarts[name] = self.restarts.get(name, 0) + 1
        if self.restarts[name] > MOST_RESTARTS:
            raise Failed(f"The {name} process ended {how} again and again. Its log: {log}")
        said = f"The {name} process ended {how}; starting it again. Its log: {log}"
        print(said, file=sys.stderr, flush=True)

    def stop(self) -> None:
        """Stop everything: web, worker and timetable first, then the queue, then the database."""
        self.stopping = True
        queue = self.processes.pop("queue", None)
        running = [one for one in self.once if one.poll() is None]
        end_all([*self.processes.values(), *running], STOP_SECONDS)
        if queue:
            end_all([queue], STOP_SECONDS)
        if self.postgres:
            self.postgres.leave()


def alive(pid: int | None) -> bool:
    """Whether a process with this number is running."""
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
