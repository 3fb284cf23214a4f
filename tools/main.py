"""The one script behind ./qa: what each word does."""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import checks, debian, demo, packages  # noqa: E402
from tools.paths import PYTHON, ROOT, VAR  # noqa: E402

HELP = """./qa demo [--port N] [--data DIR] [--reset]   start everything with demo data
./qa test [pytest words]                      run every test
./qa check                                    look at style, types, layers, migrations; writes nothing
./qa fix                                      put style right
./qa manage …                                 Django's commands, against the demo's data while it runs
./qa states                                   draw the state machines into docs/states/
"""


def test(words: list[str]) -> int:
    """Set up what the tests need and run them on two cores."""
    packages.need_packages()
    packages.need_assets()
    debian.need_pango()
    debian.need_servers()
    env = {**os.environ, "QA_ENV": "test", "PYTHONDONTWRITEBYTECODE": "1"}
    if found := debian.need_browser():
        env["QA_CHROMIUM"] = found
    spread = [] if any(word in {"-n", "-n0", "--pdb", "-x"} or word.startswith("-n") for word in words) else ["-n", "2"]
    return subprocess.run([PYTHON, "-m", "pytest", *spread, *words], cwd=ROOT, env=env, check=False).returncode


def manage(words: list[str]) -> int:
    """One of Django's commands, against the running demo."""
    packages.need_packages()
    return subprocess.run(
        [PYTHON, "manage.py", *words], cwd=ROOT, env=demo.environment_of(VAR / "demo"), check=False
    ).returncode


def main(words: list[str]) -> int:
    """Do what the first word says; gives the exit code."""
    os.chdir(ROOT)
    first, rest = (words[0], words[1:]) if words else ("help", [])
    match first:
        case "demo":
            return demo.run(rest)
        case "test":
            return test(rest)
        case "check" | "fix":
            packages.need_packages()
            packages.need_assets()
            return checks.check() if first == "check" else checks.fix()
        case "manage":
            return manage(rest)
        case "states":
            return manage(["states", *rest])
    print(HELP)
    return 0 if first in {"help", "--help", "-h"} else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except RuntimeError as fault:
        print(fault, file=sys.stderr)
        sys.exit(3)
    except subprocess.CalledProcessError as fault:
        print(f"This step failed: {' '.join(str(word) for word in fault.cmd)}", file=sys.stderr)
        sys.exit(3)
