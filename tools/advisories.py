"""Known weaknesses of the packages that we use, held against the locks without a network.

`docs/advisories.toml` lists them with the version that mends each. `./qa check` reads it; `./qa advisories`
asks the public database of weaknesses as well, where there is a network.
"""

import json
import re
import tomllib
import urllib.request
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from tools.faults import Missing
from tools.paths import ROOT

LIST = ROOT / "docs" / "advisories.toml"
DATABASE = "https://api.osv.dev/v1/querybatch"
LOCKS = ("requirements.txt", "requirements-production.txt")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)", re.M)
# How old the list may be before `./qa check` says so, in its own words and without failing.
FRESH = timedelta(days=30)


@dataclass(frozen=True)
class Advisory:
    """One known weakness: of which package, from which version on it is mended, in which line of versions."""

    package: str
    mended: str
    number: str
    about: str
    line: str = ""

    def touches(self, version: str) -> bool:
        """Whether a version has this weakness."""
        if self.line and not f"{version}.".startswith(f"{self.line}."):
            return False
        return older(version, self.mended)


def older(version: str, other: str) -> bool:
    """Whether a version comes before another; letters as in 2.0rc1 come before the version itself."""
    pairs = zip_longest(parts(version), parts(other), fillvalue=(0, 0))
    for mine, theirs in pairs:
        if mine != theirs:
            return mine < theirs
    return False


def parts(version: str) -> list[tuple[int, int]]:
    """The numbers of a version, each with whether it is of a finished one (0) or of one before that (-1)."""
    found = []
    before = 0
    for word in re.findall(r"\d+|[a-z]+", version.lower()):
        if word.isdigit():
            found.append((before, int(word)))
        elif word not in {"post", "v"}:
            before = -1
    return found


def plain(name: str) -> str:
    """A package's name as every index writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read() -> tuple[date, list[Advisory]]:
    """The day on which the list was gone through, and what stands in it. Raises ValueError for a list that is wrong."""
    told = tomllib.loads(LIST.read_text())
    looked = told["looked_on"]
    if not isinstance(looked, date):
        raise ValueError("looked_on must be a date")
    return looked, [
        Advisory(
            plain(one["package"]),
            str(one["mended"]),
            one["number"],
            one["about"],
            str(one.get("line", "")),
        )
        for one in told["advisory"]
    ]


def pinned(text: str) -> set[tuple[str, str]]:
    """Each package of a lock with its version; two versions where Pythons differ."""
    return {(plain(name), version) for name, version in PINNED.findall(text)}


def faults() -> list[str]:
    """Each weakness that a lock holds, as `lock: package version, number: what it is; mended in …`."""
    _, known = read()
    found = []
    for lock in LOCKS:
        for name, version in sorted(pinned((ROOT / lock).read_text())):
            found += [
                f"{lock}: {name} {version}, {one.number}: {one.about}; mended in {one.mended}"
                for one in known
                if one.package == name and one.touches(version)
            ]
    return found


def age(on: date) -> str:
    """How old the list is, in words."""
    looked, known = read()
    days = (on - looked).days
    words = f"{len(known)} advisories, gone through {days} days before today"
    return f"{words}: run ./qa advisories and go through it again" if on - looked > FRESH else words


def asked(versions: set[tuple[str, str]]) -> dict[str, Any]:
    """The question for every package of a lock, as the public database wants it."""
    one = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in sorted(versions)
    ]
    return {"queries": one}


def told(versions: set[tuple[str, str]], answer: dict[str, Any]) -> list[str]:
    """Each weakness that the database named, as `package version: number, number`."""
    found = []
    for (name, version), result in zip(sorted(versions), answer["results"], strict=True):
        if numbers := [one["id"] for one in result.get("vulns", [])]:
            found.append(f"{name} {version}: {', '.join(numbers)}")
    return found


def ask(database: str = DATABASE) -> int:
    """Ask the public database about every package of both locks; gives the exit code. Needs the network."""
    versions: set[tuple[str, str]] = set()
    for lock in LOCKS:
        versions |= pinned((ROOT / lock).read_text())
    body = json.dumps(asked(versions)).encode()
    question = urllib.request.Request(  # noqa: S310 - the address is ours, not read from anywhere
        database, data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(question, timeout=60) as page:  # noqa: S310 - the same
            found = told(versions, json.load(page))
    except (OSError, ValueError) as fault:
        raise Missing(f"The database of weaknesses could not be asked: {fault}") from None
    print("\n".join(found) or f"{len(versions)} packages asked about, nothing known")
    return 1 if found else 0
