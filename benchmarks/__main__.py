"""`./qa bench`: builds the data set once, starts the service as in production, measures, and prints what it found."""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine, pages, record, results
from benchmarks.client import measure
from benchmarks.names import CHORES, PEAK
from benchmarks.peak import Peak, simulate
from benchmarks.results import Found, Line
from benchmarks.site import Site, servers, serving
from benchmarks.sizes import SIZES, Size, fraction
from tools.faults import Failed
from tools.paths import VAR, from_caller

SECONDS, PEAK_SECONDS = 4.0, 16.0
# A data set up to this size in bytes is copied for each run, so that no run finds what another has left.
COPIED = 4 * 1024**3


def options(words: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        prog="./qa bench", description="Measure each job beside its floor (docs/scale.md)."
    )
    add = parser.add_argument
    add("--size", choices=list(SIZES), default="small", help="how much data (default: small)")
    add("--part", type=float, default=1.0, help="the part of the councils to make")
    add("--seconds", type=float, default=SECONDS, help="how long each job is measured")
    add("--peak", type=float, default=PEAK_SECONDS, help="how long the month-end peak takes")
    add("--only", default="", help="only jobs whose name holds these words")
    add("--pages", action="store_true", help="only what a browser asks for")
    add("--data", metavar="DIR", help="the folder for its data (default: var/bench)")
    add("--reset", action="store_true", help="make the data set anew")
    add("--plans", action="store_true", help="only write the plans of each page's queries")
    add("--json", type=Path, metavar="FILE", help="write what was measured to this file as well")
    add("--record", type=Path, metavar="DIR", help="keep the run in this folder (docs/benchmarks)")
    asked = parser.parse_args(words)
    if asked.record and (asked.only or asked.pages):
        parser.error("--record keeps whole runs: leave --only and --pages away")
    return asked


def have_data(site: Site, size: Size, asked: argparse.Namespace) -> float:
    """Stand on the data of the size, as they were made where they are not too large to copy; the seconds of making them."""
    began, new = time.monotonic(), False
    if asked.reset or not site.has("seed"):
        new = True
        site.make("seed")
        site.take("seed")
        print("Making the first year of one council", flush=True)
        site.run("benchmarks.dataset", "seed")
    kept = f"{size.name}_{size.councils}_made"
    if new or not site.has(kept):
        new = True
        print(f"Making the data: {size.words}", flush=True)
        site.make("being_made", "seed")
        site.take("being_made")
        site.run("benchmarks.dataset", size.name, str(asked.part))
        site.rename("being_made", kept)
    seconds = time.monotonic() - began if new else 0.0
    if site.bytes(kept) <= COPIED:
        site.make(size.name, kept)
        site.take(size.name)
    else:
        site.take(kept)
    return seconds


def told(site: Site, module: str, *words: str, name: str) -> Any:
    """What a module writes to a file of the run."""
    path = site.folder / name
    site.run(module, *words, str(path), env="production")
    return json.loads(path.read_text())


def slice_of(site: Site, jobs: Iterable[pages.Page], seconds: float, only: str) -> list[Line]:
    """Measure jobs, each with one client and with sixteen."""
    lines = []
    for one in jobs:
        floor = one.name in results.FLOORS.values()
        if not floor and only not in one.name:
            continue
        port = site.floors if floor else site.service
        for clients in one.clients:
            taken = measure(
                port,
                one.following,
                clients,
                seconds,
                heard=one.heard,
                most=one.most,
                warm=one.warm,
                work=lambda port=port: site.work(port),  # type: ignore[misc]
            )
            lines.append(Line(one.name, one.floor, one.bar, clients, taken))
    return lines


def browsers(site: Site, targets: Found, asked: argparse.Namespace) -> list[Line]:
    """Measure every page; the floors before and after them, so that both had the same minutes."""
    floors = slice_of(site, pages.floors(targets), asked.seconds / 2, asked.only)
    found = slice_of(site, pages.pages(targets, site.service), asked.seconds, asked.only)
    again = slice_of(site, pages.floors(targets), asked.seconds / 2, asked.only)
    for one, more in zip(floors, again, strict=True):
        one.taken += more.taken
    return floors + found


def served(
    site: Site, targets: Found, users: int, asked: argparse.Namespace
) -> tuple[list[Line], dict[str, int], Peak | None]:
    """What needs the service: pages, their queries, and the month-end peak."""
    with serving(site):
        lines = browsers(site, targets, asked)
        words = (str(site.folder / "targets.json"), str(site.service))
        queries = told(site, "benchmarks.queries", *words, name="queries.json")
        peak = None
        if asked.only in PEAK:
            peak = simulate(
                site.service,
                targets,
                users,
                asked.peak,
                machine.cores(),
                lambda: site.work(site.service),
            )
    return lines, queries, peak


def chores(site: Site, asked: argparse.Namespace) -> dict[str, Found]:
    """The worker's jobs, each in a process of its own."""
    names = [one for one in CHORES if asked.only in one and not asked.pages]
    return {one: told(site, "benchmarks.chores", one, name="chore.json") for one in names}


def show(found: Found) -> None:
    """Print what was measured."""
    print(results.pages_table(found["pages"]), end="\n\n")
    print(results.throughput_table(found["pages"]), end="\n\n")
    if found["chores"]:
        print(results.chores_table(found["chores"]), end="\n\n")
    if peak := found["peak"]:
        print(f"{PEAK}: {results.peak_words(peak)}\n{results.peak_table(peak)}", end="\n\n")
    for one in results.missed(found):
        print(f"not held: {one}")


def run(site: Site, asked: argparse.Namespace) -> Found:
    """The whole run as plain values."""
    began = time.monotonic()
    size = fraction(SIZES[asked.size], asked.part)
    made = have_data(site, size, asked)
    data = told(site, "benchmarks.dataset", "count", name="count.json")
    site.run("django", "collectstatic", "--no-input", "-v0", env="production")
    targets = told(site, "benchmarks.targets", name="targets.json")
    lines, queries, peak = served(site, targets, data["users"], asked)
    done = chores(site, asked)
    about = {
        "size": size.name,
        "words": size.words,
        "on": f"{datetime.now(tz=UTC):%-d %B %Y}",
        "machine": machine.words(site.folder),
        "made": round(made, 1),
        "took": round(time.monotonic() - began, 1),
        "data": data,
    }
    return results.as_found(about, lines, queries, done, peak)


def write_plans(site: Site, asked: argparse.Namespace) -> None:
    """Write how PostgreSQL finds what each page asks for, beside the rooms' queries."""
    have_data(site, fraction(SIZES[asked.size], asked.part), asked)
    told(site, "benchmarks.targets", name="targets.json")
    site.run("benchmarks.plans", str(site.folder / "targets.json"), env="production")


def main(words: list[str]) -> int:
    """Measure; gives the exit code."""
    asked = options(words)
    folder = from_caller(asked.data) if asked.data else VAR / "bench"
    try:
        with servers(folder) as site:
            if asked.plans:
                write_plans(site, asked)
                return 0
            found = run(site, asked)
    except Failed as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    show(found)
    if asked.json:
        from_caller(str(asked.json)).write_text(json.dumps(found, indent=1) + "\n")
    if asked.record:
        record.keep(found, from_caller(str(asked.record)))
    print(f"{found['took']:.0f} s, of these {found['made']:.0f} s to make the data")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
