"""./qa demo from start to Ctrl-C: real processes, real signals, a folder of its own."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest

from tools import assets, packages
from tools.embedded_pg import EmbeddedPostgres
from tools.health import healthy
from tools.paths import ROOT

pytestmark = pytest.mark.slow
READY = re.compile(r"ready at http://localhost:(\d+) \(after ([\d.]+) s\)")
ROLES = ("QA officer", "Auditor", "Practitioner")
COUNCILS = ("Bexley", "Blackburn with Darwen", "Bracknell Forest", "Lancashire", "West Sussex")


class Demo:
    """One `./qa demo`, as a person would start it in a terminal."""

    def __init__(self, data: Path, *words: str) -> None:
        self.out = data.parent / f"{data.name}.out"
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.main", "demo", "--small", "--data", str(data), *words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=self.out.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def said(self) -> str:
        return self.out.read_text()

    def wait(self, words: str, seconds: float = 180) -> Self:
        """Wait until it has said these words."""
        until = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)
        return self

    def ready(self) -> Self:
        return self.wait("Stop with Ctrl-C.")

    @property
    def port(self) -> int:
        return int(READY.search(self.said())[1])

    def children(self) -> dict[str, int]:
        """The first process of each part, by a word of its command line."""
        found = {}
        for number in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
            with contextlib.suppress(OSError):
                parent = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1]
                line = Path(f"/proc/{number}/cmdline").read_bytes().decode()
                if int(parent) == self.process.pid:
                    for part in ("gunicorn", "worker\0", "beat\0", "valkey-server"):
                        if part in line:
                            found.setdefault(part.strip("\0"), int(number))
        return found

    def stop(self, how: signal.Signals = signal.SIGINT) -> float:
        """Send a signal and wait; gives the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def _set_up():
    if not packages.made_from(packages.STAMP, packages.wanted()):
        pytest.skip("the environment was not made by ./qa, which would make it anew")
    assets.need_assets()


@pytest.fixture(scope="module")
def data(_set_up, tmp_path_factory):
    """A folder in which a demo has been prepared once, in an odd and long path."""
    folder = tmp_path_factory.mktemp("it's long, " + "x" * 100) / "my demo"
    demo = Demo(folder).ready()
    first = demo.said()
    demo.stop()
    assert demo.process.returncode == 0, demo.said()
    (folder.parent / "first").write_text(first)
    return folder


@pytest.fixture
def demo(data):
    """A running demo in the prepared folder."""
    demo = Demo(data).ready()
    yield demo
    if demo.process.poll() is None:
        demo.stop()


def seconds_of_a_start(data: Path) -> float:
    """How long a demo in the prepared folder says that it took to be ready."""
    demo = Demo(data).ready()
    demo.stop()
    return float(READY.search(demo.said())[2])


def gone(pid: int, seconds: float = 15) -> bool:
    """Whether a process has ended, or does soon."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("council", COUNCILS)
def test_first_start_prints_the_address_and_a_sign_in_for_each_role(data, council):
    said = (data.parent / "first").read_text()

    assert READY.search(said)
    table = said.partition(f"\n{council}\n")[2].partition("\n\n")[0].splitlines()
    for role in ROLES:
        row = next(line for line in table if line.strip().startswith(role))
        assert re.search(r"  \S.+ {2,}[\w.-]+@[\w.-]*example\.org$", row)
    assert re.search(r"^The password of everybody above: \S", said, re.MULTILINE)
    assert "Traceback" not in said


def test_second_start_takes_less_than_five_seconds(data):
    # Other tests run at the same time; that they slow one start down says nothing of it.
    assert any(seconds_of_a_start(data) < 5 for _ in range(4))


def test_demo_runs_web_worker_and_timetable_as_processes_of_their_own(demo):
    assert set(demo.children()) == {"gunicorn", "worker", "beat", "valkey-server"}
    web = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=20)
    web.request("GET", "/accounts/login/")
    page = web.getresponse()
    assert (page.status, "Sign in" in page.read().decode()) == (200, True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_stops_everything_cleanly_within_seconds(data, how):
    demo = Demo(data).ready()
    children = demo.children().values()

    seconds = demo.stop(how)

    assert demo.process.returncode == 0
    assert seconds < 10
    assert all(gone(pid, 0.5) for pid in children)
    assert not EmbeddedPostgres(data / "pg").ready()
    assert demo.said().endswith("\nStopping…\nStopped.\n")


def test_second_demo_in_the_same_folder_is_told_where_the_first_answers(demo):
    done = subprocess.run(
        [sys.executable, "-m", "tools.main", "demo", "--small", "--data", str(demo.data)],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 3
    assert f"already at http://localhost:{demo.port}" in done.stderr
    assert demo.process.poll() is None


def test_demo_says_so_when_a_part_dies_and_starts_it_again(demo):
    before = demo.children()["worker"]

    os.kill(before, signal.SIGKILL)

    demo.wait("The worker process ended with code -9; starting it again. Its log: ", 20)
    until = time.monotonic() + 20
    while demo.children().get("worker", before) == before:  # said just before it is started
        assert time.monotonic() < until, demo.said()
        time.sleep(0.1)


def test_killed_database_comes_back(demo):
    os.kill(EmbeddedPostgres(demo.data / "pg").pid(), signal.SIGKILL)

    demo.wait("The database process ended unexpectedly; starting it again.", 20)

    until = time.monotonic() + 30
    address = f"http://127.0.0.1:{demo.port}/health/"
    while not healthy(address, "localhost"):
        assert time.monotonic() < until, demo.said()
        time.sleep(0.3)


def test_killed_demo_leaves_no_process_behind_and_starts_again(data):
    demo = Demo(data).ready()
    children = demo.children().values()

    demo.stop(signal.SIGKILL)

    assert all(gone(pid) for pid in children)
    again = Demo(data).ready()
    again.stop()
    assert again.process.returncode == 0


@pytest.mark.usefixtures("_set_up")
def test_ctrl_c_while_the_data_is_being_prepared_ends_well(tmp_path):
    demo = Demo(tmp_path / "demo").wait("Making the tables…")

    seconds = demo.stop()

    assert (demo.process.returncode, seconds < 10) == (0, True)
    assert "Traceback" not in demo.said()
    assert not EmbeddedPostgres(tmp_path / "demo" / "pg").ready()


def test_reset_begins_again_and_keeps_what_is_not_ours(data):
    key = (data / "secret-key").read_text()
    beside = data.parent / "letter.txt"
    beside.write_text("mine")

    demo = Demo(data, "--reset").wait("Loading the frameworks…")
    demo.stop()

    assert demo.process.returncode == 0
    assert not (data / "made-from").exists()
    assert (data / "secret-key").read_text() != key
    assert beside.read_text() == "mine"
