"""What a figure shows to many readers (G-42): small numbers are withheld, and so is what would give them away. Plain.

First, each number below the smallest group is withheld, be it a count, either part of a share, or what a share or a mean
is of; nought is shown, for nobody is in it. Then an attacker is played: somebody who knows every number shown, every
total, and that none is below nought. For each number withheld, linear programming finds the least and the most that it
could be (Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4; Fischetti and Salazar,
Models and algorithms for optimizing cell suppression in tabular data with linear constraints, Journal of the American
Statistical Association 95, 2000: the attacker's problem). Where that is one number, or tells for certain that a group is
small, further cells are withheld with it, the smallest first, until it is neither (complementary suppression).

Totals that nobody declared count as well where the numbers add up: a reader can add. The chart and the sentences keep
only what the table still shows. A sentence, a named value, a note or words in a cell that tell a small number themselves
are left out whatever the table holds, also where the small number is what two of theirs are apart (`spoken`).
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from reporting.figure import Cell, Figure
from reporting.measures.additivity import Equation, Number, Sums, numbers
from reporting.measures.spoken import digits, tells_small
from reporting.measures.telling import Place, chart_of, small_free, teller

WITHHELD = Cell(kept="withheld")
CLOSE = 1e-6


def withhold(figure: Figure, smallest: int) -> Figure:
    """A figure as many may see it. Raises ValueError for a smallest group below 2, with which nothing is small.

    Paths to lists are left out: who reads this cannot open them.
    """
    if smallest < 2:
        raise ValueError("the smallest group is 2 or more")
    hidden = Table(figure).hidden(smallest)
    rows = tuple(
        replace(
            row,
            cells=tuple(
                WITHHELD
                if (at, column) in hidden or tells_small(cell.text, smallest)
                else replace(cell, to="")
                for column, cell in enumerate(row.cells)
            ),
        )
        for at, row in enumerate(figure.rows)
    )
    shown = replace(figure, rows=rows)
    tells = teller(figure, shown, hidden, smallest)
    return replace(
        shown,
        says=tuple(one for one in figure.says if not tells(one)),
        values={code: one for code, one in figure.values.items() if not tells(one.words)},
        notes=tuple(one for one in figure.notes if not tells(one, known=True)),
        chart=chart_of(shown, hidden, smallest, tells)
        if hidden
        else small_free(figure.chart, smallest),
    )


class Table:
    """A figure's table before an attacker who can add."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.numbers = numbers(figure)
        self.places = {number[:2] for number in self.numbers}
        self.by_number: dict[Number, list[Equation]] = defaultdict(list)
        for equation in dict.fromkeys(Sums(figure, self.numbers).equations()):
            for one in {*equation.parts, equation.total}:
                self.by_number[one].append(equation)

    def hidden(self, smallest: int) -> set[Place]:
        """The cells that may not be shown."""
        hidden = {number[:2] for number, value in self.numbers.items() if 0 < value < smallest}
        hidden |= {place for place in self._all_places() if self._cell(place).kept == "withheld"}
        waiting = sorted(hidden & self.places)
        while waiting:
            place = waiting[0]
            if self._safe(place, hidden, smallest) or not self.places - hidden:
                waiting.pop(0)
                continue
            more = self._more(place, hidden, smallest)
            hidden |= more
            waiting.extend(sorted(more))
        return hidden | self._silent(hidden)

    def _cell(self, place: Place) -> Cell:
        return self.figure.rows[place[0]].cells[place[1]]

    def _all_places(self) -> Iterator[Place]:
        for at, row in enumerate(self.figure.rows):
            for column in range(len(row.cells)):
                yield at, column

    def _silent(self, hidden: set[Place]) -> set[Place]:
        """What stands beside a withheld number and might tell it: means that do not say of how many, and words with digits."""
        rows = {at for at, _ in hidden}
        return {
            place
            for place in self._all_places()
            if place[0] in rows
            and place not in self.places
            and (self._cell(place).n is not None or digits(self._cell(place).text))
        }

    def _more(self, place: Place, hidden: set[Place], smallest: int) -> set[Place]:
        """What to withhold next: the least that makes a cell safe, be it one more cell beside it or the other three corners
        of a rectangle; else one cell, to go on from there.
        """
        left = self.places - hidden
        beside = [one for one in left if one[0] == place[0] or one[1] == place[1]]
        options = [{one} for one in beside or left]
        for at, column in left:
            corners = {(at, column), (place[0], column), (at, place[1])}
            if at != place[0] and column != place[1] and corners <= self.places:
                options.append(corners - hidden)
        options.sort(key=lambda some: (sum(map(self._cost, some)), sorted(some)))
        for some in options:
            if self._safe(place, hidden | some, smallest):
                return some
        return options[0]

    def _cost(self, place: Place) -> int:
        """How much is lost by withholding a cell: as many as it counts; noughts and totals come last."""
        value = max(self.numbers.get((*place, name), 0) for name in ("n", "of"))
        total = self.figure.rows[place[0]].total or self.figure.columns[place[1]].total
        return value + (0 if value else 10**6) + (10**9 if total else 0)

    def _safe(self, place: Place, hidden: set[Place], smallest: int) -> bool:
        """Whether no number of a withheld cell can be worked out, nor a small one be known to be small.

        What a share is of may be known where that is no small number.
        """
        for name in ("n", "rest", "of"):
            value = self.numbers.get((*place, name), 0)
            small = 0 < value < smallest
            if not small and (not value or name != self._main(place)):
                continue
            low, high = self.bounds((*place, name), hidden)
            least, most = math.ceil(low - CLOSE), high + CLOSE
            if most < least + 1 or (small and most < smallest):
                return False
        return True

    def _main(self, place: Place) -> str:
        return "n" if (*place, "n") in self.numbers else "of"

    def bounds(self, number: Number, hidden: set[Place]) -> tuple[float, float]:
        """The least and the most that a withheld number can be; `inf` where nothing bounds it."""
        from scipy.optimize import linprog  # noqa: PLC0415 - slow to load, and few pages need it

        unknown, matrix, right = self._system(number, hidden)
        if not matrix:
            return 0.0, math.inf
        goal = [1.0 if one == number else 0.0 for one in unknown]
        least = linprog(goal, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
        goal = [-one for one in goal]
        most = linprog(goal, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
        return least.fun, (-most.fun if most.status == 0 else math.inf)

    def _system(
        self, number: Number, hidden: set[Place]
    ) -> tuple[list[Number], list[list[float]], list[float]]:
        """The sums that a withheld number hangs on, also through others withheld, with what is shown put in."""
        unknown, todo = {number: 0}, [number]
        used: dict[Equation, None] = {}
        while todo:
            for equation in self.by_number[todo.pop()]:
                if equation in used:
                    continue
                used[equation] = None
                for one in (*equation.parts, equation.total):
                    known = one in self.numbers and one[:2] not in hidden
                    if not known and one not in unknown:
                        unknown[one] = len(unknown)
                        todo.append(one)
        matrix, right = [], []
        for equation in used:
            line, value = [0.0] * len(unknown), 0.0
            for one, sign in (*((part, 1.0) for part in equation.parts), (equation.total, -1.0)):
                if one in unknown:
                    line[unknown[one]] += sign
                else:
                    value -= sign * self.numbers[one]
            matrix.append(line)
            right.append(value)
        return list(unknown), matrix, right
