"""./qa check and ./qa fix: the same tools, once only looking, once writing."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from tools import advisories, dangers, scan
from tools.paths import PYTHON, ROOT, VENV

RUFF = str(VENV / "bin" / "ruff")
MANAGE = (str(PYTHON), "manage.py")
LONGEST = 8_000


def environment() -> dict[str, str]:
    """Django's commands look at the code only, so no database need be there."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "QA_"))}
    return {**kept, "QA_ENV": "test", "DJANGO_SETTINGS_MODULE": "qaframework.settings"}


def production() -> dict[str, str]:
    """An environment in which production starts; the values lead nowhere."""
    return {
        **environment(),
        "QA_ENV": "production",
        "QA_DATA_DIR": str(ROOT / "var"),
        "SECRET_KEY": "only-for-looking-at-the-code-0123456789-abcdefghijklm",
        "QA_DATA_KEYS": "b25seS1mb3ItbG9va2luZy1hdC10aGUtY29kZS0wMTIzNDU2Nzg5",
        "QA_HOSTS": "audit.example.gov.uk",
        "QA_ORIGIN": "https://audit.example.gov.uk",
        "DATABASE_URL": "postgresql://nobody@localhost:1/none",
        "DATABASE_REPLICA_URL": "postgresql://nobody@localhost:2/none",
        "REDIS_URL": "redis://localhost:1/0",
        "EMAIL_URL": "smtp://localhost:1",
    }


def code() -> list[str]:
    """The packages whose types are checked."""
    return sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"})


def call(line: list[str], env: dict[str, str]) -> tuple[bool, str]:
    """Run one tool; whether it is content, and what it said."""
    done = subprocess.run(
        line,
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def say(name: str, good: bool, said: str) -> bool:
    """One line for each check, and the words of those that found something."""
    print(f"{'ok   ' if good else 'FAULT'} {name}", flush=True)
    if not good:
        print(said if len(said) <= LONGEST else f"{said[:LONGEST]}\n… and more", flush=True)
    return good


def check() -> int:
    """Everything that is held by machine; writes nothing. Gives the exit code."""
    plain = environment()
    tools = {
        "format": ([RUFF, "format", "--check", "--output-format", "concise", "."], plain),
        "lint": ([RUFF, "check", "--output-format", "concise", "."], plain),
        "layers": ([str(VENV / "bin" / "lint-imports"), "--no-cache", "--no-logo"], plain),
        "types": ([str(PYTHON), "-m", "mypy", *code()], plain),
        "templates": ([str(PYTHON), "-m", "djlint", "templates", "--lint", "--quiet"], plain),
        "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], plain),
        "drawn state machines": ([*MANAGE, "states", "--check"], plain),
        "who may see and do what": ([*MANAGE, "access", "--check"], plain),
        "production settings": (
            [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
            production(),
        ),
    }
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda tool: call(*tool), tools.values())
        good = [say(name, *result) for name, result in zip(tools, results, strict=True)]
    found = scan.faults()
    good.append(say("locks, machine paths, secrets, real people", not found, "\n".join(found)))
    unreasoned = dangers.faults()
    good.append(say("ways by which words become code", not unreasoned, "\n".join(unreasoned)))
    weak = advisories.faults()
    good.append(say(f"known weaknesses ({advisories.age(today())})", not weak, "\n".join(weak)))
    return 0 if all(good) else 1


def today() -> date:
    """The day by the computer's own clock."""
    return datetime.now(tz=UTC).date()


def fix() -> int:
    """Put format, import order and the drawings right; gives the exit code."""
    plain = environment()
    good = [
        say("lint", *call([RUFF, "check", "--fix", "--output-format", "concise", "."], plain)),
        say("format", *call([RUFF, "format", "."], plain)),
        say("drawn state machines", *call([*MANAGE, "states"], plain)),
        say("who may see and do what", *call([*MANAGE, "access"], plain)),
    ]
    return 0 if all(good) else 1
