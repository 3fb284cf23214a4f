"""What the sections of an audit say beside each other and against the time before, chance kept apart. No query."""

from collections.abc import Iterable

from reporting.figure import Cell, Row
from reporting.measures.differences import side
from reporting.measures.shares import percent

SHARED = (
    "Several sections are compared at once, so a chance of 5% to be wrong is shared among them (Bonferroni), with Newcombe’s "
    "interval of the difference."
)


def ends_said(rows: Iterable[Row]) -> tuple[str, ...]:
    """Which section is met in most audits and which in fewest, where they differ by more than chance explains."""
    known = [(row.label, row.cells[-1]) for row in rows if row.cells[-1].share is not None]
    if len(known) < 2:
        return ("Too few audits to compare sections.",)
    ordered = sorted(known, key=lambda one: one[1].share or 0.0)
    (weak, low), (strong, high) = ordered[0], ordered[-1]
    if not side(counts_of(high), counts_of(low), questions=len(known)):
        return ("The sections do not differ by more than chance explains.",)
    return (
        f"Strongest: {strong}, met in {percent(high.share or 0)} of audits. "
        f"Weakest: {weak}, met in {percent(low.share or 0)}. The difference is more than chance explains.",
    )


def counts_of(*cells: Cell) -> tuple[int, int]:
    """So many of so many, of some cells together."""
    return sum(int(one.n or 0) for one in cells), sum(one.of or 0 for one in cells)


def moved_said(rows: list[Row], minimum: int) -> tuple[tuple[str, ...], str]:
    """Which sections moved against the four quarters before together, and whether any did; no signal where none can be
    compared."""
    least = max(minimum, 1)
    known = [
        (row.label, now, before)
        for row in rows
        for now, before in [(counts_of(row.cells[-1]), counts_of(*row.cells[:-1]))]
        if now[1] >= least and before[1] >= least
    ]
    if not known:
        return ("Too few audits to compare with the four quarters before.",), ""
    moved = [words for one in known if (words := moved_words(*one, questions=len(known)))]
    if moved:
        return tuple(moved), "signal"
    return (
        "No section differs from the four quarters before by more than chance explains.",
    ), "no signal"


def moved_words(
    title: str, now: tuple[int, int], before: tuple[int, int], *, questions: int
) -> str:
    """Says that a section moved, where the difference is more than chance explains; empty where it is not."""
    moved = side(now, before, questions=questions)
    if not moved:
        return ""
    (n, of), (earlier, all_of) = now, before
    return (
        f"{title} is {'better' if moved > 0 else 'worse'} than before: met in {percent(n / of)} of audits, "
        f"in {percent(earlier / all_of)} in the four quarters before."
    )
