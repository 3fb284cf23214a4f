"""What the service is made of, for whoever must answer for it: CycloneDX 1.6 from the locks, with their checksums."""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from tools.advisories import plain
from tools.paths import ROOT

LOCK = "requirements-production.txt"
BLOCK = re.compile(
    r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)[^\n]*((?:\n[ \t]+--hash=sha256:[0-9a-f]{64}[^\n]*)*)",
    re.M,
)
HASH = re.compile(r"sha256:([0-9a-f]{64})")


def python_parts(text: str) -> list[dict[str, Any]]:
    """Every package of a lock; a package has one checksum for each file that may be installed."""
    return [
        {
            "type": "library",
            "name": plain(name),
            "version": version,
            "purl": f"pkg:pypi/{plain(name)}@{version}",
            "bom-ref": f"pkg:pypi/{plain(name)}@{version}",
            "hashes": [{"alg": "SHA-256", "content": one} for one in HASH.findall(hashes)],
        }
        for name, version, hashes in BLOCK.findall(text)
    ]


def browser_parts(text: str) -> list[dict[str, Any]]:
    """The npm packages from which the style sheet and the script are built."""
    found = json.loads(text)["packages"]
    return [
        {
            "type": "library",
            "name": path.rpartition("node_modules/")[2],
            "version": one["version"],
            "purl": f"pkg:npm/{path.rpartition('node_modules/')[2].replace('@', '%40')}@{one['version']}",
            "bom-ref": f"npm:{path}@{one['version']}",
        }
        for path, one in sorted(found.items())
        if path
    ]


def bill() -> dict[str, Any]:
    """The whole list, the same for the same locks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    parts = python_parts((ROOT / LOCK).read_text())
    parts += browser_parts((ROOT / "package-lock.json").read_text())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": parts,
    }


def write(words: list[str]) -> int:
    """Write it into a file, or to the screen where none is named; gives the exit code."""
    text = json.dumps(bill(), indent=2) + "\n"
    if words:
        Path(words[0]).write_text(text)
    else:
        sys.stdout.write(text)
    return 0
