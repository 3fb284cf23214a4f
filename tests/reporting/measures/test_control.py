"""Control charts: limits as Montgomery prints them, the rules at their edges, and what they say."""

import math
from dataclasses import replace

import pytest

from reporting.charts.forms import Mark
from reporting.measures.control import (
    NEAR,
    OUTSIDE,
    SHIFT,
    TAILS,
    TREND,
    Counted,
    Found,
    Rebase,
    control,
    exact,
    limits,
    rare,
)

MEASURE = "The share of audits graded Good or better"
# Montgomery, Introduction to Statistical Quality Control, 6th edition, table 7.1: leaking cans in samples of 50.
CANS = (
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22,
    8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
)  # fmt: skip
# The same, table 7.4: purchase orders of 25 weeks, how many there were and how many had errors.
ORDERS = [
    (100, 12), (80, 8), (80, 6), (100, 9), (110, 10), (110, 12), (100, 11), (100, 16), (90, 10), (90, 6),
    (110, 20), (120, 15), (120, 9), (120, 8), (110, 6), (80, 8), (80, 10), (80, 7), (90, 5), (100, 8),
    (100, 5), (100, 8), (100, 10), (90, 6), (90, 9),
]  # fmt: skip


def rows(counts, of=50):
    return [Counted(f"M{at}", n, of) for at, n in enumerate(counts)]


def rules(found):
    return {(one.rule, one.points, one.side) for one in found.found}


def around(*moves, of=100, before=12):
    """Points at the centre (50 of 100), then these; the centre is that of the first ones."""
    return control(MEASURE, rows([50] * before + [50 + one for one in moves], of), baseline=before)


def test_the_limits_of_samples_of_one_size_are_the_published_ones():
    found = control("Leaking cans", rows(CANS))
    point = found.chart.points[0]

    assert tuple(round(one, 4) for one in (point.centre, point.low, point.high)) == (
        0.2313,
        0.0524,
        0.4102,
    )
    outside = {one.points[0] + 1 for one in found.found if one.rule == OUTSIDE}
    assert outside == {15, 23}


def test_the_limits_without_the_samples_that_were_explained_are_the_published_ones():
    left = [n for at, n in enumerate(CANS, 1) if at not in (15, 23)]
    point = control("Leaking cans", rows(left)).chart.points[0]

    assert tuple(round(one, 4) for one in (point.centre, point.low, point.high)) == (
        0.2150,
        0.0407,
        0.3893,
    )


def test_the_limits_of_samples_of_several_sizes_are_the_published_ones():
    found = control("Orders", [Counted(str(at), n, of) for at, (of, n) in enumerate(ORDERS, 1)])
    points = found.chart.points

    assert round(points[0].centre, 4) == 0.0955
    # The book prints two decimals, worked out from rounded standard errors.
    assert [(round(one.low, 2), round(one.high, 2)) for one in points[:6:5]] == [
        (0.01, 0.18),
        (0.01, 0.18),
    ]
    assert (points[1].low, round(points[1].high, 2)) == (0.0, 0.19)
    assert [one.points[0] + 1 for one in found.found if one.rule == OUTSIDE] == [11]


def test_the_limits_end_at_nought_and_at_one():
    assert limits(0.02, 10)[0] == 0
    assert limits(0.98, 10)[1] == 1


def beyond(low, high, of, share):
    """The exact chance of fewer than the lower limit, and of more than the upper one."""
    tail = [math.comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(of + 1)]
    return sum(tail[:low]), sum(tail[high + 1 :])


RARE = [
    (share, of)
    for share in (0.01, 0.05, 0.1, 0.3, 0.9, 0.98)
    for of in (10, 20, 40, 80)
    if rare(share, of)
]


@pytest.mark.parametrize(("share", "of"), RARE)
def test_where_few_are_expected_a_false_alarm_is_as_rare_as_it_is_meant_to_be(share, of):
    """Montgomery's three standard errors leave 0.00135 on each side; exact binomial limits leave no more."""
    for errors, tail in TAILS.items():
        low, high = exact(share, of, tail)
        assert max(beyond(low, high, of, share)) <= tail
        # One count nearer would be too many.
        assert low == 0 or sum(beyond(low + 1, of, of, share)) > tail
        assert high == of or sum(beyond(0, high - 1, of, share)) > tail
        assert limits(share, of, errors) == (low / of, high / of)


@pytest.mark.parametrize(
    ("share", "of", "counts"),
    [(0.01, 40, (0, 3)), (0.02, 20, (0, 3)), (0.05, 40, (0, 7)), (0.1, 20, (0, 7)), (0.95, 40, (33, 40))],
)  # fmt: skip
def test_exact_limits_in_a_small_table(share, of, counts):
    assert exact(share, of, TAILS[3]) == counts


def test_standard_errors_would_raise_false_alarms_where_few_are_expected():
    share, of = 0.02, 20
    usual = math.floor(of * (share + 3 * math.sqrt(share * (1 - share) / of)))

    assert beyond(0, usual, of, share)[1] > 4 * TAILS[3]


def test_two_of_a_rare_kind_are_no_signal_and_many_are():
    """One in fifty of twenty each month: two of them lie beyond three standard errors, and are chance all the same."""
    quiet = rows([1, 0, 0, 0, 1] * 5, 20)
    two, five = (control(MEASURE, [*quiet, Counted("M", n, 20)]) for n in (2, 5))

    assert (rules(two), two.signal) == (set(), "no signal")
    assert {one.rule for one in five.found} == {OUTSIDE}


def test_the_published_limits_are_of_samples_with_enough_expected():
    assert not rare(0.23, 50)
    assert not rare(0.1, 50)
    assert rare(0.0999, 50)


# Points that are not settled: how many are counted, how many are still open.
@pytest.mark.parametrize(
    ("of", "open_", "judged"),
    [(90, 10, True), (90, 11, False), (100, 0, True), (18, 2, True), (18, 3, False)],
)
def test_a_point_of_which_more_than_a_tenth_is_open_is_not_judged(of, open_, judged):
    found = control(
        MEASURE, [*rows([50] * 12, 100), Counted("M12", of, of, open=open_)], baseline=12
    )

    assert found.chart.points[-1].joined is judged
    assert found.chart.points[-1].low is not None or not judged
    assert bool(found.found) is judged
    said = "The last months are not judged yet: too many grades are provisional."
    assert (found.says[-1] == said) is not judged
    assert found.says.count(said) == (not judged)


def test_an_open_point_among_judged_ones_is_said_as_some():
    open_ = Counted("M12", 50, 100, open=50)
    found = control(MEASURE, [*rows([50] * 12, 100), open_, *rows([50], 100)], unit="quarters")

    assert found.says[-1].startswith("Some quarters are not judged yet")


# Edges of the rules: how far the points after a quiet year lie from the centre, in points of a hundred, where one
# standard error is five.
@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        pytest.param((15,), set(), id="exactly on the limit"),
        pytest.param((16,), {(OUTSIDE, (12,), 1)}, id="beyond it"),
        pytest.param((-16,), {(OUTSIDE, (12,), -1)}, id="below"),
        pytest.param((1, 2, 1, 2, 1, 2), set(), id="six on one side"),
        pytest.param((1, 2, 1, 2, 1, 2, 1), {(SHIFT, tuple(range(12, 19)), 1)}, id="seven"),
        pytest.param((-1,) * 8, {(SHIFT, tuple(range(12, 20)), -1)}, id="eight below"),
        pytest.param((1, 2, 1, 0, 2, 1, 2, 1), set(), id="one on the centre ends the run"),
        pytest.param((-6, -4, -2, 0, 2, 4), set(), id="six rising"),
        pytest.param((-6, -4, -2, 0, 2, 4, 6), {(TREND, tuple(range(12, 19)), 1)}, id="seven rising"),
        pytest.param((6, 4, 2, 1, 0, -2, -4), {(TREND, tuple(range(12, 19)), -1)}, id="falling"),
        pytest.param((-6, -4, -2, -2, 0, 2, 4, 6), set(), id="an equal one ends the trend"),
        pytest.param((11, 1, 11), {(NEAR, (12, 14), 1)}, id="two of three"),
        # All three must lie on one side: a point on the centre is on none.
        pytest.param((11, 11), set(), id="two, where the one before lies on the centre"),
        pytest.param((11, -1, 11), set(), id="the third on the other side"),
        pytest.param((11, -11), set(), id="on two sides"),
        pytest.param((10, 10, 10), set(), id="exactly two standard errors"),
        pytest.param((11, 1, 1, 11), set(), id="two of four"),
        pytest.param((1, 16, 11), {(OUTSIDE, (13,), 1), (NEAR, (13, 14), 1)}, id="beyond three too"),
        pytest.param((-11, -1, -11, -1, -11), {(NEAR, (12, 14, 16), -1)}, id="they overlap"),
    ],
)  # fmt: skip
def test_a_rule_is_broken_from_its_edge_on(moves, expected):
    assert rules(around(*moves)) == expected


def test_the_limits_move_with_each_point_so_that_the_same_share_may_and_may_not_be_a_signal():
    quiet = [Counted(f"M{at}", 50, 100) for at in range(12)]
    many = control(MEASURE, [*quiet, Counted("many", 260, 400)], baseline=12)
    few = control(MEASURE, [*quiet, Counted("few", 26, 40)], baseline=12)

    assert rules(many) == {(OUTSIDE, (12,), 1)}
    assert rules(few) == set()


def test_a_point_of_few_is_shown_but_makes_no_signal_and_ends_no_run():
    run = [Counted(f"R{at}", 55, 100) for at in range(7)]
    small = [Counted("small", 0, 9)]
    quiet = rows([50] * 12, 100)
    found = control(MEASURE, [*quiet, *run[:3], *small, *run[3:]], baseline=12)
    point = found.chart.points[15]

    assert (point.value, point.joined, point.low, point.signal) == (0.0, False, None, "")
    assert rules(found) == {(SHIFT, (12, 13, 14, 16, 17, 18, 19), 1)}
    assert control(MEASURE, [*quiet, *small], baseline=12).signal == "no signal"


def test_a_point_of_nothing_has_no_value():
    found = control(MEASURE, [*rows([50] * 12, 100), Counted("none", 0, 0)], minimum=0)

    assert (found.chart.points[-1].value, found.chart.points[-1].joined) == (None, False)
    assert found.signal == "no signal"


@pytest.mark.parametrize(("points", "signal"), [(11, ""), (12, "no signal")])
def test_too_few_points_have_no_limits_and_no_verdict(points, signal):
    found = control(MEASURE, rows([25, 26] * 5 + [25] * (points - 10)))

    assert found.signal == signal
    assert (found.chart.points[0].centre is None) == (signal == "")
    if not signal:
        assert found.says == (
            f"{MEASURE}: too few points to tell; it takes 12 months with enough counted.",
        )


def test_of_nothing_nobody_can_tell():
    found = control(MEASURE, [])

    assert (found.signal, found.chart.points, len(found.says)) == ("", (), 1)


@pytest.mark.parametrize(("n", "word"), [(0, "nought"), (50, "all")])
def test_where_nothing_ever_varied_there_are_no_limits(n, word):
    found = control(MEASURE, rows([n] * 12))

    assert (found.signal, found.chart.points[0].low) == ("", None)
    assert found.says == (f"{MEASURE} has been {word} so far: there is nothing to tell apart.",)


def test_new_limits_start_a_stretch_of_their_own():
    found = control(
        MEASURE,
        rows([20, 22] * 6 + [35, 37] * 6),
        rebases=[Rebase(12, "New practice model")],
        marks=[Mark(3, "Inspection")],
    )

    assert [round(one.centre, 2) for one in found.chart.points[11:13]] == [0.42, 0.72]
    assert found.chart.marks == (
        Mark(3, "Inspection"),
        Mark(12, "New practice model", rebased=True),
    )
    assert (found.signal, rules(found)) == ("no signal", set())
    without = control(MEASURE, rows([20, 22] * 6 + [35, 37] * 6))
    assert without.signal == "signal"


def test_a_new_stretch_that_is_too_short_cannot_be_judged_yet():
    found = control(MEASURE, rows([20, 22] * 6 + [45] * 11), rebases=[Rebase(12, "New tool")])

    assert (found.signal, found.chart.points[-1].centre) == ("", None)
    assert found.chart.points[0].centre is not None


@pytest.mark.parametrize("at", [0, 12, 40])
def test_new_limits_at_either_end_change_nothing(at):
    found = control(MEASURE, rows([20, 22] * 6), rebases=[Rebase(at, "x")])

    assert found.chart.points[0].centre == pytest.approx(0.42)


@pytest.mark.parametrize(
    ("better", "side", "expected"),
    [
        ("up", 16, True),
        ("up", -16, False),
        ("down", 16, False),
        ("down", -16, True),
        (None, 16, None),
    ],
)
def test_a_signal_is_better_or_worse_where_the_measure_has_a_better_side(better, side, expected):
    found = control(MEASURE, rows([50] * 12 + [50 + side], 100), baseline=12, better=better)

    assert found.chart.points[-1].better is expected


def said(*moves, **more):
    return control(
        MEASURE, rows([50] * 12 + [50 + one for one in moves], 100), baseline=12, **more
    ).says


@pytest.mark.parametrize(
    ("moves", "sentence"),
    [
        ((0,), "moves within what chance explains."),
        ((16,), "lies above what chance explains in M12."),
        ((-16,), "lies below what chance explains in M12."),
        (
            (1, 2, 1, 2, 1, 2, 1),
            "has been above its average for 7 months in a row, since M12: more than chance explains.",
        ),
        (
            (-6, -4, -2, 0, 2, 4, 6),
            "has risen over 7 months in a row, since M12: more than chance explains.",
        ),
        (
            (6, 4, 2, 1, 0, -2, -4),
            "has fallen over 7 months in a row, since M12: more than chance explains.",
        ),
        (
            (-11, -1, -11),
            "was close to its lower limit in 2 of the last 3 months, up to M14: more than chance explains.",
        ),
    ],
)
def test_what_the_latest_point_says(moves, sentence):
    assert said(*moves) == (f"{MEASURE} {sentence}",)


def test_it_says_for_the_better_or_the_worse():
    assert said(16, better="up")[0].endswith("in M12, for the better.")
    assert said(16, better="down")[0].endswith("in M12, for the worse.")


def test_the_unit_is_said():
    assert "7 quarters in a row" in said(1, 2, 1, 2, 1, 2, 1, unit="quarters")[0]


def test_each_rule_that_the_latest_point_breaks_is_said_the_weightiest_first():
    first, second, *rest = said(1, 2, 1, 2, 1, 2, 16)

    assert "lies above" in first
    assert "7 months in a row" in second
    assert rest == []


def test_an_earlier_signal_is_named_and_is_none_of_now():
    found = control(MEASURE, rows([50] * 12 + [66, 50], 100), baseline=12)

    assert found.signal == "no signal"
    assert found.says == (
        f"{MEASURE} lies within what chance explains in M13.",
        "Earlier signals: M12.",
    )
    assert (
        control(MEASURE, rows([50] * 12 + [66, 50], 100), baseline=12, latest=3).signal == "signal"
    )


def test_a_point_bears_the_weightiest_of_its_rules():
    found = around(1, 2, 1, 2, 1, 2, 16)

    assert [one.signal for one in found.chart.points[12:]] == [SHIFT] * 6 + [OUTSIDE]
    assert replace(found.found[0]) == Found(OUTSIDE, (18,), 1)


def test_the_ceiling_passes_through():
    assert control(MEASURE, rows([5] * 12), ceiling=0.1).chart.ceiling == 0.1
