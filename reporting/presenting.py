"""Figures in words: what a cell says on a page and in a file. Plain."""

from dataclasses import dataclass

from reporting.figure import Cell, Column, Figure
from reporting.measures.numerals import number, percent

FEW, WITHHELD, NOTHING = "too few for a percentage", "withheld", "–"


@dataclass(frozen=True)
class Said:
    """A cell: its main words, and what stands smaller beneath them."""

    main: str
    small: str = ""
    to: str = ""


def interval(cell: Cell, kind: str) -> str:
    """31% to 86%, or nothing where there is none."""
    if cell.low is None or cell.high is None or cell.kept:
        return ""
    if kind == "share":
        return f"{percent(cell.low)} to {percent(cell.high)}"
    return f"{number(cell.low)} to {number(cell.high)}"


def said(cell: Cell, column: Column) -> Said:
    """What a cell says: a share with n of N and its interval, a mean with how many, or its words."""
    if cell.kept == "withheld":
        return Said(WITHHELD)
    if column.kind in {"words", "day"} or (cell.n is None and cell.text):
        return Said(cell.text or NOTHING, to=cell.to)
    if cell.n is None:
        return Said(NOTHING)
    if column.kind == "share" and cell.of is not None:
        return share_words(cell)
    if column.kind in {"mean", "days"}:
        behind = f"n = {cell.of}" if cell.of is not None else ""
        parts = [part for part in (behind, interval(cell, column.kind)) if part]
        return Said(number(cell.n), ", ".join(parts), cell.to)
    wanted = f"of {cell.of:,}" if cell.of is not None else ""
    return Said(number(cell.n), wanted or cell.text, cell.to)


def share_words(cell: Cell) -> Said:
    """62%, and beneath it 5 of 8 with the interval; without a percentage where too few are counted."""
    of = f"{number(cell.n or 0)} of {cell.of:,}"
    if cell.share is None:
        return Said(of, "", cell.to)
    span = interval(cell, "share")
    return Said(percent(cell.share), f"{of}, {span}" if span else of, cell.to)


@dataclass(frozen=True)
class Line:
    """One row of a table in words."""

    label: str
    cells: tuple[Said, ...]
    total: bool


def lines(figure: Figure) -> tuple[Line, ...]:
    """The rows of a figure in words."""
    return tuple(
        Line(
            row.label,
            tuple(
                said(cell, column) for cell, column in zip(row.cells, figure.columns, strict=True)
            ),
            row.total,
        )
        for row in figure.rows
    )


def list_behind(figure: Figure) -> str:
    """The path of the list behind a figure: that of its last total, or of its first cell that has one."""
    totals = [cell.to for row in figure.rows if row.total for cell in row.cells if cell.to]
    every = [cell.to for row in figure.rows for cell in row.cells if cell.to]
    return (totals[-1:] or every[:1] or [""])[0]


def has_few(figure: Figure) -> bool:
    """Whether some share stands without its percentage."""
    return any(cell.kept == "few" for row in figure.rows for cell in row.cells)


def has_withheld(figure: Figure) -> bool:
    """Whether some number is not shown."""
    return any(cell.kept == "withheld" for row in figure.rows for cell in row.cells)
