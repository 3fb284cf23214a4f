"""./qa demo: everything on one machine with invented people, from one command."""

import argparse
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import assets, datafolder, debian, packages, ports, valkey
from tools.embedded_pg import EmbeddedPostgres, socket_folder
from tools.faults import Missing
from tools.paths import PYTHON, ROOT, VAR, from_caller
from tools.supervisor import Supervisor

CELERY = ("celery", "-A", "qaframework.celery:app")
# Names that would lead the demo to somebody else's data, settings or clock.
NOT_OURS = ("DJANGO_SETTINGS_MODULE", "QA_DEBUG", "QA_HOSTS", "QA_SECURE_COOKIES", "EMAIL_URL")


def options(words: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="./qa demo", description="Start everything with demo data."
    )
    parser.add_argument("--port", type=port_number, help="default: 8000, or the next free one")
    parser.add_argument("--data", metavar="DIR", help="the folder for its data (default: var/demo)")
    parser.add_argument(
        "--small", action="store_true", help="without the year of audits behind the dashboards"
    )
    parser.add_argument("--reset", action="store_true", help="begin again with fresh demo data")
    return parser.parse_args(words)


def port_number(word: str) -> int:
    """A port number; argparse prints the words."""
    if not (word.isascii() and word.isdecimal()) or not 0 < int(word) < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(word)


def environment(data: Path) -> dict[str, str]:
    """The environment of the demo's processes."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in NOT_OURS and not key.startswith("PG")
    }
    return {
        "REDIS_URL": valkey.address(data / "queue"),
        **kept,
        "QA_ENV": "demo",
        "QA_DATA_DIR": str(data),
        "SECRET_KEY": datafolder.secret_key(data),
        "QA_DATA_KEYS": datafolder.data_keys(data),
        "PGHOST": str(socket_folder(data / "pg")),
        "PYTHONUNBUFFERED": "1",
    }


def run(words: list[str]) -> int:
    """Start the demo and stay until Ctrl-C; gives the exit code."""
    asked = options(words)
    data = from_caller(asked.data) if asked.data else VAR / "demo"
    began = time.monotonic()
    datafolder.prepare(data)
    lock = datafolder.take(data)
    with ports.listen(asked.port) as server:
        packages.need_packages()
        assets.need_assets()
        debian.need_pango()
        if asked.reset:
            datafolder.empty(data)
        port = server.getsockname()[1]
        address = f"http://localhost:{port}"
        lock.write(f"{address}\n")
        lock.flush()
        supervisor = Supervisor(data, {**environment(data), "QA_ORIGIN": address})
        supervisor.heed_signals()
        try:
            start(supervisor, server.fileno())
            supervisor.wait_for_web(port)
            if not supervisor.stopping:
                start_background(supervisor)
                if not asked.small:
                    supervisor.start_once("year", "demo_year")
                announce(address, data, time.monotonic() - began, small=asked.small)
            supervisor.watch()
        finally:
            print("\nStopping…", flush=True)
            supervisor.stop()
            print("Stopped.", flush=True)
    return 0


def start(supervisor: Supervisor, socket: int) -> None:
    """Start the servers, prepare their data, then start the web server."""
    keep_old_logs(supervisor.data / "logs")
    if "DATABASE_URL" in os.environ:
        adopt_database()
    else:
        supervisor.start_database()
    if "REDIS_URL" not in os.environ:
        supervisor.start_queue()
    prepare(supervisor)
    if supervisor.stopping:
        return
    supervisor.start_python("web", *gunicorn(supervisor.data, socket), keep=(socket,))


def start_background(supervisor: Supervisor) -> None:
    """Start one worker for every queue, and the timetable, once the web server has had the processor for itself."""
    worker = ("--pool=solo", "--without-gossip", "--without-mingle", "--loglevel=INFO")
    supervisor.start_python("worker", *CELERY, "worker", *worker)
    supervisor.start_python("beat", *CELERY, "beat", "--pidfile=", "--loglevel=INFO")


def adopt_database() -> None:
    """Ask the database that DATABASE_URL names whether the demo may use it."""
    asked = subprocess.run(
        [str(PYTHON), "-m", "tools.adopt"], cwd=ROOT, check=False, text=True, capture_output=True
    )
    if asked.returncode:
        raise Missing(asked.stderr.strip())


def gunicorn(data: Path, socket: int) -> list[str]:
    """The web server at the socket that is open already."""
    beat = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(data)  # noqa: S108 - no file by name
    words = ["gunicorn", "qaframework.wsgi:application", "--bind", f"fd://{socket}"]
    words += ["--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    return [*words, "--graceful-timeout", "3", "--worker-tmp-dir", beat, "--no-control-socket"]


def keep_old_logs(folder: Path) -> None:
    """Each run writes its own logs; those of the run before stay beside them."""
    for log in folder.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def prepare(supervisor: Supervisor) -> None:
    """Tables, frameworks, people and static files, when any of their sources has changed."""
    stamp = supervisor.data / "made-from"
    want = packages.fingerprint(sources(), extra=os.environ.get("DATABASE_URL", ""))
    if packages.made_from(stamp, want):
        return
    steps = (
        ("Making the tables", ("install", "-v0")),
        ("Loading the frameworks", ("framework", "load", "--all", "--publish")),
        ("Inventing people, cases and audits", ("demo_data",)),
        ("Moderating some of the audits", ("demo_moderation",)),
        ("Following up what was found", ("demo_following",)),
        ("Gathering styles and scripts", ("collectstatic", "--no-input", "--clear", "-v0")),
    )
    for what, words in steps:
        if supervisor.stopping:
            return
        print(f"{what}…", flush=True)
        supervisor.django(*words)
    people = supervisor.django("demo_data", "--sign-ins")
    if not supervisor.stopping:
        datafolder.write_private(supervisor.data / "sign-ins", people)
        stamp.write_text(want)


def sources() -> list[Path]:
    """The files from which the demo's data is made: code, frameworks, static files, packages."""
    folders = ["fixtures", "static", *(path.parent.name for path in ROOT.glob("*/apps.py"))]
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = [path for path in found if path.suffix != ".pyc"]
    return [*sorted(kept), ROOT / "requirements.txt", ROOT / "qaframework" / "settings.py"]


def announce(address: str, data: Path, seconds: float, *, small: bool = False) -> None:
    """Print the address and, for each council, one sign-in for each role."""
    lines = (data / "sign-ins").read_text().splitlines()
    people = [json.loads(line) for line in lines if line.startswith("{")]
    print(f"\nQA Framework is ready at {address} (after {seconds:.1f} s)")
    for row in sign_in_rows(people):
        print(row)
    print(f"\nEverybody here is invented. E-mails go to {data / 'mail'}, logs to {data / 'logs'}.")
    if not small:
        print(
            "On a first start a year of audits is invented beside it: dashboards fill in some minutes."
        )
    print("Stop with Ctrl-C.", flush=True)


def sign_in_rows(people: list[dict[str, str]]) -> Iterator[str]:
    """A small table for each council, its columns as wide as those of the others; then the password."""
    keys = ("role", "name", "email")
    widths = [max((len(one[key]) for one in people), default=0) for key in keys]
    council = ""
    for one in people:
        if one["council"] != council:
            council = one["council"]
            yield f"\n{council}"
        cells = (f"{one[key]:<{width}}" for key, width in zip(keys, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()
    for password in dict.fromkeys(one["password"] for one in people):
        yield f"\nThe password of everybody above: {password}"


@contextmanager
def its_database() -> Iterator[dict[str, str]]:
    """The demo's environment with its database running, for one of Django's commands."""
    data = from_caller(os.environ["QA_DATA_DIR"]) if "QA_DATA_DIR" in os.environ else VAR / "demo"
    datafolder.prepare(data)
    if "DATABASE_URL" in os.environ:
        adopt_database()
        yield environment(data)
        return
    postgres = EmbeddedPostgres(data / "pg").start()
    try:
        postgres.create_database("qaframework")
        yield environment(data)
    finally:
        postgres.leave()
