"""./qa demo: database, queue, web server, worker and timetable under one roof, stopped together."""

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from tools import debian, packages, valkey
from tools.embedded_pg import EmbeddedPostgres, socket_folder
from tools.paths import PYTHON, ROOT, VAR

MARK = ".qa-demo"
SOURCES = ("core", "people", "standards", "cases", "actions", "audits", "programme", "moderation", "feedback", "reporting", "fixtures", "static")


def options(words: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="./qa demo", description="Start everything with demo data.")
    parser.add_argument("--port", type=int, help="the web address's port (default 8000, or the next free one)")
    parser.add_argument("--data", type=Path, default=VAR / "demo", help="the folder for its data (default var/demo)")
    parser.add_argument("--reset", action="store_true", help="begin again with fresh demo data")
    return parser.parse_args(words)


def prepare_folder(data: Path, *, reset: bool) -> Path:
    """The data folder, ours or new; a folder with anything that we did not make is left alone."""
    data = data.expanduser().resolve()
    ours = (data / MARK).exists()
    if data.exists() and not data.is_dir():
        raise debian.Missing(f"{data} is a file. Choose another folder with --data.")
    if data.is_dir() and any(data.iterdir()) and not ours:
        raise debian.Missing(f"{data} holds files that the demo did not make, so it is left alone. Choose another folder with --data.")
    if reset and ours:
        stop_left_over(data)
        shutil.rmtree(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).write_text("Made by ./qa demo; ./qa demo --reset may empty this folder.\n")
    (data / "logs").mkdir(exist_ok=True)
    return data


def stop_left_over(data: Path) -> None:
    """Stop a database that an earlier demo left running in the folder."""
    if (data / "pg" / "postmaster.pid").exists():
        EmbeddedPostgres(data / "pg").stop("immediate")


def free_port(wanted: int | None) -> int:
    """The port asked for, if it is free; else the next free one from 8000."""
    for port in [wanted] if wanted else range(8000, 8100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if not wanted and port != 8000:
                print(f"Port 8000 is taken, so the demo uses {port}.")
            return port
    raise debian.Missing(f"Port {wanted or '8000 to 8099'} is taken. Choose another with --port.")


def secret_key(data: Path) -> str:
    """The demo's own key, made once for its folder and readable by its owner only."""
    path = data / "secret-key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(50))
    return path.read_text()


def environment_of(data: Path) -> dict[str, str]:
    """The environment of the demo's processes."""
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    given = {
        "QA_ENV": "demo",
        "QA_DATA_DIR": str(data),
        "SECRET_KEY": secret_key(data),
        "PGHOST": str(socket_folder(data / "pg")),
        "REDIS_URL": f"unix://{valkey.socket_path(data)}",
        "PYTHONUNBUFFERED": "1",
    }
    if "DATABASE_URL" in os.environ:
        given.pop("PGHOST")
    return {**os.environ, **{key: value for key, value in given.items() if key != "REDIS_URL" or "REDIS_URL" not in os.environ}}


class Supervisor:
    """The processes of the demo, and how they are stopped."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.env = environment_of(data)
        self.processes: dict[str, subprocess.Popen[Any]] = {}
        self.postgres: EmbeddedPostgres | None = None
        self.stopping = False

    def servers(self) -> None:
        """Start the database and the queue, unless the environment names others."""
        if "DATABASE_URL" not in os.environ:
            self.postgres = EmbeddedPostgres(self.data / "pg").start()
            self.postgres.create_database("qaframework")
        if "REDIS_URL" not in os.environ:
            process, address = valkey.start(self.data, self.data / "logs" / "valkey.log")
            self.processes["queue"] = process
            self.env["REDIS_URL"] = address

    def django(self, *words: str, show: bool = False) -> str:
        """Run one of Django's commands to its end; its output."""
        done = subprocess.run(
            [str(PYTHON), "manage.py", *words], cwd=ROOT, env=self.env, text=True, capture_output=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(words)} failed:\n{(done.stdout + done.stderr)[-2500:]}")
        if show and done.stdout.strip():
            print(done.stdout.strip())
        return done.stdout

    def prepare(self) -> None:
        """Tables, frameworks, demo data and static files, when any of their sources changed."""
        stamp = self.data / "made-from"
        want = packages.checksum_of_tree(*SOURCES)
        if stamp.exists() and stamp.read_text() == want:
            return
        self.django("migrate", "--no-input")
        self.django("framework", "load", "--all", "--publish", show=True)
        self.django("demo_data", show=True)
        self.django("collectstatic", "--no-input", "-v0")
        stamp.write_text(want)

    def launch(self, name: str, *line: str) -> None:
        """Start one process with its log."""
        log = (self.data / "logs" / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            list(line), cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def launch_all(self, port: int) -> None:
        """Start the web server, the worker and the timetable."""
        self.env["QA_ORIGIN"] = f"http://localhost:{port}"
        folder = str(PYTHON.parent)
        self.launch(
            "web",
            f"{folder}/gunicorn",
            "qaframework.wsgi:application",
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
            "--workers",
            "2",
            "--threads",
            "4",
            "--worker-tmp-dir",
            "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(self.data),
            "--no-control-socket",
        )
        celery = [str(PYTHON), "-m", "celery", "-A", "qaframework"]
        self.launch("worker", *celery, "worker", "--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=INFO")
        self.launch("beat", *celery, "beat", "--pidfile=", "--loglevel=INFO")

    def wait_for_web(self, port: int) -> None:
        """Wait until the health page answers."""
        until = time.monotonic() + 60
        while time.monotonic() < until and not self.stopping:
            if self.processes["web"].poll() is not None:
                raise RuntimeError(f"The web server did not start; see {self.data / 'logs' / 'web.log'}.")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2)
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return

    def watch(self) -> int:
        """Stay until asked to stop; says so if a process dies by itself."""
        told: set[str] = set()
        while not self.stopping:
            time.sleep(0.3)
            for name, process in self.processes.items():
                if process.poll() is not None and name not in told and not self.stopping:
                    told.add(name)
                    print(f"The {name} process has stopped by itself; see {self.data / 'logs' / f'{name}.log'}.", file=sys.stderr)
        return 0

    def stop(self) -> None:
        """Stop everything: web, worker and timetable first, then the queue and the database."""
        self.stopping = True
        order = [name for name in ("web", "beat", "worker", "queue") if name in self.processes]
        for name in order:
            if name != "queue":
                end(self.processes[name], signal.SIGTERM)
        for name in order:
            if name == "queue":
                end(self.processes[name], signal.SIGTERM)
            try:
                self.processes[name].wait(timeout=8)
            except subprocess.TimeoutExpired:
                end(self.processes[name], signal.SIGKILL)
        if self.postgres:
            self.postgres.stop()


def end(process: subprocess.Popen[Any], how: signal.Signals) -> None:
    """Signal a process and everything it started."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            return


def sign_ins(supervisor: Supervisor) -> list[dict[str, str]]:
    """One sign-in for each role of the demo."""
    out = supervisor.django("demo_data", "--sign-ins")
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def announce(port: int, people: list[dict[str, str]], seconds: float) -> None:
    """Print the address and the sign-ins."""
    print(f"\nQA Framework is ready at http://localhost:{port}  (after {seconds:.1f} s)\n")
    width = max((len(one["role"]) for one in people), default=0)
    longest = max((len(one["email"]) for one in people), default=0)
    for one in people:
        print(f"  {one['role']:<{width}}  {one['email']:<{longest}}  {one['password']}")
    print("\nEverybody here and every child is invented. Stop with Ctrl-C.", flush=True)


def run(words: list[str]) -> int:
    """Start the demo and stay until Ctrl-C; gives the exit code."""
    asked = options(words)
    packages.need_packages()
    packages.need_assets()
    debian.need_pango()
    began = time.monotonic()
    port = free_port(asked.port)
    supervisor = Supervisor(prepare_folder(asked.data, reset=asked.reset))

    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        supervisor.servers()
        if not supervisor.stopping:
            supervisor.prepare()
            supervisor.launch_all(port)
            supervisor.wait_for_web(port)
        if not supervisor.stopping:
            announce(port, sign_ins(supervisor), time.monotonic() - began)
        return supervisor.watch()
    finally:
        print("\nStopping…", flush=True)
        supervisor.stop()
        print("Stopped.", flush=True)
