"""Shares: the interval is Wilson's, as published and as statsmodels has it; cells read as they should."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from reporting.figure import Cell, Column
from reporting.measures.numerals import percent
from reporting.measures.shares import share, wilson, words

SHARE = Column("good", "Good", "share")
COUNT = Column("n", "Audits")
MEAN = Column("mean", "Mean", "mean")


# Newcombe (1998), table I, method 3.
@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(n, of, low, high):
    assert tuple(round(one, 4) for one in wilson(n, of)) == (low, high)


@pytest.mark.parametrize("of", [1, 2, 7, 40, 1000])
def test_the_interval_equals_that_of_statsmodels(of):
    for n in range(0, of + 1, max(1, of // 20)):
        assert wilson(n, of) == pytest.approx(proportion_confint(n, of, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(("n", "of"), [(-1, 5), (6, 5), (1, 0), (0, 0)])
def test_what_is_no_share_is_refused(n, of):
    with pytest.raises(ValueError, match="is no share"):
        wilson(n, of)


@pytest.mark.parametrize(
    ("n", "of", "said"),
    [
        (8, 12, "8 of 12 (67%, 39% to 86%)"),
        (0, 10, "0 of 10 (0%, 0% to 28%)"),
        (10, 10, "10 of 10 (100%, 72% to 100%)"),
        (2, 5, "2 of 5"),
        (9, 9, "9 of 9"),
        (0, 0, "–"),
        (1, 1500, "1 of 1,500 (under 1%, under 1% to under 1%)"),
    ],
)
def test_a_share_reads_with_its_counts_and_never_as_a_percentage_of_few(n, of, said):
    assert words(share(n, of, minimum=10), SHARE) == said


@pytest.mark.parametrize(
    ("cell", "column", "said"),
    [
        (Cell(kept="withheld"), SHARE, "withheld"),
        (Cell(n=3, kept="withheld"), COUNT, "withheld"),
        (Cell(), COUNT, "–"),
        (Cell(), SHARE, "–"),
        (Cell(n=0), COUNT, "0"),
        (Cell(n=1234), COUNT, "1,234"),
        (Cell(text="Yes"), Column("w", "W", "words"), "Yes"),
        (Cell(n=6.25, of=8, low=5.1, high=7.44), MEAN, "6.2 (5.1 to 7.4, of 8)"),
        (Cell(n=7.0, of=8), MEAN, "7.0 (of 8)"),
        (Cell(n=21), Column("d", "Days", "days"), "21"),
        (Cell(n=8, of=12), SHARE, "8 of 12 (67%)"),
    ],
)
def test_a_cell_reads(cell, column, said):
    assert words(cell, column) == said


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (0, "0%"),
        (0.004, "under 1%"),
        (0.005, "1%"),
        (0.125, "13%"),
        (0.996, "over 99%"),
        (1, "100%"),
    ],
)
def test_a_percentage_is_whole_and_honest_at_the_ends(part, said):
    assert percent(part) == said
