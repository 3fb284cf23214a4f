import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.mixed_linear_model import MixedLM

from moderation import shrinkage
from moderation.agreement import TooFew
from moderation.leniency import Alike, Auditor, Leniency, Moderated, leniency


def audits(auditors=4, each=10, spread=0.5, seed=1, weights=(1.0,), services=2):
    rng = np.random.default_rng(seed)
    own = rng.normal(0, spread, auditors)
    return [
        Moderated(
            who,
            round(0.2 + own[who] + 0.3 * (n % services) + rng.normal(0, 0.5)),
            weights[n % len(weights)],
            (f"service {n % services}",),
        )
        for who in range(auditors)
        for n in range(each)
    ]


def uneven(seed):
    """Three to six auditors, each with another number of audits and another mix of three services."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(8, 30, rng.integers(3, 7))
    own = rng.normal(0, 0.6, len(counts))
    return [
        Moderated(who, float(own[who] + 0.4 * service + rng.normal(0, 0.5)), 1.0, (str(service),))
        for who, n in enumerate(counts)
        for service in rng.integers(0, 3, n)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_unweighted_estimates_equal_mixedlm_at_its_ratio(seed):
    rows = uneven(seed)
    data = shrinkage.arrays(rows)
    sums = shrinkage.Sums.of(data)
    frame = pd.DataFrame({"y": data.y, "who": data.auditors})
    other = MixedLM(frame.y, data.x, groups=frame.who).fit(reml=True)
    ratio = float(np.asarray(other.cov_re)[0, 0] / other.scale)

    found = shrinkage.estimated(data, sums, ratio)

    effects = [float(np.asarray(other.random_effects[n])[0]) for n in range(len(data.names))]
    assert found.values == pytest.approx(effects, abs=1e-6)
    inverse, mix, sigma2 = sums.solved(ratio)
    assert mix == pytest.approx(np.asarray(other.fe_params), abs=1e-6)
    assert sigma2 == pytest.approx(other.scale, rel=1e-4)
    whole = np.linalg.inv(np.eye(len(rows)) + ratio * data.members.T @ data.members)
    assert inverse == pytest.approx(np.linalg.inv(data.x.T @ whole @ data.x), abs=1e-9)


def test_the_restricted_likelihood_alone_has_the_maximum_of_mixedlm():
    data = shrinkage.arrays(uneven(2))
    sums = shrinkage.Sums.of(data)
    frame = pd.DataFrame({"y": data.y, "who": data.auditors})
    other = MixedLM(frame.y, data.x, groups=frame.who).fit(reml=True)

    grid = np.linspace(-5, 3, 4001)
    best = grid[np.argmin([sums.cost(one) + 2 * one for one in grid])]

    assert float(np.exp(best)) == pytest.approx(
        float(np.asarray(other.cov_re)[0, 0] / other.scale), rel=0.01
    )


def test_estimates_are_pulled_towards_all_the_more_the_fewer_audits_there_are():
    rows = [Moderated(who, n % 2) for who in range(4) for n in range(20)]
    many = [Moderated(9, 1 + n % 2) for n in range(40)]

    few = leniency([*rows, *many[:8]], times=99).auditors[9]
    more = leniency([*rows, *many], times=99).auditors[9]

    assert 0 < few.value < more.value < 1
    assert more.high - more.low < few.high - few.low


def test_a_generous_auditor_lies_above_0_and_is_flagged():
    rows = [Moderated(who, (n + who) % 2) for who in range(5) for n in range(16)]
    rows += [Moderated(7, 1 + n % 2) for n in range(16)]

    found = leniency(rows)

    assert found.auditors[7].flagged
    assert found.auditors[7].low > 0
    assert [who for who, one in found.auditors.items() if one.flagged] == [7]
    assert found.rate == 0.05


def test_what_the_case_mix_explains_is_not_held_against_anybody():
    """The one who audits the harder service alone differs by that, and by nothing of their own."""
    rng = np.random.default_rng(3)
    rows = [
        Moderated(who, float(hard) + rng.normal(0, 0.3), 1.0, ("hard" if hard else "easy",))
        for who, share in enumerate([0.0, 0.2, 0.5, 0.8, 1.0])
        for hard in [n < 20 * share for n in range(20)]
    ]

    with_mix = leniency(rows)
    without = leniency([Moderated(row.auditor, row.difference) for row in rows])

    assert not any(one.flagged for one in with_mix.auditors.values())
    assert abs(with_mix.auditors[4].value) < 0.15
    assert without.auditors[4].flagged


def test_auditors_who_stand_for_a_service_each_cannot_be_told_from_it():
    rows = [
        Moderated(who, who + n % 2, 1.0, (f"service {who}",)) for who in range(4) for n in range(10)
    ]

    found = leniency(rows)

    assert not any(one.flagged for one in found.auditors.values())
    assert all(abs(one.value) < 0.2 for one in found.auditors.values())


def test_weights_count_in_the_average_and_in_each_auditor():
    rows = [Moderated(who, d, w) for who in range(3) for d, w in [(0, 1.0)] * 10 + [(1, 4.0)] * 10]

    found = leniency(rows)

    assert found.average == pytest.approx(0.8)
    assert all(one.value == pytest.approx(0, abs=1e-9) for one in found.auditors.values())


def test_scaled_weights_add_up_to_the_effective_number():
    data = shrinkage.arrays(audits(weights=(1.0, 4.0)))

    assert np.bincount(data.auditors, data.w) == pytest.approx([25**2 / 85] * 4)


def test_the_same_rows_give_the_same_figures():
    rows = audits(weights=(1.0, 5.0))

    assert leniency(rows) == leniency(rows[::-1])


# Too few, and odd input ---------------------------------------------------------------------------


def test_nobody_below_the_minimum_gets_a_figure():
    rows = [*audits(auditors=3, each=8), *[Moderated(9, 1)] * 7]

    found = leniency(rows)

    assert found.auditors[9] == TooFew(7, 8)
    assert all(isinstance(found.auditors[who], Auditor) for who in range(3))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], TooFew(0, 3)),
        ([Moderated(1, 0)], TooFew(0, 3)),
        (audits(auditors=2, each=30), TooFew(2, 3)),
        (audits(auditors=3, each=7), TooFew(0, 3)),
        ([*audits(auditors=2, each=8), *[Moderated(5, 1)] * 7], TooFew(2, 3)),
    ],
)
def test_too_few_auditors_say_so(rows, found):
    assert leniency(rows) == found


def test_a_case_mix_of_more_kinds_than_audits_bear_is_too_few():
    rows = [Moderated(who, n % 2, 1.0, (f"{who} {n}",)) for who in range(3) for n in range(8)]

    assert leniency(rows) == TooFew(24, 32)


@pytest.mark.parametrize("difference", [0, 1, -2])
def test_nobody_stands_out_where_all_differ_alike(difference):
    rows = [Moderated(who, difference) for who in range(3) for _ in range(8)]

    assert leniency(rows) == Alike(difference, 24)


def test_auditors_who_never_vary_by_themselves_are_told_apart():
    found = leniency([Moderated(who, who % 3) for who in range(6) for _ in range(10)])

    assert all(math.isfinite(one.low + one.high) for one in found.auditors.values())
    assert found.spread > 0


def test_no_variance_between_auditors_gives_intervals_about_0():
    found = leniency([Moderated(who, n % 2) for who in range(5) for n in range(20)])

    for one in found.auditors.values():
        assert one.value == pytest.approx(0, abs=1e-9)
        assert one.low < -0.01 < 0.01 < one.high
        assert not one.flagged


@pytest.mark.parametrize(
    "odd",
    [
        Moderated(1, math.nan),
        Moderated(1, math.inf),
        Moderated(1, 1e200),
        Moderated(1, None),
        Moderated(1, 1, math.nan),
        Moderated(1, 1, 0),
        Moderated(1, 1, -1),
        Moderated(1, 1, math.inf),
        Moderated(1, 1, 1.0, None),
    ],
)
def test_rows_of_which_nothing_can_be_said_are_left_out(odd):
    assert leniency([*audits(), odd]) == leniency(audits())


def test_rows_with_less_case_mix_than_others_are_taken_as_they_are():
    found = leniency([*audits(), *[Moderated(0, 1), Moderated(1, 0, 1.0, ("service 1", "plan"))]])

    assert isinstance(found, Leniency)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Moderated,
            st.integers(1, 4),
            st.integers(-3, 3),
            st.sampled_from([1.0, 2.0, 6.67]),
            st.tuples(st.sampled_from("ab"), st.sampled_from("xy")),
        ),
        max_size=120,
    )
)
def test_whatever_comes_there_is_an_answer_with_numbers(rows):
    found = leniency(rows, minimum=4, times=49)

    assert isinstance(found, TooFew | Alike | Leniency)
    if isinstance(found, Leniency):
        for one in found.auditors.values():
            if isinstance(one, Auditor):
                assert one.low <= one.value <= one.high
                assert 0 < one.chance <= 1
                assert one.flagged == (one.chance <= 0.05)
            else:
                assert one.n < 4
