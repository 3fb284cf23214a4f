"""Keeps what a run has measured in docs/benchmarks/, and writes from all that is kept what growth and capacity are.

Again from what is kept, without a run: `python -m benchmarks.record docs/benchmarks`.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import capacity, growth
from benchmarks.results import (
    Found,
    chores_table,
    missed,
    pages_table,
    peak_table,
    peak_words,
    throughput_table,
)
from benchmarks.sizes import SIZES
from tools.faults import Failed

SCALE = "scale.md"


def keep(found: Found, folder: Path) -> None:
    """Write a run's page and its figures, and then what is made of every run that is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{found['size']}.json").write_text(written, encoding="utf-8")
    rewrite(folder)


def rewrite(folder: Path) -> None:
    """Write every page anew from the figures that are kept."""
    runs = kept(folder)
    for one in runs:
        (folder / f"{one['size']}.md").write_text(run_page(one), encoding="utf-8")
    if len(runs) > 1:
        (folder / "growth.svg").write_text(growth.plot(runs), encoding="utf-8")
        (folder / "growth.md").write_text(growth_page(runs), encoding="utf-8")
    scale = folder.parent / SCALE
    if runs and scale.exists():
        scale.write_text(with_figures(scale.read_text(encoding="utf-8"), runs), encoding="utf-8")


def kept(folder: Path) -> list[Found]:
    """The runs that a folder holds, the smallest size first."""
    files = [folder / f"{size}.json" for size in SIZES]
    return [json.loads(one.read_text(encoding="utf-8")) for one in files if one.exists()]


def run_page(found: Found) -> str:
    """One run as a page: when and where, how much data, every job, and each bar held or not."""
    data = found["data"]
    about = (
        f"{found['on']}, on {found['machine']}. {data['users']:,} users, "
        f"{data['audits']:,} audits, {data['answers']:,} answers, {data['actions']:,} actions, "
        f"{data['lines']:,} lines of the trail; {data['bytes'] / 1000**3:.2f} GB. Making the data took "
        f"{made_words(found['made'])}, the run {found['took']:.0f} seconds in all."
    )
    parts = [
        f"# {found['size'].capitalize()}: {found['words']}",
        about,
        "Written by `./qa bench --record`; what the columns mean stands in [scale.md](../scale.md).",
        "## Pages",
        pages_table(found["pages"]),
        "## Sixteen clients against one",
        throughput_table(found["pages"]),
        "## Jobs of a worker",
        chores_table(found["chores"]),
    ]
    if peak := found["peak"]:
        parts += ["## Month-end peak", peak_words(peak), peak_table(peak)]
    said = missed(found)
    parts += ["## Bars that are not held", "\n".join(f"- {one}" for one in said) or "None."]
    return "\n\n".join(parts) + "\n"


def made_words(seconds: float) -> str:
    """How long the data took to make; a run may stand on data that were there."""
    return f"{seconds:.0f} seconds" if seconds else "no time, for they were there"


def growth_page(runs: Sequence[Found]) -> str:
    """What growth costs, with the plot."""
    said = [f"- {one['size']}: {one['words']}, {one['on']}" for one in growth.by_size(runs)]
    parts = [
        "# What growth costs",
        "The median of one client beside its floor in the same run, for a user of one council.",
        "\n".join(said),
        "![Ratio to the floor by size, times that of the smallest](growth.svg)",
        growth.growth_table(runs),
    ]
    return "\n\n".join(parts) + "\n"


def with_figures(text: str, runs: Sequence[Found]) -> str:
    """The page on scale with its tables written anew between their marks. Raises Failed where a mark is missing."""
    for name, words in figures(runs).items():
        begin, end = f"<!-- {name}: written by ./qa bench --record -->", f"<!-- end of {name} -->"
        found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not found.search(text):
            raise Failed(f"docs/{SCALE} has no place for {name}: {begin} … {end}")
        whole = f"{begin}\n\n{words}\n\n{end}"
        text = found.sub(lambda _, whole=whole: whole, text)  # type: ignore[misc]
    return text


def figures(runs: Sequence[Found]) -> dict[str, str]:
    """What is written into the page on scale, from the largest run that is kept."""
    largest = growth.by_size(runs)[-1]
    found = {"throughput": capacity.throughput_table(largest["pages"])}
    if largest["peak"] and largest["peak"]["work"]:
        cost = capacity.cost_of(largest["peak"], largest["data"], SIZES[largest["size"]].years)
        found["capacity"] = f"{capacity.words(largest, cost)}\n\n{capacity.needs_table(cost)}"
    if len(runs) > 1:
        found["growth"] = growth.growth_table(runs)
    return found


if __name__ == "__main__":
    rewrite(Path(sys.argv[1]))
