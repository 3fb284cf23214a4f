"""Wide versions: what is withheld, and what an attacker who can add finds out all the same (G-42)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from reporting.charts.forms import (
    Bar,
    ControlChart,
    CountRow,
    Counts,
    DotPlot,
    DotRow,
    Funnel,
    Heat,
    HeatMap,
    PairedBars,
    PairRow,
    Point,
    Series,
    SpanRow,
    Spans,
    StackedBars,
    Transitions,
)
from reporting.figure import Cell, Column, Figure, Row, Value
from reporting.measures.numerals import percent
from reporting.measures.shares import share, wilson
from reporting.measures.suppression import Table, withhold

SMALL = 5


def figure(columns, rows, **more):
    return Figure("x", "X", "About.", "Service", tuple(columns), tuple(rows), **more)


def counts(table, *, total_row=True, total_column=True):
    """A table of counts, with its totals where wanted."""
    names = [Column(f"c{at}", f"C{at}") for at in range(len(table[0]))]
    lines = [[*line, sum(line)] if total_column else list(line) for line in table]
    if total_column:
        names.append(Column("all", "All", total=True))
    made = [
        Row(f"R{at}", tuple(Cell(n=n, to="/list/") for n in line)) for at, line in enumerate(lines)
    ]
    if total_row:
        sums = [sum(column) for column in zip(*lines, strict=True)]
        made.append(Row("Together", tuple(Cell(n=n) for n in sums), total=True))
    return figure(names, made)


def shares(pairs, *, total=True):
    """A table of one share for each row."""
    made = [Row(f"R{at}", (share(n, of, minimum=10),)) for at, (n, of) in enumerate(pairs)]
    if total:
        n, of = (sum(one) for one in zip(*pairs, strict=True))
        made.append(Row("Together", (share(n, of, minimum=10),), total=True))
    return figure([Column("s", "S", "share")], made)


def shown(found):
    return [
        [None if cell.kept == "withheld" else cell.n for cell in row.cells] for row in found.rows
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param([[5, 6], [7, 8]], [[5, 6, 11], [7, 8, 15], [12, 14, 26]], id="nothing small"),
        pytest.param([[0, 6], [7, 0]], [[0, 6, 6], [7, 0, 7], [7, 6, 13]], id="nought is shown"),
        pytest.param(
            [[4, 6, 9], [7, 8, 20], [30, 31, 32]],
            [[None, None, 9, 19], [None, None, 20, 35], [30, 31, 32, 93], [41, 45, 61, 147]],
            id="one small takes its row's, its column's, and the fourth corner",
        ),
        pytest.param([[4]], [[None, None], [None, None]], id="alone"),
        pytest.param(
            [[3, 3], [6, 6]],
            [[None, None, None], [None, None, None], [9, 9, 18]],
            id="columns that say the same are known to, one step at a time",
        ),
    ],
)
def test_counts_are_withheld_with_what_gives_them_away(table, expected):
    assert shown(withhold(counts(table), SMALL)) == expected


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([(6, 12), (8, 20)], [6, 8, 14], id="nothing small"),
        pytest.param([(0, 12), (20, 20)], [0, 20, 20], id="none and all are shown"),
        pytest.param([(2, 12), (8, 20), (30, 60)], [None, None, 30, 40], id="few so"),
        pytest.param([(10, 12), (8, 20), (30, 60)], [None, None, 30, 48], id="few not so"),
        pytest.param([(0, 3), (8, 20), (30, 60)], [None, None, 30, 38], id="of few"),
        pytest.param([(0, 0), (8, 20), (30, 60)], [0, 8, 30, 38], id="of none"),
    ],
)
def test_a_share_is_withheld_for_either_of_its_parts(pairs, expected):
    assert [line[0] for line in shown(withhold(shares(pairs), SMALL))] == expected


def test_without_totals_one_cell_is_enough():
    found = withhold(counts([[4, 6], [7, 8]], total_row=False, total_column=False), SMALL)

    assert shown(found) == [[None, 6], [7, 8]]


def test_small_ones_that_are_small_together_take_a_third_with_them():
    found = withhold(counts([[2], [2], [30], [40]], total_column=False), SMALL)

    assert shown(found) == [[None], [None], [None], [40], [74]]


def test_a_sum_that_nobody_declared_is_known_too():
    columns = [Column("due", "Due"), Column("done", "Done"), Column("late", "Late")]
    rows = [
        Row("A", (Cell(n=12), Cell(n=9), Cell(n=3))),
        Row("B", (Cell(n=30), Cell(n=20), Cell(n=10))),
    ]

    first, second = shown(withhold(figure(columns, rows), SMALL))

    assert sum(one is None for one in first) >= 2
    assert second == [30, 20, 10]


def test_shares_that_make_up_a_whole_are_known_too():
    columns = [Column("yes", "Yes", "share"), Column("no", "No", "share")]
    rows = [Row("A", (share(3, 40, minimum=10), share(37, 40, minimum=10)))]

    assert shown(withhold(figure(columns, rows), SMALL)) == [[None, None]]


def test_shares_of_different_wholes_have_nothing_in_common():
    columns = [Column("a", "A", "share"), Column("b", "B", "share")]
    rows = [
        Row("A", (share(3, 40, minimum=10), share(20, 30, minimum=10))),
        Row("B", (Cell(n=6), share(20, 30, minimum=10))),
    ]

    assert shown(withhold(figure(columns, rows), SMALL)) == [[None, 20], [6, 20]]


def test_rows_that_make_up_a_whole_are_known_too():
    rows = [Row(name, (share(n, 40, minimum=10),)) for name, n in [("A", 3), ("B", 17), ("C", 20)]]

    found = shown(withhold(figure([Column("s", "S", "share")], rows), SMALL))

    assert found == [[None], [None], [20]]


def test_a_count_that_stands_in_two_columns_is_withheld_in_both_or_is_safe():
    columns = [Column("n", "Audits"), Column("good", "Good", "share")]
    rows = [
        Row("A", (Cell(n=4), share(0, 4, minimum=10))),
        Row("B", (Cell(n=20), share(10, 20, minimum=10))),
    ]

    assert shown(withhold(figure(columns, rows), SMALL)) == [[None, None], [20, 10]]


def test_a_mean_of_few_is_withheld_and_words_beside_it_that_hold_digits():
    columns = [Column("m", "Mean", "mean"), Column("d", "Days", "days"), Column("w", "W", "words")]
    rows = [
        Row("A", (Cell(n=6.5, of=4), Cell(n=12), Cell(text="4 of them"))),
        Row("B", (Cell(n=6.5, of=40), Cell(n=12), Cell(text="40 of them"))),
        Row("C", (Cell(n=6.5, of=3), Cell(), Cell(text="None"))),
    ]

    found = withhold(figure(columns, rows), SMALL)

    assert [[cell.kept for cell in row.cells] for row in found.rows] == [
        ["withheld"] * 3,
        ["", "", ""],
        ["withheld", "", ""],
    ]
    assert all(cell.n is None and not cell.text for cell in found.rows[0].cells)


def test_an_empty_cell_holds_nothing_and_hides_nothing():
    made = counts([[4, 6, 9], [7, 8, 20], [30, 31, 32]])
    rows = [Row("Empty", (Cell(), Cell(n=9), Cell(), Cell(n=9))), *made.rows]

    assert shown(withhold(figure(made.columns, rows), SMALL))[1][0] is None


def test_what_came_withheld_stays_so_and_paths_are_left_out():
    rows = [Row("A", (Cell(kept="withheld"), Cell(n=9, to="/x/")))]

    found = withhold(figure([Column("a", "A"), Column("b", "B")], rows), SMALL)

    assert found.rows[0].cells == (Cell(kept="withheld"), Cell(n=9))


def test_a_smallest_group_of_one_is_refused():
    with pytest.raises(ValueError, match="2 or more"):
        withhold(counts([[1]]), 1)


# --- what is said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "stays"),
    [
        ("Good practice is common.", True),
        ("There were 147 audits.", True),
        ("There were 147 audits, 4 of them in R0.", False),
        ("There were 147 audits, four of them in R0.", False),
        ("Only R0 had any.", False),
        ("It rose by 12.", False),
        ("It has been above its average for 7 months in a row, since April 2026.", True),
        ("It was 93 on 4 May 2026.", True),
        ("R2 had 93 of 147.", True),
    ],
)
def test_a_sentence_stays_where_it_says_only_what_the_table_shows(sentence, stays):
    made = counts([[4, 6, 9], [7, 8, 20], [30, 31, 32]])
    made = figure(
        made.columns,
        made.rows,
        says=(sentence,),
        values={"x": Value("X", sentence)},
        notes=("No percentage of fewer than 10.", "R0 had 4."),
    )

    found = withhold(made, SMALL)

    assert found.says == ((sentence,) if stays else ())
    assert set(found.values) == ({"x"} if stays else set())
    assert found.notes == ("No percentage of fewer than 10.",)


def test_a_percentage_that_is_shown_may_be_said():
    made = shares([(2, 12), (8, 20), (30, 60)])
    made = figure(
        made.columns, made.rows, says=("It is 30 of 60 (50%) in R2.", "It is 2 of 12 (17%) in R0.")
    )

    assert withhold(made, SMALL).says == ("It is 30 of 60 (50%) in R2.",)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("In these months 2 were opened and 1 signed off.", False),
        ("1 audit is left out.", False),
        ("One audit is left out.", False),
        ("It happened twice.", False),
        ("30 of 60 are late.", True),
        ("58 of 60 are returned.", False),
        ("0 of 60 are late.", True),
        ("33 of 40 are overdue, 30 of them by 12 weeks or more.", False),
        ("33 of 40 are overdue, 22 of them by 12 weeks or more.", True),
        ("8% are late.", False),
        ("8 per cent are late.", False),
        ("31% to 86%.", False),
        ("14 of 41 (34%, 22% to 49%) are good.", True),
        ("14 of 41 audits (34%) are good.", True),
        ("14 of 41 (34%) are good and 8% late.", False),
        ("40 of 41 (98%) are good.", False),
        ("9 of the 20 audits are finished.", True),
        ("The 95% interval of Q2, from 4 May 2026 on, 3 points wide.", True),
        ("It rose over 3 months, in 2 of the last 3 months.", True),
        ("No percentage of fewer than five.", True),
        ("12 steps, 7 of them on the highest rung reached, Rung 3: Director.", True),
        ("The mean is 3.4.", True),
    ],
)
def test_a_small_number_is_left_out_where_the_table_holds_none(text, stays):
    made = counts([[5, 6], [7, 8]])
    words = Row("In words", (Cell(text=text), Cell(), Cell()))
    made = figure(
        made.columns,
        [*made.rows, words],
        says=(text,),
        notes=(text,),
        values={"x": Value("X", text)},
    )

    found = withhold(made, SMALL)

    assert (found.says, found.notes) == (((text,), (text,)) if stays else ((), ()))
    assert ("x" in found.values) is stays
    assert found.rows[-1].cells[0] == (Cell(text=text) if stays else Cell(kept="withheld"))


def test_notes_of_a_chart_hold_no_small_number_either():
    many, few = SpanRow("A", 0.4, 0.2, 0.6, "n = 30"), SpanRow("B", 0.4, 0.2, 0.6, "n = 3")
    spans = drawn(Spans((many, few), 0, 1, 0.5, "low", "high"), [[5, 6], [7, 8]])
    dots = drawn(DotPlot((DotRow("A", 3.5, (), "2 answers"),), 0, 10), [[5, 6], [7, 8]])

    assert spans.rows == (many, replace(few, note=""))
    assert dots.rows[0].note == ""


# --- what is drawn --------------------------------------------------------------------------------

TABLE = [[4, 6, 9], [7, 8, 20], [30, 31, 32]]
SERIES = (Series("C0"), Series("C1"), Series("C2"))


def drawn(chart, table=TABLE):
    made = counts(table)
    return withhold(figure(made.columns, made.rows, chart=chart), SMALL).chart


def test_only_the_bars_of_rows_that_are_shown_whole_are_drawn():
    bars = tuple(Bar(f"R{at}", tuple(line), f"{sum(line)} audits") for at, line in enumerate(TABLE))

    assert drawn(StackedBars(SERIES, bars)) == StackedBars(SERIES, bars[2:])
    assert drawn(StackedBars(SERIES, (*bars[:2], Bar("Other", (4, 6, 9))))) is None
    assert drawn(StackedBars(SERIES, (Bar("R2", (30, 31, 32), "4 late"),))).bars[0].note == ""


def test_only_the_rows_that_are_shown_whole_are_drawn():
    assert drawn(Counts((CountRow("R0", 19), CountRow("R2", 93)))) == Counts((CountRow("R2", 93),))
    pairs = PairedBars("A", "B", (PairRow("R0", 0.1, 0.2), PairRow("R2", 0.3, 0.4)))
    assert drawn(pairs).rows == pairs.rows[1:]


def test_a_heat_map_keeps_its_shape_and_hides_rows():
    heat = HeatMap(("R0", "R2"), ("C0",), ((Heat(0.5, "4"),), (Heat(0.9, "30"),)), "low", "high")

    assert drawn(heat).cells == ((Heat(None, "withheld"),), (Heat(0.9, "30"),))
    assert drawn(HeatMap(("R0",), ("C0",), ((Heat(0.5, "4"),),), "low", "high")) is None


@pytest.mark.parametrize(
    "chart",
    [
        ControlChart("X", (Point("May", 10, 20, 0.5),)),
        Funnel((("A", 100), ("B", 50))),
        Transitions(("Good",), ((9,),), "From", "To"),
        None,
    ],
)
def test_other_charts_are_left_out_with_the_first_withheld_cell(chart):
    assert drawn(chart) is None
    assert drawn(chart, [[5, 6], [7, 8]]) == chart


@pytest.mark.parametrize(
    "chart",
    [
        ControlChart("X", (Point("May", 2, 20, 0.1),)),
        ControlChart("X", (Point("May", 18, 20, 0.9),)),
        Funnel((("A", 100), ("B", 97))),
        Funnel((("A", 100),), (("Declined", 3),)),
        Transitions(("Good",), ((3,),), "From", "To"),
        StackedBars(SERIES, (Bar("R0", (3, 6, 9)),)),
        Counts((CountRow("R0", 3),)),
    ],
)
def test_a_chart_that_holds_small_numbers_of_its_own_is_left_out(chart):
    assert drawn(chart, [[5, 6], [7, 8]]) is None


# --- the attack -----------------------------------------------------------------------------------

tables = st.integers(1, 3).flatmap(
    lambda wide: st.lists(
        st.lists(st.integers(0, 12), min_size=wide, max_size=wide), min_size=1, max_size=4
    )
)


class Attacker:
    """Somebody who knows the totals and every number shown, and that people come whole and are never fewer than nought."""

    def __init__(self, height, width):
        """The unknowns are the cells of a table with its totals at the end of each line."""
        self.height, self.width = height, width
        lines = []
        for at in range(height):
            lines.append({(at, c): 1 for c in range(width - 1)} | {(at, width - 1): -1})
        for c in range(width):
            lines.append({(at, c): 1 for at in range(height - 1)} | {(height - 1, c): -1})
        self.matrix = np.array([[line.get(self.cell(k), 0) for k in self.range] for line in lines])

    @property
    def range(self):
        return range(self.height * self.width)

    def cell(self, k):
        return divmod(k, self.width)

    def determined(self, open_cells):
        """The hidden cells that linear algebra alone gives away."""
        hidden = [k for k in self.range if self.cell(k) not in open_cells]
        part = self.matrix[:, hidden]
        rank = np.linalg.matrix_rank(part)
        for place, k in enumerate(hidden):
            one = np.zeros((1, len(hidden)))
            one[0, place] = 1
            if np.linalg.matrix_rank(np.vstack([part, one])) == rank:
                yield self.cell(k)

    def most(self, cell, open_cells, sign=-1):
        """The most (or the least) that a hidden cell can be, in whole people."""
        goal = np.zeros(len(self.range))
        goal[cell[0] * self.width + cell[1]] = sign
        low = [open_cells.get(self.cell(k), 0) for k in self.range]
        high = [open_cells.get(self.cell(k), 10_000) for k in self.range]
        found = milp(
            goal,
            constraints=LinearConstraint(self.matrix, 0, 0),
            integrality=np.ones(len(self.range)),
            bounds=Bounds(low, high),
        )
        return round(sign * found.fun)


def open_of(found):
    return {
        (at, c): cell.n
        for at, row in enumerate(found.rows)
        for c, cell in enumerate(row.cells)
        if cell.kept != "withheld"
    }


@settings(max_examples=30, deadline=None)
@given(tables, st.integers(2, 5))
def test_no_small_number_can_be_worked_out_of_rows_and_columns(table, smallest):
    made = counts(table)
    found = withhold(made, smallest)
    open_cells = open_of(found)
    attacker = Attacker(len(found.rows), len(found.columns))

    assert all(not 0 < n < smallest for n in open_cells.values())
    assert all(made.rows[at].cells[c].n == n for (at, c), n in open_cells.items())
    given_away = {
        cell: made.rows[cell[0]].cells[cell[1]].n for cell in attacker.determined(open_cells)
    }
    assert set(given_away.values()) <= {0}
    for k in attacker.range:
        cell = attacker.cell(k)
        if 0 < made.rows[cell[0]].cells[cell[1]].n < smallest:
            most = attacker.most(cell, open_cells)
            assert most >= smallest
            assert most > attacker.most(cell, open_cells, sign=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(2, 6))
def test_no_sentence_value_or_note_tells_a_small_number(n, rest, other, smallest):
    of = n + rest
    low, high = wilson(n, of) if of else (0, 0)
    texts = (
        f"In these months {n} were opened and {other} signed off.",
        f"{n} of {of} are late.",
        f"{n} of {of} audits ({percent(n / of if of else 0)}, {percent(low)} to {percent(high)}) are good.",
        f"{percent(n / of if of else 0)} are good.",
    )
    told = ((n, other, abs(n - other)), (n, of, rest), (n, of, rest), (1,))
    made = counts([[50, 60], [70, 80]])
    made = figure(
        made.columns,
        made.rows,
        says=texts,
        notes=texts,
        values={str(at): Value("X", text) for at, text in enumerate(texts)},
    )

    found = withhold(made, smallest)

    for at, (text, numbers) in enumerate(zip(texts, told, strict=True)):
        small = any(0 < one < smallest for one in numbers)
        for kept in (text in found.says, text in found.notes, str(at) in found.values):
            assert not (kept and small)
            assert kept or small or not of


pairs_of = st.lists(
    st.integers(0, 14).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(pairs_of, st.integers(2, 5))
def test_no_small_part_of_a_share_can_be_worked_out(pairs, smallest):
    made = shares(pairs)
    found = withhold(made, smallest)
    parts = [(of, n, of - n) for n, of in pairs]
    parts.append(tuple(sum(one) for one in zip(*parts, strict=True)))

    hidden = [row.cells[0].kept == "withheld" for row in found.rows]
    for at, (line, kept) in enumerate(zip(parts, hidden, strict=True)):
        assert kept or not any(0 < one < smallest for one in line)
        if not kept or hidden[-1]:
            continue
        # With the total known, what is hidden is known together only.
        for part in range(3):
            together = sum(one[part] for one, gone in zip(parts[:-1], hidden, strict=False) if gone)
            if 0 < parts[at][part] < smallest:
                assert together >= smallest


@settings(max_examples=20, deadline=None)
@given(tables, st.integers(2, 5))
def test_as_much_as_possible_is_shown_where_nothing_is_small(table, smallest):
    big = [[n * smallest for n in line] for line in table]

    assert Table(counts(big)).hidden(smallest) == set()


def related(rows):
    """A count, and two shares of it that leave a rest, for each row, with a total row."""
    columns = [
        Column("n", "Audits"),
        Column("good", "Good", "share"),
        Column("bad", "Bad", "share"),
    ]

    def cells(of, good, bad):
        return (Cell(n=of), share(good, of, minimum=10), share(bad, of, minimum=10))

    made = [Row(f"R{at}", cells(*line)) for at, line in enumerate(rows)]
    made.append(Row("Together", cells(*(sum(one) for one in zip(*rows, strict=True))), total=True))
    return figure(columns, made)


lines_of = st.lists(
    st.integers(0, 16).flatmap(
        lambda of: st.integers(0, of).flatmap(
            lambda good: st.tuples(st.just(of), st.just(good), st.integers(0, of - good))
        )
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=20, deadline=None)
@given(lines_of, st.integers(2, 5))
def test_what_shares_have_in_common_gives_nobody_away(rows, smallest):
    """Every row holds audits, those that are good, and those that are bad: both shares are of the audits."""
    truth = [*rows, tuple(sum(one) for one in zip(*rows, strict=True))]
    found = withhold(related(rows), smallest)
    shown_of = [[cell.kept != "withheld" for cell in row.cells] for row in found.rows]
    wide, high = 3, len(truth)
    known, unknowns = [], range(wide * high)

    def unit(at, column, factor=1.0):
        line = np.zeros(len(unknowns))
        line[at * wide + column] = factor
        return line

    # What the totals say, and every number shown.
    matrix = [
        sum((unit(at, column) for at in range(high - 1)), unit(high - 1, column, -1.0))
        for column in range(wide)
    ]
    right = [0.0] * wide
    for at, line in enumerate(truth):
        for column in range(wide):
            if shown_of[at][column]:
                known.append((at, column))
                matrix.append(unit(at, column))
                right.append(line[column])
                if column:
                    matrix.append(unit(at, 0))
                    right.append(line[0])
    # Neither part is more than the whole, and both together are not either.
    parts = [unit(at, 1) + unit(at, 2) - unit(at, 0) for at in range(high)]

    def extreme(goal, sign):
        answer = milp(
            sign * goal,
            constraints=[
                LinearConstraint(np.array(matrix), right, right),
                LinearConstraint(np.array(parts), -np.inf, 0),
            ],
            integrality=np.ones(len(unknowns)),
            bounds=Bounds(0, 10_000),
        )
        return round(sign * answer.fun)

    for at, line in enumerate(truth):
        for value, goal in (
            (line[0], unit(at, 0)),
            (line[1], unit(at, 1)),
            (line[0] - line[1], unit(at, 0) - unit(at, 1)),
            (line[2], unit(at, 2)),
            (line[0] - line[2], unit(at, 0) - unit(at, 2)),
        ):
            if 0 < value < smallest:
                most = extreme(goal, -1.0)
                assert most > extreme(goal, 1.0)
                assert most >= smallest
