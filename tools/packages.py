"""The Python environment, made once from its lock file."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tools.debian import need_venv_module
from tools.faults import Missing
from tools.locks import alone
from tools.paths import PYTHON, ROOT, VAR, VENV

STAMP = VENV / "made-from"
PIP = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes")


def run(*line: object) -> None:
    """Run one command of the set-up; what it prints is shown."""
    subprocess.run([str(word) for word in line], check=True, cwd=ROOT, stdin=subprocess.DEVNULL)


def fingerprint(paths: Iterable[Path], extra: str = "") -> str:
    """The fingerprint of some files' names and contents."""
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def made_from(stamp: Path, want: str) -> bool:
    """Whether something was made from exactly these sources."""
    return stamp.exists() and stamp.read_text() == want


def wanted() -> str:
    """What the environment should be made from: the lock, for this release of Python on this machine."""
    release = f"{sys.version_info.major}.{sys.version_info.minor} {platform.machine()}"
    return fingerprint([ROOT / "requirements.txt"], extra=release)


def need_packages() -> None:
    """Make the virtual environment, unless it is made from this very lock already."""
    lock = ROOT / "requirements.txt"
    want = wanted()
    if made_from(STAMP, want) and PYTHON.exists():
        return
    need_known_machine()
    need_venv_module()
    try:
        with alone(VAR / "setup.lock"):
            if not (made_from(STAMP, want) and PYTHON.exists()):
                make(lock, want)
    except PermissionError as fault:
        raise Missing(
            f"{fault.filename} belongs to another user: clone a copy for yourself."
        ) from None


def make(lock: Path, want: str) -> None:
    """Make the environment anew and fill it; the stamp comes last."""
    began = time.monotonic()
    print("Installing the packages of the lock file (once)…", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        run(sys.executable, "-m", "venv", VENV)
        fill(lock)
    except (subprocess.CalledProcessError, FileNotFoundError):
        raise Missing(
            "The packages could not be installed; the lines above say why. "
            "Check the network connection and try again."
        ) from None
    STAMP.write_text(want)
    print(f"Packages installed in {time.monotonic() - began:.0f} s.", flush=True)


def fill(lock: Path) -> None:
    """Install the lock: with uv, which is fast; with pip where uv fails."""
    try:
        run(PYTHON, *PIP, "-r", ROOT / "requirements-boot.txt")
        uv = [VENV / "bin" / "uv", "pip", "install", "-q", "--no-config", "--python", PYTHON]
        run(*uv, "--compile-bytecode", "--require-hashes", "-r", lock)
    except (subprocess.CalledProcessError, OSError):
        print("uv did not work here; using pip, which takes a minute longer.", file=sys.stderr)
        run(PYTHON, *PIP, "-r", lock)


def need_known_machine() -> None:
    """The database and the queue come as programs for Linux with glibc and for macOS only."""
    if os.environ.get("QA_ANY_MACHINE") == "1" or sys.platform == "darwin":
        return
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        raise Missing(
            "This needs Linux with glibc (Debian, Ubuntu, Fedora…) or macOS. "
            "Elsewhere use docker compose (see DEVELOPERS.md)."
        )
    if platform.machine() not in {"x86_64", "aarch64"}:
        raise Missing(
            f"There are no packages for {platform.machine()} processors; use docker compose."
        )
