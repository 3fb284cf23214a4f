"""What was measured as plain values for machines, and as tables for people; each bar held or not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.names import CHASING, FLOORS, PDF
from benchmarks.taken import Taken

Found = dict[str, Any]
ONE, MANY = 1, 16
# The bars of sixteen clients against one, on two cores.
MORE_AT_ONCE, TAIL = 1.7, 6.0
# The bars of the worker's jobs.
CHASING_SECONDS, FLAT, PDF_RATIO, PDF_MEMORY = 60.0, 1.1, 1.3, 500.0


@dataclass
class Line:
    """One job with so many clients."""

    name: str
    floor: str
    bar: float | None
    clients: int
    taken: Taken


@dataclass(frozen=True)
class Bar:
    """A bar and what was measured against it."""

    measured: float
    bar: float
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether it is held; a bar itself is."""
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar

    @property
    def words(self) -> str:
        """Held, or not held."""
        return "held" if self.held else "not held"


def floor_of(line: Line, lines: Iterable[Line]) -> Taken:
    """What its floor took with as many clients."""
    name = FLOORS[line.floor]
    return next(one.taken for one in lines if (one.name, one.clients) == (name, line.clients))


def ratio(line: Line, lines: Iterable[Line]) -> float:
    """The median over that of its floor."""
    return line.taken.median / floor_of(line, lines).median


def processor_ratio(line: Line, lines: Iterable[Line]) -> float:
    """The servers' work for one answer over that of its floor; 0 where the machine does not tell."""
    floor = floor_of(line, lines).each
    return line.taken.each / floor if floor else 0.0


def page(one: Line, lines: Sequence[Line], queries: Mapping[str, int]) -> Found:
    """One line as plain values: milliseconds, bytes, answers a second."""
    return {
        "job": one.name,
        "floor": one.floor,
        "bar": one.bar,
        "clients": one.clients,
        "requests": len(one.taken.times),
        "median_ms": round(one.taken.median, 2),
        "p99_ms": round(one.taken.p99, 2),
        "per_second": round(one.taken.rate, 1),
        "processor_ms": round(one.taken.each, 2),
        "bytes": one.taken.bytes,
        "queries": queries.get(one.name),
        "ratio": round(ratio(one, lines), 2),
        "processor_ratio": round(processor_ratio(one, lines), 2),
    }


def pages_table(pages: Iterable[Found]) -> str:
    """One line for each job and number of clients, with its bar where it has one."""
    heads = ("job", "clients", "median", "p99", "a second", "processor", "queries", "bytes")
    rows = [
        (
            one["job"],
            str(one["clients"]),
            f"{one['median_ms']:.1f} ms",
            f"{one['p99_ms']:.1f} ms",
            f"{one['per_second']:.1f}",
            f"{one['processor_ms']:.1f} ms",
            "–" if one["queries"] is None else str(one["queries"]),
            f"{one['bytes']:,}",
            f"{one['processor_ratio']:.2f} ×",
            f"{one['ratio']:.2f} × {one['floor']}",
            bar_of_page(one),
        )
        for one in pages
    ]
    return table((*heads, "ratio of processor", "ratio", "bar"), rows)


def bar_of_page(one: Found) -> str:
    """The bar of one client's ratio and whether it is held."""
    if one["bar"] is None or one["clients"] != ONE:
        return ""
    return f"≤ {one['bar']:g}: {Bar(one['ratio'], one['bar']).words}"


def side_by_side(pages: Iterable[Found]) -> list[tuple[Found, Found]]:
    """Each job with one client beside the same with sixteen, where both were measured."""
    known = {(one["job"], one["clients"]): one for one in pages}
    return [
        (one, known[job, MANY])
        for (job, clients), one in known.items()
        if clients == ONE and (job, MANY) in known
    ]


def more_at_once(one: Found, many: Found) -> tuple[Bar, Bar]:
    """How many more answers sixteen clients get than one, and how many times the median their p99 is."""
    more = many["per_second"] / one["per_second"] if one["per_second"] else 0.0
    tail = many["p99_ms"] / many["median_ms"] if many["median_ms"] else 0.0
    return Bar(round(more, 2), MORE_AT_ONCE, at_least=True), Bar(round(tail, 2), TAIL)


def throughput_table(pages: Iterable[Found]) -> str:
    """Sixteen clients beside one; the floors too, without a bar: what the machine allows at all."""
    rows = []
    for one, many in side_by_side(pages):
        more, tail = more_at_once(one, many)
        floor = one["job"] in FLOORS.values()
        rows.append(
            (
                one["job"],
                f"{one['per_second']:.1f}",
                f"{many['per_second']:.1f}",
                f"{more.measured:.2f} ×",
                "floor" if floor else more.words,
                f"{tail.measured:.1f} ×",
                "floor" if floor else tail.words,
            )
        )
    bars = (f"≥ {MORE_AT_ONCE:g} ×", f"≤ {TAIL:g} ×")
    heads = ("job", "1 client, a second", "16 clients, a second", "more", bars[0], "p99 ÷ median")
    return table((*heads, bars[1]), rows)


def chore_bars(name: str, done: Mapping[str, float]) -> dict[str, Bar]:
    """The bars of a worker's job, each by its words."""
    if name == CHASING:
        return {
            f"≤ {CHASING_SECONDS:g} s": Bar(done["seconds"], CHASING_SECONDS),
            f"memory ≤ {FLAT:g} × that of a tenth": Bar(
                done["mebibytes"], FLAT * (done["before"] or done["mebibytes"])
            ),
        }
    if name == PDF:
        times = round(done["work"] / done["floor"], 2) if done["floor"] else 0.0
        return {
            f"≤ {PDF_RATIO:g} × WeasyPrint alone": Bar(times, PDF_RATIO),
            f"≤ {PDF_MEMORY:g} MiB": Bar(done["mebibytes"], PDF_MEMORY),
        }
    return {}


def chores_table(chores: Mapping[str, Mapping[str, Any]]) -> str:
    """The worker's jobs: by the clock, of their own processor, at their peak, and beside a floor where there is one."""
    rows = []
    for name, done in chores.items():
        bars = "; ".join(f"{words}: {bar.words}" for words, bar in chore_bars(name, done).items())
        times = f"{done['work'] / done['floor']:.2f} ×" if done["floor"] else ""
        rows.append(
            (
                name,
                f"{done['seconds']:.1f} s",
                f"{done['work']:.1f} s",
                f"{done['before']:.0f} MiB" if done["before"] else "",
                f"{done['mebibytes']:.0f} MiB",
                f"{done['things']:,} {done['kind']}",
                times,
                bars,
            )
        )
    heads = (
        "job",
        "clock",
        "own processor",
        "memory before",
        "at its peak",
        "did",
        "ratio",
        "bars",
    )
    return table(heads, rows)


def peak_table(peak: Mapping[str, Any]) -> str:
    """The month-end peak: what was asked, how long it took, and how much of the processor it needed."""
    rows = [
        (kind, f"{one['requests']:,}", f"{one['median']:.1f} ms", f"{one['p99']:.1f} ms")
        for kind, one in peak["kinds"].items()
    ]
    every = f"{peak['requests']:,}", f"{peak['median']:.1f} ms", f"{peak['p99']:.1f} ms"
    return table(("asked for", "requests", "median", "p99"), [*rows, ("all", *every)])


def peak_words(peak: Mapping[str, Any]) -> str:
    """Who was at it, what went wrong, and the part of the processor that the service and its database had."""
    return (
        f"{peak['users']} users for {peak['seconds']:.0f} seconds: {peak['errors']} errors, "
        f"{peak['conflicts']} conflicts; the service and its database had {peak['share']:.0%} of "
        f"{peak['cores']} cores."
    )


def missed(found: Found) -> list[str]:
    """Every bar that is not held, in words."""
    ratios = [
        f"{one['job']}: {one['ratio']:.2f} × {one['floor']}, ≤ {one['bar']:g}"
        for one in found["pages"]
        if bar_of_page(one).endswith("not held")
    ]
    at_once = []
    for one, many in side_by_side(found["pages"]):
        more, tail = more_at_once(one, many)
        if one["job"] not in FLOORS.values():
            if not more.held:
                at_once.append(
                    f"{one['job']}: 16 clients {more.measured:.2f} × one, ≥ {more.bar:g}"
                )
            if not tail.held:
                at_once.append(f"{one['job']}: p99 {tail.measured:.2f} × median, ≤ {tail.bar:g}")
    chores = [
        f"{name}: {words}"
        for name, done in found["chores"].items()
        for words, bar in chore_bars(name, done).items()
        if not bar.held
    ]
    return [*ratios, *at_once, *chores]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown whose columns stand below each other; numbers, which every column but the first holds, right."""
    every = [tuple(heads), *map(tuple, rows)]
    wide = [max(len(row[place]) for row in every) for place in range(len(heads))]
    rule = ["-" * wide[0], *("-" * (one - 1) + ":" for one in wide[1:])]
    said = [line(row, wide) for row in every]
    return "\n".join([said[0], f"| {' | '.join(rule)} |", *said[1:]])


def line(row: Sequence[str], wide: Sequence[int]) -> str:
    """One line of a table."""
    cells = [
        row[0].ljust(wide[0]),
        *(one.rjust(by) for one, by in zip(row[1:], wide[1:], strict=True)),
    ]
    return f"| {' | '.join(cells)} |"


def as_found(
    about: Found,
    lines: Sequence[Line],
    queries: Mapping[str, int],
    chores: Mapping[str, Found],
    peak: Any | None,
) -> Found:
    """Everything that was measured, for a machine: milliseconds, bytes, seconds and MiB."""
    return {
        **about,
        "pages": [page(one, lines, queries) for one in lines],
        "chores": dict(chores),
        "peak": asdict(peak) if peak else None,
    }
