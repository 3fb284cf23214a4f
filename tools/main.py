"""The one script behind ./qa: what each word does."""

import contextlib
import os
import subprocess
import sys

from tools import advisories, assets, checks, debian, demo, packages, sbom
from tools.faults import Failed, Missing
from tools.paths import PYTHON, ROOT

HELP = """./qa demo [--port N] [--data DIR] [--reset] [--small]   start everything with invented people
./qa test [words for pytest]                  run every test, browsers included
./qa check                                    style, layers, types, migrations; writes nothing
./qa fix                                      put style and drawings right
./qa manage …                                 Django's commands, on the demo's data
./qa bench [--size small|medium|large]        measure each job beside its floor (docs/scale.md)
./qa states                                   draw the state machines into docs/states/
./qa advisories                               ask the public database for weaknesses of our packages (network)
./qa sbom [file]                              write what the service is made of, as CycloneDX
"""


def set_up() -> None:
    """What every command but help stands on."""
    packages.need_packages()
    assets.need_assets()


def test(words: list[str]) -> int:
    """Set up what the tests need and run them on every core, four at most."""
    set_up()
    debian.need_pango()
    debian.need_browser()
    debian.need_servers()
    alone = any(word.startswith(("-n", "--numprocesses")) or word == "--pdb" for word in words)
    spread = [] if alone else ["-n", str(min(4, max(2, os.cpu_count() or 2)))]
    return python("-m", "pytest", *spread, *words)


def manage(words: list[str]) -> int:
    """One of Django's commands: on the demo's data, or where QA_ENV and its like say."""
    set_up()
    if "QA_ENV" in os.environ:
        return python("manage.py", *words)
    with demo.its_database() as env:
        return python("manage.py", *words, env=env)


def states(words: list[str]) -> int:
    """Draw the state machines; the code alone says how."""
    set_up()
    return python("manage.py", "states", *words, env=checks.environment())


def python(*words: str, env: dict[str, str] | None = None) -> int:
    """Run the environment's Python to its end; gives its exit code."""
    line = [str(PYTHON), *words]
    with subprocess.Popen(line, cwd=ROOT, env=env) as process:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # it has heard Ctrl-C too, and ends itself
                return process.wait()


def main(words: list[str]) -> int:
    """Do what the first word says; gives the exit code."""
    first, rest = (words[0], words[1:]) if words else ("help", [])
    match first:
        case "demo":
            return demo.run(rest)
        case "test":
            return test(rest)
        case "check":
            set_up()
            return checks.check()
        case "fix":
            set_up()
            return checks.fix()
        case "manage":
            return manage(rest)
        case "states":
            return states(rest)
        case "bench":
            set_up()
            return python("-m", "benchmarks", *rest)
        case "advisories":
            return advisories.ask()
        case "sbom":
            return sbom.write(rest)
        case "help" | "--help" | "-h":
            print(HELP, end="")
            return 0
    print(HELP, end="", file=sys.stderr)
    return 2


def run() -> int:
    """The exit code, with plain words for what was foreseen: 3 missing, 1 failed, 130 stopped."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # uncompiled, every start takes seconds more
    try:
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    except Missing as fault:
        print(fault, file=sys.stderr)
        return 3
    except (Failed, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(run())
