"""Time to close against published values: the 6-MP trial of Freireich and others (1963), in every textbook since."""

import pytest

from actions.closing_time import Times, Watched, after, curve, times

SIX_MP = [Watched(day, True) for day in (6, 6, 6, 7, 10, 13, 16, 22, 23)] + [
    Watched(day, False) for day in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
]
PLACEBO = [
    Watched(day, True)
    for day in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
]


def test_the_curve_of_the_treated_group():
    found = [(week, round(share, 3)) for week, share in curve(SIX_MP)]

    assert found == [
        (6, 0.857),
        (7, 0.807),
        (10, 0.753),
        (13, 0.690),
        (16, 0.627),
        (22, 0.538),
        (23, 0.448),
    ]


def test_the_medians_of_both_groups():
    assert (times(SIX_MP).median, times(PLACEBO).median) == (23, 8)


def test_a_quartile_that_is_not_reached_is_not_told():
    assert times(SIX_MP) == Times(lower=13, median=23, upper=None, closed=9, number=21)


def test_without_open_ones_it_is_the_plain_share():
    assert times(PLACEBO) == Times(lower=4, median=8, upper=12, closed=21, number=21)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], Times(None, None, None, 0, 0)),
        ([Watched(3, False)], Times(None, None, None, 0, 1)),
        ([Watched(0, True)], Times(0, 0, 0, 1, 1)),
        ([Watched(5, True), Watched(5, False)], Times(5, 5, None, 1, 2)),
        ([Watched(2, True, 3), Watched(9, True)], Times(2, 2, 2, 4, 4)),
        ([Watched(2, True, 2), Watched(9, True, 2)], Times(2, 2, 9, 4, 4)),
    ],
)
def test_the_edges(rows, expected):
    assert times(rows) == expected


def test_many_at_once_are_the_same_as_one_by_one():
    many = [Watched(6, True, 3), *SIX_MP[3:]]

    assert curve(many) == curve(SIX_MP)


def test_an_exact_half_counts_as_reached():
    assert after([(1, 2 / 3), (2, 0.5 + 1e-16)], 0.5) == 2
