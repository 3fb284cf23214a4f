"""Known truth, many replicates: whether intervals hold it as often as they say, and what weighing mends."""

import numpy as np
import pytest

from moderation.leniency import leniency
from tests.moderation.simulation import (
    MIX,
    SCENARIOS,
    TEAMS,
    Scenario,
    Team,
    alarms,
    drawn,
    figures,
    moderated,
    periods,
    run,
    truths,
)

REPLICATES = 4000
# Fewer than so many audits that differ are expected among the moderated: what is found is then 0, 1 or 2, and
# no interval without dice can cover 95 % at every truth; there it may cover more, and never less.
RARE = 8


@pytest.fixture(scope="module")
def lines():
    made = {}

    def of(at, about):
        if (at, about) not in made:
            made[at, about] = run(SCENARIOS[at], REPLICATES, at + 1, about)
        return {line.figure: line for line in made[at, about]}

    return of


def is_rare(scenario, figure, truth):
    moderated_ones = drawn(
        periods(scenario, 1, np.random.default_rng(1)), np.random.default_rng(1)
    ).n.sum()
    if figure in {"kappa", "AC2"}:
        return False
    if figure == "net":
        ranks = np.arange(4)
        sides = [scenario.table[ranks[:, None] < ranks], scenario.table[ranks[:, None] > ranks]]
        return min(float(side.sum()) for side in sides) * moderated_ones < RARE
    return min(truth, 1 - truth) * moderated_ones < RARE


@pytest.mark.parametrize(
    ("at", "about"),
    [(at, "practice") for at in range(len(SCENARIOS))] + [(0, "period"), (2, "period")],
)
def test_intervals_cover_what_they_say(lines, at, about):
    for name, line in lines(at, about).items():
        assert line.coverage >= 0.93, line
        if about == "practice" and not is_rare(SCENARIOS[at], name, line.truth):
            assert line.coverage <= 0.97, line


def test_weighing_mends_the_bias_of_moderating_all_inadequates(lines):
    found = lines(2, "practice")

    for name in ("exact", "changed down", "net", "kappa", "AC2"):
        line = found[name]
        assert abs(line.uncorrected_bias) > 10 * line.uncorrected_noise, line
        assert abs(line.bias) < abs(line.uncorrected_bias) / 10, line
    for name in ("exact", "within one", "changed up", "changed down", "net"):
        assert abs(found[name].bias) < 4 * found[name].noise, found[name]


def test_without_weights_the_interval_misses(lines):
    found = lines(2, "practice")

    for name in ("exact", "changed down", "net", "kappa"):
        assert found[name].uncorrected_coverage < 0.8


def test_kappas_own_bias_shrinks_as_there_are_more():
    """A ratio is not without bias in small samples; it is a hundredth at most and goes as 1 / n."""
    small, large = (
        {line.figure: line for line in run(Scenario("", n, MIX, 0.18, 0.03, 0.03, 0.01), 2000, 5)}
        for n in (200, 1600)
    )

    for name in ("kappa", "AC2"):
        assert abs(small[name].bias) < 0.01
        assert abs(large[name].bias) < 0.002


@pytest.mark.parametrize("about", ["practice", "period"])
def test_standard_errors_are_the_spread_of_the_figures(about):
    rng = np.random.default_rng(7)
    scenario = Scenario("", 800, MIX, 0.18, 0.03, 0.03, 0.01)
    audits = periods(scenario, 4000, rng)
    if about == "period":
        audits = np.repeat(audits[:1], 4000, axis=0)

    for name, found in figures(drawn(audits, rng), about).items():
        if name != "within one":
            ratio = np.mean(found[3] ** 2) / np.var(found[0])
            assert 0.88 < ratio < 1.12, (name, ratio)


@pytest.mark.parametrize("n", [20, 30, 60, 150])
def test_intervals_cover_where_all_are_moderated(n):
    scenario = Scenario("", n, (0.15, 0.35, 0.35, 0.15), 0.25, 0.15, 0.2, 0.02)
    rng = np.random.default_rng(n)
    audits = periods(scenario, 4000, rng)
    found = figures(drawn(audits, rng, percent=100))
    whole = truths(scenario.table)

    for name in ("exact", "changed up", "changed down", "net", "kappa", "AC2"):
        covered = np.mean((found[name][1] <= whole[name]) & (found[name][2] >= whole[name]))
        assert covered >= 0.93, (name, covered)
        # AC2 covers too much here, which errs on the safe side; the rarest share may.
        if n >= 60 and name not in {"AC2", "changed up"}:
            assert covered <= 0.97, (name, covered)
        assert covered <= 0.99, (name, covered)


# Leniency -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("team", [TEAMS[0], TEAMS[2]], ids=str)
def test_nobody_is_flagged_more_often_than_stated_when_nobody_differs(team):
    """At most 5 %, give or take three standard errors of 2000 replicates, 1.5 points."""
    anybody, each, covered = alarms(team, 2000, 3, times=39)

    assert anybody <= 0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5
    assert each <= anybody
    assert covered >= 0.95


@pytest.mark.parametrize("spread", [0.2, 0.35, 0.5])
def test_intervals_of_auditors_cover_what_they_say(spread):
    anybody, _, covered = alarms(Team(12, 600, spread), 250, 4, times=39)

    assert 0.93 <= covered <= 0.97
    assert anybody > 0.5


def test_an_auditor_far_from_all_is_flagged_and_nobody_else_is():
    rng = np.random.default_rng(6)
    flagged = []
    for _ in range(50):
        _, rows = moderated(Team(8, 320, 0.0), rng)
        from_all = [
            row if row.auditor else type(row)(0, row.difference + 1, row.weight, row.mix)
            for row in rows
        ]
        found = leniency(from_all, times=199).auditors
        flagged.append([who for who, one in found.items() if getattr(one, "flagged", False)])

    assert sum(0 in one for one in flagged) >= 40
    assert sum(any(who for who in one) for one in flagged) <= 10
