"""Standardised differences, what is said of them, and their edges."""

import math

import numpy as np
import pytest
from scipy.stats import hypergeom

from programme.representation import (
    Group,
    Verdict,
    by_chance,
    chance_of,
    compare,
    fair_draws,
    ordered,
    overall_difference,
    percent,
    signed,
    standardised_difference,
)


def mahalanobis(audited, caseload):
    """The difference of all groups as Yang and Dalton write it, with the matrix inverted."""
    t, c = np.array(audited[1:]), np.array(caseload[1:])
    cov = [np.diag(p) - np.outer(p, p) for p in (t, c)]
    return math.sqrt((t - c) @ np.linalg.inv((cov[0] + cov[1]) / 2) @ (t - c))


# By hand: 0.3 of the audited files, 0.5 of the caseload. (0.21 + 0.25) / 2 = 0.23, whose root is
# 0.479583; -0.2 / 0.479583 = -0.417029.
def test_a_worked_example_of_two_proportions():
    assert standardised_difference(0.3, 0.5) == pytest.approx(-0.417029, abs=1e-6)


@pytest.mark.parametrize(
    ("audited", "caseload", "expected"),
    [
        (0.0, 0.0, 0.0),
        (1.0, 1.0, 0.0),
        (0.4, 0.4, 0.0),
        (1.0, 0.0, math.inf),
        (0.0, 1.0, -math.inf),
        (0.0, 0.5, -0.5 / math.sqrt(0.125)),
        (0.5, 0.3, 0.2 / math.sqrt(0.23)),
    ],
)
def test_the_edges_of_two_proportions(audited, caseload, expected):
    assert standardised_difference(audited, caseload) == pytest.approx(expected)


# By hand, with three groups: t = (0.5, 0.3, 0.2), c = (0.4, 0.4, 0.2). q = 0.01/1.8 + 0.01/1.4 + 0
# = 0.0126984; d² = 4 × 0.0126984 / 0.9873016 = 0.0514469, d = 0.226819.
def test_a_worked_example_of_three_groups():
    found = overall_difference([0.5, 0.3, 0.2], [0.4, 0.4, 0.2])

    assert found == pytest.approx(0.226819, abs=1e-6)
    assert found == pytest.approx(mahalanobis([0.5, 0.3, 0.2], [0.4, 0.4, 0.2]))


@pytest.mark.parametrize("groups", [2, 3, 5, 12, 40])
def test_the_overall_difference_is_the_one_with_the_matrix(groups):
    chance = np.random.default_rng(groups)
    for _ in range(20):
        t, c = chance.dirichlet(np.ones(groups)), chance.dirichlet(np.ones(groups))
        assert overall_difference(t, c) == pytest.approx(mahalanobis(t, c), rel=1e-6)


def test_with_two_groups_it_is_the_size_of_the_single_one():
    assert overall_difference([0.3, 0.7], [0.5, 0.5]) == pytest.approx(0.417029, abs=1e-6)


@pytest.mark.parametrize(
    ("audited", "caseload", "expected"),
    [
        ([1.0], [1.0], 0.0),
        ([0.5, 0.5, 0.0], [0.5, 0.5, 0.0], 0.0),
        ([1.0, 0.0], [0.0, 1.0], math.inf),
        ([], [], 0.0),
    ],
)
def test_the_edges_of_the_overall_difference(audited, caseload, expected):
    assert overall_difference(audited, caseload) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("files", "group", "audited", "found"),
    [
        (100, 40, 20, 8),
        (100, 40, 20, 3),
        (100, 40, 20, 14),
        (10, 4, 10, 4),
        (5000, 2500, 400, 170),
        (12, 12, 5, 5),
    ],
)
def test_the_chance_is_the_tail_of_the_hypergeometric_distribution(files, group, audited, found):
    fair = hypergeom(files, group, audited)
    below = found <= audited * group / files
    expected = fair.cdf(found) if below else fair.sf(found - 1)

    assert chance_of(files, group, audited, found) == pytest.approx(expected, rel=1e-6)
    assert math.fsum(p for _, p in fair_draws(files, group, audited)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("sizes", "audited"), [((500, 300, 150, 50), 100), ((12,) * 40, 50), ((300, 300), 300)]
)
def test_what_a_fair_draw_gives_is_what_many_fair_draws_give(sizes, audited):
    chance = np.random.default_rng(4)
    shares = np.array(sizes) / sum(sizes)
    draws = chance.multivariate_hypergeometric(sizes, audited, size=400)
    squares = [overall_difference(draw / audited, shares) ** 2 for draw in draws]

    assert by_chance(sum(sizes), sizes, audited) == pytest.approx(
        math.sqrt(np.mean(squares)), rel=0.1
    )


def test_fair_draws_are_flagged_less_often_than_once_in_twenty():
    chance = np.random.default_rng(9)
    sizes = (500, 300, 150, 50)
    draws = chance.multivariate_hypergeometric(sizes, 100, size=300)
    tables = [compare(zip("ABCD", sizes, map(int, draw), strict=True)) for draw in draws]
    flagged = sum(len(table.flagged) for table in tables)

    assert flagged / (300 * len(sizes)) <= 0.05


def group(opened, audited, all_open=200, all_audited=60):
    return Group("A", opened, audited, all_open, all_audited)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (group(100, 30), Verdict.EXPECTED),
        (group(100, 29), Verdict.EXPECTED),  # d = -0.03
        (group(100, 18), Verdict.FEWER),  # d = -0.42
        (group(100, 42), Verdict.MORE),
        (group(100, 26), Verdict.TOO_FEW),  # d = -0.13, but chance gives it one time in seven
        (group(100, 4, all_audited=10), Verdict.TOO_FEW),
        (group(100, 0, all_audited=10), Verdict.FEWER),  # one time in a thousand by chance
        (group(1, 0), Verdict.TOO_FEW),  # d = -0.1, one file
        (group(2, 1, all_open=1000, all_audited=300), Verdict.TOO_FEW),  # d = 0.03, 0.6 expected
        (group(12, 10, all_open=960, all_audited=100), Verdict.MORE),
        (group(100, 0, all_audited=0), Verdict.NONE_AUDITED),
        (group(200, 60), Verdict.EXPECTED),  # the only group
        (group(200, 1, all_audited=1), Verdict.EXPECTED),
        (group(1, 1, all_open=1, all_audited=1), Verdict.EXPECTED),
        (group(3, 3, all_audited=200), Verdict.EXPECTED),  # everything is audited
    ],
)
def test_what_is_said_of_a_group(one, verdict):
    assert one.verdict == verdict
    assert one.stands_out == (verdict in {Verdict.FEWER, Verdict.MORE})


def test_shares_points_and_coverage():
    table = compare([("A", 50, 5), ("B", 150, 35), ("C", 0, 0)])
    first, second = table.groups

    assert (table.open, table.audited) == (200, 40)
    assert (first.open_share, first.audited_share, first.points) == (0.25, 0.125, -12.5)
    assert (first.coverage, second.coverage) == (0.1, 35 / 150)
    assert first.words == ("25.0%", "12.5%", "−12.5", "−0.32")
    assert table.flagged == ()  # each side of it 3 in a hundred by chance
    assert table.overall == pytest.approx(abs(first.difference))


def test_nothing_audited_says_so_and_has_no_differences():
    table = compare([("A", 5, 0), ("Not known", 3, 0)])

    assert table.overall is None
    assert table.by_chance == 0
    assert [one.verdict for one in table.groups] == [Verdict.NONE_AUDITED] * 2
    assert table.groups[0].words == ("62.5%", "–", "–", "–")
    assert table.groups[0].coverage == 0


def test_nothing_open_is_an_empty_table():
    table = compare([("A", 0, 0)])

    assert table.groups == ()
    assert (table.open, table.audited, table.overall) == (0, 0, None)


def test_all_audited_files_in_one_of_two_groups():
    table = compare([("A", 50, 20), ("B", 50, 0)])

    assert [one.verdict for one in table.groups] == [Verdict.MORE, Verdict.FEWER]
    assert [one.words[3] for one in table.groups] == ["+1.41", "−1.41"]


def test_all_files_audited_leaves_no_difference():
    table = compare([("A", 7, 7), ("B", 1, 1)])

    assert (table.overall, table.by_chance) == (0, 0)
    assert [one.verdict for one in table.groups] == [Verdict.EXPECTED] * 2


@pytest.mark.parametrize("counts", [(3, 4), (3, -1)])
def test_more_audited_than_open_is_a_mistake(counts):
    with pytest.raises(ValueError, match="cannot have been audited"):
        compare([("A", *counts)])


def test_two_groups_of_one_name_stay_apart():
    assert len(compare([("Ann", 2, 1), ("Ann", 3, 1)]).groups) == 2


def test_the_order_of_names():
    names = {"Not known", "white", "Asian", "5–9", "10–15"}

    assert ordered(names, ("5–9", "10–15"), "Not known") == [
        "5–9",
        "10–15",
        "Asian",
        "white",
        "Not known",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0.0, "0.0"),
        (-0.04, "0.0"),
        (1.25, "+1.2"),
        (-3.0, "−3.0"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_a_difference_in_words(value, words):
    assert signed(value, 1) == words


@pytest.mark.parametrize(("share", "words"), [(None, "–"), (0, "0.0%"), (1, "100.0%")])
def test_a_share_in_words(share, words):
    assert percent(share) == words
