import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.funnel import Funnel, best, funnel
from feedback.states import Outcome


@pytest.mark.parametrize(
    ("outcomes", "found"),
    [
        ([], Funnel(0, 0, 0, 0, 0, 0)),
        (["answered"], Funnel(1, 1, 0, 0, 0, 0)),
        ([None, "answered", "unsafe", "not_suitable"], Funnel(4, 1, 0, 0, 1, 1)),
        (["declined", "no_reply", "no_reply"], Funnel(3, 0, 1, 2, 0, 0)),
        (["something else"], Funnel(1, 0, 0, 0, 0, 0)),
    ],
)
def test_outcomes_are_counted(outcomes, found):
    assert funnel(outcomes) == found


def test_asked_reached_and_what_nobody_wrote_down():
    found = funnel(["answered", "answered", "declined", "no_reply", "unsafe", None, None])

    assert (found.wanted, found.asked, found.reached, found.not_recorded) == (7, 4, 3, 2)
    assert [number for _, number in found.steps] == [7, 4, 3, 2]


@given(st.lists(st.sampled_from([*Outcome, None, "other"])))
def test_everybody_is_counted_once(outcomes):
    found = funnel(outcomes)

    parts = (found.answered, found.declined, found.no_reply, found.unsafe, found.not_suitable)
    assert sum(parts) + found.not_recorded == found.wanted == len(outcomes)
    assert found.answered <= found.reached <= found.asked <= found.wanted
    assert found.not_recorded >= 0


@pytest.mark.parametrize(
    ("outcomes", "found"),
    [
        ([], None),
        (["no_reply", "answered"], "answered"),
        (["unsafe", "declined"], "declined"),
        (["not_suitable", "unsafe"], "unsafe"),
        (["other"], None),
    ],
)
def test_of_several_relatives_the_one_that_came_furthest_counts(outcomes, found):
    assert best(outcomes) == found
