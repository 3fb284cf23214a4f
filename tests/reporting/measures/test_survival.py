"""How long things stay open: the curve and its interval are those published."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from actions.closing_time import Watched
from reporting.charts.forms import Step
from reporting.measures.survival import at, steps

# Freireich et al. (1963), Blood 21:699-716: weeks of remission under 6-mercaptopurine. The interval on the log-log
# scale is printed by Stata and SAS for these data.
RELAPSED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
STILL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
LEUKAEMIA = [Watched(one, True) for one in RELAPSED] + [Watched(one, False) for one in STILL]
PUBLISHED = [
    (6, 0.857, 0.6197, 0.9516),
    (7, 0.807, 0.5631, 0.9228),
    (10, 0.753, 0.5032, 0.8894),
    (13, 0.690, 0.4316, 0.8491),
    (16, 0.627, 0.3675, 0.8049),
    (22, 0.538, 0.2678, 0.7468),
    (23, 0.448, 0.1881, 0.6801),
]

watched = st.lists(
    st.builds(Watched, st.integers(1, 30), st.booleans(), st.integers(1, 3)), min_size=1
)


def test_the_curve_is_the_published_one():
    found = steps(LEUKAEMIA)

    assert [
        (one.days, round(one.share, 3), round(one.low, 4), round(one.high, 4)) for one in found
    ] == PUBLISHED


@given(watched)
def test_the_variance_equals_that_of_statsmodels(rows):
    found = steps(rows)
    days = [row.days for row in rows for _ in range(row.number)]
    closed = [row.closed for row in rows for _ in range(row.number)]
    if not any(closed):
        assert found == ()
        return
    theirs = SurvfuncRight(np.array(days), np.array(closed, dtype=int))

    assert [one.days for one in found] == list(theirs.surv_times)
    assert [one.share for one in found] == pytest.approx(list(theirs.surv_prob), abs=1e-12)
    for one, error in zip(found, theirs.surv_prob_se, strict=True):
        if one.share > 0:
            half = 1.959963984540054 * error / one.share / abs(np.log(one.share))
            assert one.low == pytest.approx(one.share ** np.exp(half), abs=1e-9)
            assert one.high == pytest.approx(one.share ** np.exp(-half), abs=1e-9)


@given(watched)
def test_the_curve_falls_between_its_bounds(rows):
    found = steps(rows)

    assert all(0 <= one.low <= one.share <= one.high <= 1 for one in found)
    assert all(one.share > two.share for one, two in pairwise(found))


def test_where_nothing_stays_open_the_bound_of_the_step_before_stands():
    found = steps([Watched(3, True), Watched(5, True)])

    assert found[1] == Step(5, 0.0, 0.0, found[0].high)


def test_of_nothing_there_is_no_curve():
    assert steps([]) == ()
    assert steps([Watched(3, False)]) == ()


def test_the_curve_is_read_on_any_day():
    found = steps(LEUKAEMIA)

    assert at(found, 5) == Step(0, 1.0, 1.0, 1.0)
    assert at(found, 6) == at(found, 6.5) == found[0]
    assert at(found, 400) == found[-1]
