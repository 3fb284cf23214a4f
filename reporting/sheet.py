"""The figures of a report as one long table: a line for each cell. Plain."""

from collections.abc import Iterator
from typing import Any

from reporting.builders.quality_report import Paper
from reporting.figure import Cell, Column, Figure

HEADER = (
    "council",
    "report",
    "period",
    "version",
    "data as at",
    "framework",
    "section",
    "number",
    "figure",
    "title",
    "row",
    "total row",
    "column",
    "kind",
    "n",
    "of",
    "share",
    "low",
    "high",
    "kept",
    "text",
)


def sheet(paper: Paper) -> Iterator[tuple[Any, ...]]:
    """The header, then each cell of each figure in the order they are printed."""
    yield HEADER
    common = (
        paper.council,
        paper.title,
        paper.period,
        paper.number,
        f"{paper.cut_at:%Y-%m-%d %H:%M}",
        paper.framework,
    )
    for part in paper.parts:
        for printed in part.figures:
            for line in cells(printed.figure):
                yield (*common, part.title, printed.number, *line)


def cells(figure: Figure) -> Iterator[tuple[Any, ...]]:
    """Each cell of a figure with its row and column."""
    for row in figure.rows:
        for column, cell in zip(figure.columns, row.cells, strict=True):
            yield (
                figure.code,
                figure.title,
                row.label,
                "yes" if row.total else "no",
                *values(column, cell),
            )


def values(column: Column, cell: Cell) -> tuple[Any, ...]:
    """A cell as numbers; a share is not worked out where too few are counted."""
    share = round(cell.share, 4) if column.kind == "share" and cell.share is not None else None
    bounds = (None, None) if cell.kept else (cell.low, cell.high)
    return (column.label, column.kind, cell.n, cell.of, share, *bounds, cell.kept, cell.text)
