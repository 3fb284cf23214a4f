"""Which numbers of a table add up to which: what somebody who can add knows of it. Plain.

Total rows and columns count where they do add up; so do sums that nobody declared but that hold in every row, and columns
that say the same throughout.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from reporting.figure import Cell, Figure

# In place of a column: what is in none of a row's shares.
NONE_OF_THEM = -1
# A number of a cell: its row, its column, and which it is: `n` of a count or a share, the `rest` of a share, or what a
# share, a mean or days are `of`.
Number = tuple[int, int, str]


@dataclass(frozen=True)
class Equation:
    """Numbers that add up to another."""

    parts: tuple[Number, ...]
    total: Number


def numbers(figure: Figure) -> dict[Number, int]:
    """Every whole number of people in a figure's table."""
    return {
        (at, column, name): value
        for at, row in enumerate(figure.rows)
        for column, cell in enumerate(row.cells)
        for name, value in _numbers_of(cell, figure.columns[column].kind)
    }


def _numbers_of(cell: Cell, kind: str) -> Iterator[tuple[str, int]]:
    if kind in ("count", "share") and cell.n is not None:
        yield "n", round(cell.n)
    if cell.of is not None and kind in ("share", "mean", "days"):
        yield "of", cell.of
        if kind == "share" and cell.n is not None:
            yield "rest", cell.of - round(cell.n)


@dataclass(frozen=True)
class Sums:
    """A figure's numbers, and every sum of them that a reader can know of."""

    figure: Figure
    numbers: Mapping[Number, int]

    def equations(self) -> Iterator[Equation]:
        """The sums; a number that equals another is a sum of one."""
        names = sorted({(column, name) for _, column, name in self.numbers})
        rows = range(len(self.figure.rows))
        lines = [[(at, *name) for at in rows] for name in names]
        lines = [line for line in lines if any(self.numbers.get(one) for one in line)]
        for at, column, name in self.numbers:
            if name == "rest":
                yield Equation(((at, column, "n"), (at, column, "rest")), (at, column, "of"))
        yield from self._total_rows(names)
        yield from self._undeclared_total_rows(names)
        yield from self._total_columns()
        yield from self._undeclared_total_columns(lines)
        yield from self._same(lines)
        yield from self._whole_of()
        yield from self._within()

    def _if_it_adds_up(self, parts: Sequence[Number], total: Number) -> Iterator[Equation]:
        held = tuple(one for one in parts if one in self.numbers)
        if held and sum(self.numbers[one] for one in held) == self.numbers.get(total):
            yield Equation(held, total)

    def _total_rows(self, names: Sequence[tuple[int, str]]) -> Iterator[Equation]:
        """Each total row: the rows back to the total before it, and all rows above it; whichever add up."""
        start = 0
        for at, row in enumerate(self.figure.rows):
            if not row.total:
                continue
            every = [one for one in range(at) if not self.figure.rows[one].total]
            since = [one for one in every if one >= start]
            for name in names:
                for above in [since] if since == every else [since, every]:
                    yield from self._if_it_adds_up([(one, *name) for one in above], (at, *name))
            start = at + 1

    def _undeclared_total_rows(self, names: Sequence[tuple[int, str]]) -> Iterator[Equation]:
        """Rows that are the sum of all others throughout."""
        plain = [at for at, row in enumerate(self.figure.rows) if not row.total]
        for at in plain if len(plain) > 2 else ():
            found = [
                equation
                for name in names
                for equation in self._if_it_adds_up(
                    [(one, *name) for one in plain if one != at], (at, *name)
                )
            ]
            if len(found) == len(names):
                yield from found

    def _total_columns(self) -> Iterator[Equation]:
        columns = self.figure.columns
        for number, column in enumerate(columns):
            if column.total:
                others = [
                    at
                    for at, one in enumerate(columns)
                    if one.kind == column.kind and not one.total
                ]
                for at in range(len(self.figure.rows)):
                    yield from self._if_it_adds_up(
                        [(at, one, "n") for one in others], (at, number, "n")
                    )

    def _undeclared_total_columns(self, lines: list[list[Number]]) -> Iterator[Equation]:
        """Columns that are the sum of two others, or of all others, in every row."""
        for total in lines:
            if total[0][2] == "rest":
                continue
            others = [one for one in lines if one[0][1] != total[0][1] and one[0][2] != "rest"]
            for one, two in combinations(others, 2):
                if one[0][1] != two[0][1]:
                    yield from self._throughout([one, two], total)
            counts = [one for one in others if one[0][2] == "n"]
            if len(counts) > 2:
                yield from self._throughout(counts, total)

    def _throughout(self, parts: list[list[Number]], total: list[Number]) -> Iterator[Equation]:
        value = self.numbers.get
        across = list(zip(total, zip(*parts, strict=True), strict=True))
        if all(sum(value(one, 0) for one in some) == value(whole, 0) for whole, some in across):
            for whole, some in across:
                yield from self._if_it_adds_up(some, whole)

    def _same(self, lines: list[list[Number]]) -> Iterator[Equation]:
        """Columns that say the same in every row, and what all rows of a column are of."""
        value = self.numbers.get
        for one, two in combinations(lines, 2):
            if one[0][1] != two[0][1] and all(
                value(a) == value(b) for a, b in zip(one, two, strict=True)
            ):
                for a, b in zip(one, two, strict=True):
                    yield from self._if_it_adds_up([a], b)
        for line in lines:
            held = [one for one in line if one[2] == "of" and one in self.numbers]
            if len({self.numbers[one] for one in held}) == 1:
                for other in held[1:]:
                    yield from self._if_it_adds_up([held[0]], other)

    def _whole_of(self) -> Iterator[Equation]:
        """Shares that make up what they are of, along a row or down a column."""
        plain = [at for at, row in enumerate(self.figure.rows) if not row.total]
        columns = [at for at, column in enumerate(self.figure.columns) if not column.total]
        lines = [[(at, one, "n") for one in columns] for at in range(len(self.figure.rows))]
        lines += [[(at, one, "n") for at in plain] for one in columns]
        for line in lines:
            held = [one for one in line if one in self.numbers and (*one[:2], "of") in self.numbers]
            if len(held) > 1 and len({self.numbers[(*one[:2], "of")] for one in held}) == 1:
                yield from self._if_it_adds_up(held, (*held[0][:2], "of"))

    def _within(self) -> Iterator[Equation]:
        """Shares of the same whole that never are more than it together: a reader may know that nobody is in two of them.

        What is in none of them is a number of its own that no cell holds.
        """
        columns = [
            at
            for at, one in enumerate(self.figure.columns)
            if one.kind == "share" and not one.total
        ]
        found = []
        for at in range(len(self.figure.rows)):
            held = [(at, one, "n") for one in columns if (at, one, "rest") in self.numbers]
            ofs = {self.numbers[(*one[:2], "of")] for one in held}
            if len(held) < 2:
                continue
            if len(ofs) > 1 or sum(self.numbers[one] for one in held) > ofs.pop():
                return
            found.append(Equation((*held, (at, NONE_OF_THEM, "n")), (*held[0][:2], "of")))
        yield from found
