"""./qa check and ./qa fix: the same tools, once only looking, once writing."""

import os
import re
import subprocess
from collections.abc import Callable

from tools.paths import PYTHON, ROOT, VENV

BIN = VENV / "bin"
CODE = [
    "qaframework",
    "core",
    "people",
    "standards",
    "cases",
    "actions",
    "audits",
    "programme",
    "moderation",
    "feedback",
    "reporting",
    "tests",
    "tools",
    "manage.py",
]
APPS = CODE[:11]
# What no file may hold: an address in a lock file, a folder of somebody's machine.
ADDRESS = re.compile(rb"(https?|file)://")
MACHINE = re.compile(rb"(?<![\w.])/(root|home/\w+|work/\w+|Users/\w+)/")


def environment() -> dict[str, str]:
    """Django's commands look at the code only, so a database need not be there."""
    return {
        **os.environ,
        "QA_ENV": "test",
        "SECRET_KEY": "only-for-looking-at-the-code",
        "MYPYPATH": str(ROOT),
    }


def run(name: str, *line: object) -> bool:
    """Run one tool and say how it went."""
    done = subprocess.run(
        [str(word) for word in line],
        cwd=ROOT,
        env=environment(),
        text=True,
        capture_output=True,
        check=False,
    )
    print(f"{'ok   ' if done.returncode == 0 else 'FAULT'} {name}", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).strip()[-6000:])
    return done.returncode == 0


def tracked() -> list[str]:
    """The files that git keeps."""
    out = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout
    return [name for name in out.decode().split("\0") if name and (ROOT / name).is_file()]


def locks_are_plain() -> list[str]:
    """Lock files hold names, versions and hashes, and no address."""
    locks = [
        name
        for name in tracked()
        if re.search(r"(^|/)(requirements[\w-]*\.txt|package-lock\.json|\.npmrc)$", name)
    ]
    return [
        f"{name} holds an address" for name in locks if ADDRESS.search((ROOT / name).read_bytes())
    ]


def no_machine_paths() -> list[str]:
    """No file names a folder of one machine."""
    skip = {"tools/checks.py", "package-lock.json"}
    return [
        f"{name} names a folder of one machine"
        for name in tracked()
        if name not in skip
        and not name.endswith((".png", ".pdf"))
        and MACHINE.search((ROOT / name).read_bytes())
    ]


def look(name: str, find: Callable[[], list[str]]) -> bool:
    """Run one look of our own and say what it found."""
    found = find()
    print(f"{'FAULT' if found else 'ok   '} {name}")
    for line in found:
        print(f"  {line}")
    return not found


def check() -> int:
    """Everything that is held by machine; writes nothing. Gives the exit code."""
    manage = [PYTHON, "manage.py"]
    good = [
        run("format", BIN / "ruff", "format", "--check", *CODE),
        run("lint", BIN / "ruff", "check", *CODE),
        run("layers", BIN / "lint-imports", "--no-cache"),
        run("types", BIN / "mypy", *APPS, "tools"),
        run("templates", BIN / "djlint", "templates", "--lint", "--quiet"),
        run("migrations", *manage, "makemigrations", "--check", "--dry-run"),
        run("settings", *manage, "check"),
        run("drawn state machines", *manage, "states", "--check"),
        look("lock files without addresses", locks_are_plain),
        look("no paths of a machine", no_machine_paths),
    ]
    return 0 if all(good) else 1


def fix() -> int:
    """Put format and import order right, and draw the state machines."""
    good = [
        run("lint", BIN / "ruff", "check", "--fix", *CODE),
        run("format", BIN / "ruff", "format", *CODE),
        run("drawn state machines", PYTHON, "manage.py", "states"),
    ]
    return 0 if all(good) else 1
