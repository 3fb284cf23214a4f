"""Means with their interval: against printed tables of Student's t."""

import pytest

from reporting.measures.means import interval, quantile


@pytest.mark.parametrize(
    ("freedom", "printed"), [(3, 3.182), (4, 2.776), (9, 2.262), (30, 2.042), (1000, 1.962)]
)
def test_the_quantile_is_that_of_the_tables(freedom, printed):
    assert quantile(freedom) == pytest.approx(printed, abs=0.005)


def test_two_degrees_of_freedom_are_too_few_for_the_expansion():
    with pytest.raises(ValueError, match="too few"):
        quantile(2)


def test_the_interval_lies_around_the_mean_and_within_the_scale():
    low, high = interval([4, 5, 6, 7, 8, 9], lowest=0, highest=10)

    assert (low, high) == (pytest.approx(4.537, abs=0.005), pytest.approx(8.463, abs=0.005))
    assert interval([0, 0, 0, 10], lowest=0, highest=10) == (0, 10)


@pytest.mark.parametrize("numbers", [[], [1, 2, 3], [7, 7, 7, 7, 7]])
def test_of_few_or_equal_numbers_nothing_can_be_said(numbers):
    assert interval(numbers, lowest=0, highest=10) is None
