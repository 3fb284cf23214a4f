"""System libraries and programs: found, installed when that is possible, or named with their command."""

import ctypes
import os
import shutil
import subprocess
import sys

# What WeasyPrint loads, and the Debian package that holds it.
PANGO = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome", "chromium-browser")


class Missing(SystemExit):
    """Something is missing that cannot be installed from here; the message says what to type."""

    def __init__(self, words: str) -> None:
        print(words, file=sys.stderr)
        super().__init__(3)


def command(packages: list[str]) -> str:
    """What an administrator types to install the packages."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def install(packages: list[str], why: str) -> bool:
    """Install Debian packages when we are root and apt is there; otherwise name the command."""
    if os.geteuid() == 0 and shutil.which("apt-get") and os.environ.get("QA_APT", "1") != "0":
        print(f"{why}: installing {' '.join(packages)}", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
        if subprocess.run(line, env=env, check=False, **quiet).returncode == 0:
            return True
        subprocess.run(["apt-get", "update", "-qq"], env=env, check=False, **quiet)
        if subprocess.run(line, env=env, check=False, **quiet).returncode == 0:
            return True
    print(f"{why}. To add it: {command(packages)}", file=sys.stderr)
    return False


def loads(library: str) -> bool:
    """Whether a shared library is on the machine."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def need_pango() -> bool:
    """Make sure that PDFs can be made; without Pango everything else still works."""
    packages = [package for library, package in PANGO.items() if not loads(library)]
    return not packages or install(packages, "PDF files need Pango")


def need_browser() -> str | None:
    """The path of a Chromium for the browser tests, or None."""
    if not loads("libatomic.so.1"):
        install(["libatomic1"], "Browser tests need libatomic")
    if path := browser():
        return path
    install(["chromium-headless-shell"], "Browser tests need Chromium")
    return browser()


def browser() -> str | None:
    """The first Chromium on the machine; QA_CHROMIUM names another."""
    for name in (os.environ.get("QA_CHROMIUM", ""), *BROWSERS):
        if name and (path := shutil.which(name)):
            return path
    return None


def need_servers() -> None:
    """Debian's PostgreSQL and Redis, for the test of the production profile; its reason is named if absent."""
    packages = []
    if not postgres_bin():
        packages.append("postgresql")
    if not shutil.which("redis-server"):
        packages.append("redis-server")
    if packages:
        # The packages would start servers of their own; a policy of this one call says no.
        install(packages, "The production test needs PostgreSQL and Redis")


def postgres_bin() -> str | None:
    """The folder of Debian's newest PostgreSQL programs."""
    root = "/usr/lib/postgresql"
    if not os.path.isdir(root):
        return None
    versions = sorted((v for v in os.listdir(root) if v.isdigit()), key=int)
    paths = [f"{root}/{v}/bin" for v in versions if os.path.exists(f"{root}/{v}/bin/initdb")]
    return paths[-1] if paths else None
