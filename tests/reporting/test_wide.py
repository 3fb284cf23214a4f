"""Figures that count the same things do not stand together where one of them withholds something."""

from reporting.figure import Cell, Column, Figure, Row
from reporting.measures.suppression import withhold
from reporting.selectors.catalogue import MEASURES
from reporting.wide import LINKED, together


def table(code, *rows):
    """A table of counts with its total; each row is a label with its counts."""
    width = len(rows[0][1])
    columns = tuple(Column(f"c{place}", str(place)) for place in range(width))
    sums = tuple(Cell(n=sum(counts[place] for _, counts in rows)) for place in range(width))
    return Figure(
        code,
        code,
        "",
        "",
        columns,
        (
            *(Row(label, tuple(Cell(n=n) for n in counts)) for label, counts in rows),
            Row("All", sums, total=True),
        ),
    )


def test_what_one_table_hides_cannot_be_taken_from_another():
    # Outstanding 6, Good 21, Requires improvement 12, Inadequate 3, once by grade and once by service.
    by_grade = table("grades", ("O", [6]), ("G", [21]), ("R", [12]), ("I", [3]))
    by_service = table("grades-by-service", ("A", [3, 11, 6, 2]), ("B", [3, 10, 6, 1]))
    shown = {one.code: withhold(one, 5) for one in (by_grade, by_service)}

    assert set(together(shown)) == {"grades"}


def test_tables_that_withhold_nothing_stand_together():
    shown = {
        code: withhold(table(code, ("A", [8, 9]), ("B", [7, 12])), 5)
        for code in ("grades", "grades-by-service")
    }

    assert set(together(shown)) == {"grades", "grades-by-service"}


def test_a_figure_that_counts_something_else_is_left_alone():
    small = withhold(table("grades", ("A", [3]), ("B", [30])), 5)
    other = withhold(table("asked", ("A", [8]), ("B", [9])), 5)

    assert set(together({"grades": small, "asked": other})) == {"grades", "asked"}


def test_every_linked_code_is_a_figure_and_stands_once():
    codes = [code for one in LINKED for code in one]

    assert set(codes) <= set(MEASURES)
    assert len(codes) == len(set(codes))
