from datetime import date

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from learning.change import Change, change, newcombe, share, wilson, windows


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [
        # Newcombe 1998, Stat. Med. 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(n, of, low, high):
    assert wilson(n, of) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe 1998, Stat. Med. 17:873-890, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_gives_the_published_intervals(counts, low, high):
    assert newcombe(*counts) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize(("n", "of"), [(0, 12), (3, 12), (12, 12), (37, 211)])
def test_intervals_agree_with_another_library(n, of):
    assert wilson(n, of) == pytest.approx(proportion_confint(n, of, method="wilson"), abs=1e-9)
    assert newcombe(n, of, 5, 40) == pytest.approx(
        confint_proportions_2indep(n, of, 5, 40, method="newcomb", compare="diff"), abs=1e-9
    )


@pytest.mark.parametrize(("n", "of"), [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses_what_is_no_share(n, of):
    with pytest.raises(ValueError, match="share"):
        wilson(n, of)


@pytest.mark.parametrize(
    ("before", "after", "signal"),
    [
        ((20, 40), (5, 40), "fewer"),
        ((5, 40), (20, 40), "more"),
        ((12, 40), (8, 40), "none"),
        ((9, 9), (0, 40), "few"),
        ((9, 40), (0, 9), "few"),
        ((5, 10), (5, 10), "none"),
        ((5, 40), (0, 0), "early"),
        ((0, 0), (5, 40), "few"),
    ],
)
def test_change_says_something_only_where_chance_is_left_out(before, after, signal):
    assert change(before, after, minimum=10).signal == signal


def test_change_keeps_the_numbers_and_their_words():
    found = change((20, 40), (5, 40), minimum=10)

    assert (found.before.n, found.before.of, found.after.n, found.after.of) == (20, 40, 5, 40)
    assert (found.before.percent, found.after.interval) == ("50%", "5% to 26%")
    assert found.told
    assert found.points == "−38 points, 95% interval −54 to −17"
    assert found.says == "Fewer audits than before"


def test_change_has_no_percentage_of_too_few():
    found = change((2, 4), (1, 3), minimum=10)

    assert found == Change(share(2, 4), share(1, 3), "few")
    assert (found.told, found.points, found.says) == (False, "", "Too few to tell")
    assert (share(0, 0).percent, share(0, 0).interval) == ("", "")


def test_windows_leave_the_month_of_the_activity_out():
    assert windows(date(2026, 2, 28), 3) == (
        (date(2025, 11, 1), date(2026, 1, 1)),
        (date(2026, 3, 1), date(2026, 5, 1)),
    )
