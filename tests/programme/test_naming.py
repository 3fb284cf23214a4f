"""Who is named as moderator of each audit: a table of cases and their edges."""

import pytest

from programme.naming import least, name_each


@pytest.mark.parametrize(
    ("allowed", "load", "chosen"),
    [
        ([], {}, None),
        ([7], {7: 9}, 7),
        ([7, 3], {}, 3),
        ([3, 7], {3: 1}, 7),
        ([3, 7], {3: 1, 7: 1}, 3),
        ([7, 3], {9: 0}, 3),
    ],
)
def test_least_takes_the_one_with_the_fewest_and_then_the_lowest_id(allowed, load, chosen):
    assert least(allowed, load) == chosen


@pytest.mark.parametrize(
    ("allowed", "in_hand", "named"),
    [
        ({}, {}, {}),
        ({1: []}, {}, {}),
        ({1: [5, 6], 2: [5, 6], 3: [5, 6]}, {}, {1: 5, 2: 6, 3: 5}),
        ({1: [5, 6], 2: [5, 6]}, {5: 2}, {1: 6, 2: 6}),
        ({1: [5, 6], 2: [5, 6], 3: [5, 6]}, {5: 1}, {1: 6, 2: 5, 3: 6}),
        ({1: [5], 2: [], 3: [5, 6]}, {}, {1: 5, 3: 6}),
    ],
)
def test_each_audit_gets_whoever_has_the_fewest_in_hand_and_named_so_far(allowed, in_hand, named):
    before = dict(in_hand)

    assert name_each(allowed, in_hand) == named

    assert in_hand == before
