"""System libraries and programs: found, installed when that is possible, or named by command."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.faults import Missing

# What WeasyPrint loads, and the Debian package that holds it.
PANGO = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
POSTGRES = Path("/usr/lib/postgresql")


def command(packages: list[str]) -> str:
    """What an administrator types to install the packages."""
    if packages == ["chromium-headless-shell"] and not debian():
        return "sudo snap install chromium"
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def debian() -> bool:
    """Whether this is Debian itself; Ubuntu has no Chromium package but a snap."""
    try:
        return "\nID=debian" in "\n" + Path("/etc/os-release").read_text()
    except OSError:
        return False


def install(packages: list[str], why: str) -> bool:
    """Install Debian packages when we are root and apt is there; otherwise name the command."""
    if os.geteuid() == 0 and shutil.which("apt-get") and os.environ.get("QA_APT", "1") != "0":
        print(f"{why}: installing {' '.join(packages)}…", flush=True)
        line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
        if quiet(line) or (quiet(["apt-get", "update"]) and quiet(line)):
            return True
    print(f"{why}. To add it: {command(packages)}", file=sys.stderr, flush=True)
    return False


def quiet(line: list[str]) -> bool:
    """Run apt without questions; the servers that a package brings are not started."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    null = subprocess.DEVNULL
    done = subprocess.run(line, env=env, check=False, stdin=null, stdout=null, stderr=null)
    return done.returncode == 0


def loads(library: str) -> bool:
    """Whether a shared library is on the machine."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def need_venv_module() -> None:
    """Debian's python3 comes without venv."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - asking whether it is there
        import venv  # noqa: F401, PLC0415
    except ImportError:
        package = f"python3.{sys.version_info.minor}-venv"
        if not install([package], "Python has no venv module"):
            raise Missing("Then run this command again.") from None


def need_pango() -> bool:
    """Make sure that PDFs can be made; without Pango everything else still works."""
    packages = [package for library, package in PANGO.items() if not loads(library)]
    return not packages or install(packages, "PDF files need Pango; the rest works without")


def need_browser() -> None:
    """A Chromium for the browser tests; they say so when there is none."""
    if not loads("libatomic.so.1"):
        install(["libatomic1"], "The browser tests need libatomic")
    if not browser():
        install(["chromium-headless-shell"], "The browser tests need Chromium")


def browser() -> str | None:
    """The first Chromium on the machine; QA_CHROMIUM names another."""
    for name in (os.environ.get("QA_CHROMIUM", ""), *BROWSERS):
        if name and (path := shutil.which(name)):
            return path
    return None


def need_servers() -> None:
    """Debian's PostgreSQL, Redis and PgBouncer, for the tests of production; they are skipped without them."""
    packages = [] if postgres_programs() else ["postgresql"]
    packages += [] if redis_program() else ["redis-server"]
    packages += [] if pooler_program() else ["pgbouncer"]
    if packages:
        install(packages, "The tests of production need PostgreSQL, Redis and PgBouncer")


def postgres_programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL programs."""
    found = [path.parent for path in POSTGRES.glob("*/bin/initdb") if path.parts[-3].isdigit()]
    return max(found, key=lambda path: int(path.parts[-2]), default=None)


def redis_program() -> str | None:
    """The machine's own Redis, or Valkey."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def pooler_program() -> str | None:
    """PgBouncer, which Debian keeps where only root looks."""
    return shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
