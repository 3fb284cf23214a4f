from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.suppression import shown_of


@pytest.mark.parametrize(
    ("counts", "total", "withheld"),
    [
        ({}, False, ""),
        ({"a": 0}, False, "a"),
        ({"a": 4}, False, "a"),
        ({"a": 5}, True, ""),
        ({"a": 2, "b": 2}, False, "ab"),
        ({"a": 3, "b": 2}, True, "ab"),
        ({"a": 5, "b": 5}, True, ""),
        # One person could be told as the total less the others: the smallest other is withheld too.
        ({"a": 1, "b": 6, "c": 9}, True, "ab"),
        ({"a": 1, "b": 2, "c": 9, "d": 7}, True, "abd"),
        ({"a": 2, "b": 3, "c": 9}, True, "ab"),
        # Nobody in a group needs no other group to hide behind.
        ({"a": 0, "b": 6, "c": 9}, True, "a"),
        ({"a": 4, "b": 30}, True, "ab"),
    ],
)
def test_what_is_shown_and_what_is_withheld(counts, total, withheld):
    found = shown_of(counts)

    assert (found.total, found.withheld) == (total, frozenset(withheld))
    assert [found.shows(group) for group in counts] == [
        total and group not in withheld for group in counts
    ]


@pytest.mark.parametrize(("counts", "smallest"), [({"a": -1, "b": 9}, 5), ({"a": 9}, 0)])
def test_counts_begin_at_nothing(counts, smallest):
    with pytest.raises(ValueError, match="from 0"):
        shown_of(counts, smallest)


@pytest.mark.parametrize(("smallest", "shows"), [(1, True), (3, True), (4, False)])
def test_the_smallest_group_is_the_instruments_own(smallest, shows):
    assert shown_of({"a": 3, "b": 30}, smallest).shows("a") == shows


def derivable(counts, found):
    """Every set of groups whose total an attacker can work out by adding and taking away what is shown."""
    shown = [group for group in counts if found.shows(group)]
    sums = chain.from_iterable(combinations(shown, size) for size in range(len(shown) + 1))
    for some in sums:
        yield frozenset(some)
        if found.total:
            yield frozenset(counts) - frozenset(some)


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), max_size=7),
    st.integers(1, 8),
)
def test_no_subtraction_gives_a_group_smaller_than_the_smallest(counts, smallest):
    found = shown_of(counts, smallest)

    sizes = {sum(counts[group] for group in groups) for groups in derivable(counts, found)}

    assert all(size == 0 or size >= smallest for size in sizes)


@given(
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 40), min_size=1),
    st.integers(1, 8),
)
def test_no_more_is_withheld_than_has_to_be(counts, smallest):
    found = shown_of(counts, smallest)

    small = {group for group, count in counts.items() if count < smallest}
    assert found.total == (sum(counts.values()) >= smallest)
    if found.total and (sum(counts[group] for group in small) or smallest) >= smallest:
        assert found.withheld == small
