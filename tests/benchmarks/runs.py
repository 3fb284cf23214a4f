"""Runs as `./qa bench` keeps them, with figures chosen for a test."""

from benchmarks.names import CHASING, FLOORS, PDF

CHORE = {"seconds": 1.0, "work": 1.0, "mebibytes": 100.0, "things": 1, "kind": "things"}
CHORES = {
    CHASING: {**CHORE, "seconds": 20.0, "floor": 0.0, "before": 95.0},
    PDF: {**CHORE, "floor": 1.0, "before": 0.0},
}


def page(job, *, clients=1, ratio=1.0, bar=None, floor="F1", **more):
    found = {"job": job, "floor": floor, "bar": bar, "clients": clients, "requests": 100}
    found |= {"median_ms": 10.0, "p99_ms": 20.0, "per_second": 100.0, "processor_ms": 8.0}
    return {**found, "bytes": 30_000, "queries": 8, "ratio": ratio, "processor_ratio": 1.25, **more}


def floor(name, **more):
    return page(FLOORS[name], floor=name, queries=None, **more)


def peak(**more):
    found = {"users": 10, "seconds": 20.0, "requests": 100, "errors": 0, "conflicts": 0}
    found |= {"median": 12.0, "p99": 40.0, "work": 2.0, "share": 0.05, "cores": 2}
    kinds = {"autosave": {"requests": 50, "median": 9.0, "p99": 30.0}}
    return {**found, "kinds": kinds, **more}


def run(size="small", **more):
    data = {"councils": 1, "users": 250, "audits": 500, "answers": 10_000, "actions": 2_000}
    data |= {"lines": 10_000, "bytes": 60_000_000}
    found = {"size": size, "words": "one council, one year", "on": "22 November 2026"}
    found |= {"machine": "2 cores, 24 GB of memory", "made": 30.0, "took": 200.0, "data": data}
    pages = [floor("F1"), page("my work", ratio=1.4, bar=1.5)]
    return {**found, "pages": pages, "chores": CHORES, "peak": peak(), **more}
