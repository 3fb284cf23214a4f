import subprocess
import sys
from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from moderation import estimation
from moderation.agreement import (
    Changes,
    Estimate,
    OneGrade,
    Pair,
    Spread,
    TooFew,
    ac2,
    agreement,
    calibration,
    changes,
    effective,
    kappa,
    matrix,
    spread,
    uncovered,
)

# 223 patients by two ways of diagnosis (Gwet 2014, 4 x 4 example), and 100 pregnancies by two abstractors.
DIAGNOSES = ((40, 4, 4, 17), (6, 25, 2, 13), (4, 1, 21, 12), (15, 5, 9, 45))
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))


def pairs_of(table, **more):
    return [
        Pair(before, after, **more)
        for before, row in enumerate(table, 1)
        for after, times in enumerate(row, 1)
        for _ in range(times)
    ]


def worst_and_lot(worst, lot, chance=0.15):
    """All audits at the worst grade, and of the others those that were drawn."""
    return [Pair(1, after, 1.0, "all") for after in worst] + [
        Pair(before, after, chance, "lot") for before, after in lot
    ]


MIXED = worst_and_lot(
    [1] * 20 + [2] * 4, [(2, 2)] * 20 + [(3, 3)] * 20 + [(3, 2)] * 8 + [(4, 4)] * 4
)


# Published examples and independent values --------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),  # Newcombe 1998, Stat. Med. 17:857-872, table I, method 3
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_examples(hits, n, low, high):
    found = estimation.wilson(np.array(hits / n), np.array(float(n)))

    assert [round(float(one), 4) for one in found] == [low, high]


@pytest.mark.parametrize(("hits", "n"), [(81, 263), (15, 148), (0, 20), (20, 20)])
def test_a_share_of_moderated_audits_is_wilsons_where_all_are_moderated(hits, n):
    pairs = [Pair(1, 1, stratum=str(i % 3)) for i in range(hits)]
    pairs += [Pair(1, 2, stratum=str(i % 2)) for i in range(n - hits)]

    found = agreement(pairs, 4)

    assert found.value == pytest.approx(hits / n)
    expected = estimation.wilson(np.array(hits / n), np.array(float(n)))
    assert (found.low, found.high) == pytest.approx([float(one) for one in expected])
    assert found.error == pytest.approx((hits / n * (1 - hits / n) / n) ** 0.5)


@pytest.mark.parametrize(
    (
        "hits",
        "n",
        "low",
    ),  # half a chi-square's 5th percentile with 2 x degrees, over n: 0.0513, 0.3554
    [(1, 29, 0.05129 / 29), (2, 40, 0.35536 / 40), (3, 60, 0.81769 / 60)],
)
def test_next_to_nothing_the_limit_is_brown_cai_and_dasguptas(hits, n, low):
    found = estimation.mended(np.array(hits / n), np.array(float(n)))
    mirrored = estimation.mended(np.array(1 - hits / n), np.array(float(n)))

    assert float(found[0]) == pytest.approx(low, abs=1e-5)
    assert float(mirrored[1]) == pytest.approx(1 - low, abs=1e-5)


def test_kappa_gives_the_example_of_fleiss_cohen_and_everitt():
    """Psychol. Bull. 72:323-327: weighted 0.507 with variance 0.003248, unweighted 0.429."""
    shares = np.array([[0.53, 0.05, 0.02], [0.11, 0.14, 0.05], [0.01, 0.06, 0.03]])
    alike = np.array([[1, 0, 0.4444], [0, 1, 0.6667], [0.4444, 0.6667, 1]])

    value, values = estimation.kappa(shares, alike)
    plain, _ = estimation.kappa(shares, np.eye(3))

    assert round(float(value), 3) == 0.507
    assert round(float((shares * values**2).sum() / 200), 6) == 0.003248
    assert round(float(plain), 3) == 0.429


@pytest.mark.parametrize("table", [DIAGNOSES, ABSTRACTORS])
def test_kappa_equals_statsmodels_where_all_are_moderated(table):
    found = kappa(pairs_of(table), len(table))

    other = cohens_kappa(np.array(table), wt="quadratic")
    assert found.value == pytest.approx(other.kappa, abs=1e-12)
    assert found.error == pytest.approx(other.std_kappa, abs=1e-12)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("table", "value", "error"),  # irrCAC 0.4.4 (Python), raw ratings, quadratic weights, 10 digits
    [(DIAGNOSES, 0.2985729967, 0.0753486106), (ABSTRACTORS, 0.9402368793, 0.0180104671)],
)
def test_ac2_equals_irrcac_where_all_are_moderated(table, value, error):
    found = ac2(pairs_of(table), len(table))

    assert (found.value, found.error) == pytest.approx((value, error), abs=1e-9)


# Twelve units by four raters, some missing (Gwet 2014, and with irrCAC as `raw_4raters`).
FOUR_RATERS = (
    (1, 1, None, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4),
    (4, 4, 4, 4), (1, 1, 2, 1), (2, 2, 2, 2), (None, 5, 5, 5), (None, None, 1, 1), (None, None, 3, None),
)  # fmt: skip


# Twelve invented cases by three people.
THREE_PEOPLE = (
    (3, 3, 4), (2, 2, 2), (4, 3, 4), (1, 2, 1), (3, 3, 3), (2, None, 3),
    (3, 4, 4), (2, 2, None), (3, 2, 3), (4, 4, 4), (None, None, 2), (3, 3, 2),
)  # fmt: skip


@pytest.mark.parametrize(
    (
        "cases",
        "grades",
        "quadratic",
        "value",
        "error",
    ),  # irrCAC 0.4.4 (Python), raw ratings, 10 digits
    [
        (FOUR_RATERS, 5, False, 0.7754440681, 0.1429499506),
        (FOUR_RATERS, 5, True, 0.9140007236, 0.1039622446),
        (THREE_PEOPLE, 4, False, 0.4106143981, 0.1511941718),
        (THREE_PEOPLE, 4, True, 0.8510516033, 0.0841846861),
    ],
)
def test_calibration_equals_gwets_example_and_irrcac(cases, grades, quadratic, value, error):
    found = calibration(cases, grades, quadratic=quadratic)

    assert (found.value, found.error) == pytest.approx((value, error), abs=1e-9)
    assert found.n == 11
    assert -1 < found.low < found.value < found.high < 1


def test_raised_less_lowered_is_agresti_and_mins_where_all_are_moderated():
    pairs = [Pair(2, 2)] * 30 + [Pair(2, 3)] * 4 + [Pair(2, 1)] * 9

    found = changes(pairs, 4).net

    n, d, moved = 45, -5 / 45, 14 / 45
    half = 1.959964 * ((moved - d * d) / n) ** 0.5
    assert found.value == pytest.approx(-5 / 43)
    # One phase of 43 pairs, eased by two: the variance is of 43, as the period has so many.
    half *= (45 / 43) ** 0.5
    assert (found.low, found.high) == pytest.approx((d - half, d + half), abs=1e-6)


# Weights ------------------------------------------------------------------------------------------


def test_weights_are_as_if_each_drawn_pair_were_there_so_many_times():
    once = worst_and_lot([1] * 9 + [2] * 3, [(2, 2)] * 9 + [(3, 2)] * 4 + [(4, 4)] * 9, chance=0.2)
    many = [pair for pair in once for _ in range(round(1 / pair.chance))]
    plain = [Pair(pair.before, pair.after) for pair in many]

    for figure in (kappa, ac2, agreement):
        assert figure(once, 4, minimum=1).value == pytest.approx(figure(plain, 4).value)
    assert changes(once, 4).net.value == pytest.approx(changes(plain, 4).net.value)
    assert matrix(once, 4).shares[2][1] == pytest.approx(matrix(plain, 4).shares[2][1])


def test_kappa_of_weighted_pairs_equals_statsmodels_on_the_whole():
    table = np.zeros((4, 4))
    for pair in MIXED:
        table[pair.before - 1, pair.after - 1] += 1 / pair.chance

    assert kappa(MIXED, 4).value == pytest.approx(cohens_kappa(table, wt="quadratic").kappa)


def test_matrix_counts_what_is_there_and_shares_all_it_stands_for():
    found = matrix(MIXED, 4)

    assert found.counts == ((20, 4, 0, 0), (0, 20, 0, 0), (0, 8, 20, 0), (0, 0, 0, 4))
    whole = 24 + 52 / 0.15
    assert found.shares[0][1] == pytest.approx(4 / whole)
    assert found.shares[2][1] == pytest.approx(8 / 0.15 / whole)
    assert sum(map(sum, found.shares)) == pytest.approx(1)


def test_sizes_decide_how_much_a_stratum_weighs():
    pairs = worst_and_lot([1] * 10, [(2, 2)] * 10 + [(2, 3)] * 10, chance=0.5)

    found = agreement(pairs, 4, sizes={"all": 10, "lot": 90})

    assert found.value == pytest.approx((10 + 45) / 100)
    assert uncovered(pairs, {"all": 10, "lot": 90, "2026-07 drawn": 30}) == 30
    assert uncovered([], {}) == 0


def test_a_stratum_never_holds_fewer_than_were_moderated():
    pairs = pairs_of(DIAGNOSES, stratum="a")

    assert kappa(pairs, 4, sizes={"a": 5}) == kappa(pairs, 4)


def test_a_stratum_drawn_with_two_chances_keeps_both():
    pairs = [Pair(2, 2, 0.5, "a")] * 20 + [Pair(2, 3, 0.25, "a")] * 20

    assert agreement(pairs, 4).value == pytest.approx(40 / 120)
    assert agreement(pairs, 4, sizes={"a": 240}).value == pytest.approx(40 / 120)


def test_a_period_that_is_moderated_in_full_is_known():
    pairs = pairs_of(DIAGNOSES)
    moved = changes(pairs, 4, about="period")

    for found in (
        kappa(pairs, 4, about="period"),
        ac2(pairs, 4, about="period"),
        agreement(pairs, 4, about="period"),
        moved.up,
        moved.down,
        moved.net,
    ):
        assert (found.low, found.high) == pytest.approx((found.value, found.value))


@pytest.mark.parametrize("figure", [kappa, ac2, agreement])
def test_a_period_is_known_better_than_the_practice(figure):
    practice, period = figure(MIXED, 4), figure(MIXED, 4, about="period")

    assert period.value == practice.value
    assert period.error < practice.error
    assert period.high - period.low < practice.high - practice.low


# Too few, and edges --------------------------------------------------------------------------------

FIGURES = {
    "kappa": kappa,
    "ac2": ac2,
    "agreement": agreement,
    "within": lambda *about, **more: agreement(*about, within=1, **more),
    "net": lambda *about, **more: changes(*about, **more).net,
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
@pytest.mark.parametrize("n", [0, 1, 5])
def test_too_few_pairs_say_so(figure, n):
    assert figure([Pair(1, 2)] * n, 4, minimum=6) == TooFew(n, 6)


@pytest.mark.parametrize(
    ("figure", "needed"), [(kappa, 20), (ac2, 20), (agreement, 10), (FIGURES["net"], 10)]
)
def test_the_minimum_is_enough_and_one_less_is_not(figure, needed):
    pairs = [Pair(1, 1), *[Pair(2, 2)] * (needed - 1)]

    assert isinstance(figure(pairs, 4), Estimate)
    assert figure(pairs[:-1], 4) == TooFew(needed - 1, needed)


def test_pairs_that_weigh_unevenly_count_for_fewer():
    pairs = worst_and_lot([1] * 18, [(2, 2)] * 2, chance=0.1)

    assert effective(pairs) == pytest.approx(38**2 / 218)
    assert kappa(pairs, 4) == TooFew(6, 20)
    assert matrix(pairs, 4).shares == TooFew(6, 10)
    assert matrix(pairs, 4).counts[0][0] == 18


def test_no_pairs_are_too_few_even_when_none_are_needed():
    assert kappa([], 4, minimum=0) == TooFew(0, 0)
    assert changes([], 4, minimum=0) == Changes(*[TooFew(0, 0)] * 3)


@pytest.mark.parametrize(
    "pairs",
    [[Pair(3, 3)] * 30, worst_and_lot([1] * 30, []), worst_and_lot([], [(4, 4)] * 25)],
)
def test_one_grade_leaves_kappa_without_meaning_and_ac2_uncertain(pairs):
    assert kappa(pairs, 4) == OneGrade(len(pairs))
    found = ac2(pairs, 4)
    assert found.value == pytest.approx(1)
    assert 0.5 < found.low < 0.999
    assert found.high == pytest.approx(1)


def test_complete_agreement_is_never_certain():
    pairs = worst_and_lot([1] * 10, [(2, 2)] * 15 + [(3, 3)] * 15)

    for figure in (kappa, ac2, agreement):
        found = figure(pairs, 4)
        assert found.value == pytest.approx(1)
        assert found.low < 0.95
        assert found.error == pytest.approx(0, abs=1e-9)
    assert changes(pairs, 4).up.high > 0.05
    assert changes(pairs, 4).net.low < 0 < changes(pairs, 4).net.high


def test_nothing_found_among_few_drawn_is_not_taken_for_certain():
    """Two of ten worst grades are raised; that none of twelve drawn is raised says little of the other 80."""
    found = changes(worst_and_lot([1] * 8 + [2] * 2, [(2, 2)] * 12), 4).up

    assert found.value == pytest.approx(2 / 90)
    assert found.high > 0.2


def test_one_auditor_who_knows_one_grade_has_a_kappa_of_nothing():
    assert kappa([Pair(2, 2)] * 15 + [Pair(2, 3)] * 15, 4).value == pytest.approx(0)


def test_a_stratum_with_one_row_leaves_numbers():
    pairs = worst_and_lot([1] * 30, [(2, 3)], chance=0.5)

    for figure in FIGURES.values():
        found = figure(pairs, 4, minimum=5)
        assert -1 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize("grades", [2, 3, 5])
def test_scales_of_other_lengths(grades):
    pairs = [Pair(1, 1), Pair(grades, grades), Pair(1, grades)] * 10

    assert kappa(pairs, grades).value == pytest.approx(
        cohens_kappa(np.array([[10, 10], [0, 10]])).kappa
    )


@pytest.mark.parametrize("chance", [0, -0.1, 1.01, float("nan")])
def test_a_chance_is_above_0_and_at_most_1(chance):
    with pytest.raises(ValueError, match="chance"):
        Pair(1, 1, chance)


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0), (5, 1), (1, 5)])
def test_a_grade_is_on_the_scale(before, after):
    with pytest.raises(ValueError, match=r"[Gg]rade"):
        kappa([Pair(before, after)], 4)


def test_a_scale_has_two_grades():
    with pytest.raises(ValueError, match="two grades"):
        matrix([], 1)


# Properties ---------------------------------------------------------------------------------------


@st.composite
def moderated(draw):
    grades = draw(st.integers(2, 5))
    rank = st.integers(1, grades)
    made = st.builds(
        Pair, rank, rank, st.sampled_from([1.0, 0.5, 0.15]), st.sampled_from(["a", "b", "c"])
    )
    return grades, draw(st.lists(made, min_size=1, max_size=40))


@settings(max_examples=60, deadline=None)
@given(moderated(), st.sampled_from(["practice", "period"]))
def test_every_figure_is_a_number_within_its_limits(about_pairs, about):
    grades, pairs = about_pairs

    for name, figure in FIGURES.items():
        found = figure(pairs, grades, about=about, minimum=1)
        if isinstance(found, OneGrade):
            continue
        # AC2 has no floor at -1: with quadratic weights chance alone may agree on more than half.
        lowest = {"kappa": -1, "net": -1, "ac2": -3}.get(name, 0)
        assert lowest - 1e-9 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1 + 1e-9
        assert found.error >= 0
        assert found.n == len(pairs)


@settings(max_examples=30, deadline=None)
@given(moderated(), st.randoms())
def test_the_order_of_pairs_makes_no_difference(about_pairs, random):
    grades, pairs = about_pairs
    mixed = random.sample(pairs, len(pairs))

    assert Counter(pairs) == Counter(mixed)
    for figure in (ac2, agreement):
        one, other = figure(pairs, grades, minimum=1), figure(mixed, grades, minimum=1)
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


@settings(max_examples=30, deadline=None)
@given(moderated())
def test_seen_from_the_other_side_raised_is_lowered_and_agreement_the_same(about_pairs):
    grades, pairs = about_pairs
    back = [Pair(pair.after, pair.before, pair.chance, pair.stratum) for pair in pairs]

    here, there = changes(pairs, grades, minimum=1), changes(back, grades, minimum=1)

    assert (here.up.value, here.up.low, here.up.high, here.net.value) == pytest.approx(
        (there.down.value, there.down.low, there.down.high, -there.net.value)
    )
    one, other = ac2(pairs, grades, minimum=1), ac2(back, grades, minimum=1)
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


# Calibration ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratings", "found"),
    [
        ([], TooFew(0, 2)),
        ([2, None], TooFew(1, 2)),
        ([2, 2], Spread((0, 2, 0, 0), 2, 2.0, 1.0)),
        ([1, 2, None], Spread((1, 1, 0, 0), 2, 1.5, 0.5)),
        ([3, 3, 4, 2, 3], Spread((0, 1, 3, 1), 5, 3.0, 0.6)),
    ],
)
def test_spread_of_one_case(ratings, found):
    assert spread(ratings, 4) == found


@pytest.mark.parametrize("ratings", [[0, 2], [2, 5]])
def test_a_spread_stays_on_the_scale(ratings):
    with pytest.raises(ValueError, match="scale"):
        spread(ratings, 4)
    with pytest.raises(ValueError, match="scale"):
        calibration([ratings], 4)


def test_calibration_of_few_cases_says_so():
    assert calibration([], 4) == TooFew(0, 10)
    assert calibration([[1, 2, 2]] * 9 + [[1, None, None]] * 5, 4) == TooFew(9, 10)
    assert isinstance(calibration([[1, 2, 2]] * 10, 4), Estimate)
    assert calibration([[1, 2]], 4, minimum=0) == TooFew(1, 2)


@pytest.mark.parametrize("quadratic", [True, False])
def test_calibration_in_which_all_agree_is_not_certain(quadratic):
    found = calibration([[3, 3, 3]] * 12, 4, quadratic=quadratic)

    assert found.value == pytest.approx(1)
    assert 0 < found.low < 0.999


def test_two_raters_without_gaps_are_a_pair():
    pairs = [Pair(a, b) for a, b in product(range(1, 5), repeat=2) for _ in range(1 + 3 * (a == b))]

    many = calibration([[pair.before, pair.after] for pair in pairs], 4)

    assert (many.value, many.error) == pytest.approx(
        (ac2(pairs, 4).value, ac2(pairs, 4).error), abs=1e-12
    )


def test_the_web_process_does_not_load_the_sums():
    """The plain modules are loaded at start, NumPy and statsmodels only when a figure is asked for."""
    code = "import sys, moderation.agreement, moderation.leniency, moderation.coverage; "
    code += "print({'numpy', 'scipy', 'statsmodels', 'django'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
