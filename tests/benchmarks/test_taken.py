"""What is made of the times of requests."""

import pytest

from benchmarks.taken import Taken


@pytest.mark.parametrize(
    ("times", "middle", "p99"),
    [
        ([], 0.0, 0.0),
        ([7.0], 7.0, 7.0),
        ([1.0, 3.0], 2.0, 3.0),
        ([*map(float, range(1, 100))], 50.0, 99.0),  # fewer than a hundred: the longest
        ([*map(float, range(1, 101))], 50.5, 99.99),
        ([1.0] * 199 + [1000.0], 1.0, 1.0),
        ([1.0] * 98 + [1000.0] * 2, 1.0, 1000.0),
    ],
)
def test_median_and_p99(times, middle, p99):
    found = Taken(times)

    assert (found.median, pytest.approx(found.p99)) == (middle, p99)


def test_rate_and_work_of_one_answer():
    found = Taken([5.0] * 40, seconds=2.0, work=0.4)

    assert (found.rate, found.each) == (20.0, pytest.approx(10.0))


def test_nothing_taken_has_no_rate():
    assert (Taken().rate, Taken().each) == (0.0, 0.0)


def test_two_measurements_of_a_job_are_one():
    both = Taken([1.0], 1.0, 10, 0.1) + Taken([2.0, 3.0], 2.0, 20, 0.2)

    assert both == Taken([1.0, 2.0, 3.0], 3.0, 20, pytest.approx(0.3))
