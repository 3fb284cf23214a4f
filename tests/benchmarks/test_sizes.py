"""Sizes and parts of them."""

import pytest

from benchmarks.sizes import LARGE, MEDIUM, SMALL, Size, fraction


@pytest.mark.parametrize(
    ("part", "councils"), [(1.0, 153), (0.02, 3), (0.5, 76), (0.001, 1), (0.0, 1)]
)
def test_fraction_has_at_least_one_council(part, councils):
    assert fraction(LARGE, part) == Size("large", councils, 10, 400)


def test_one_council_has_no_part():
    assert fraction(MEDIUM, 0.1) == MEDIUM


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (SMALL, "one council, one year"),
        (MEDIUM, "one council, 10 years"),
        (LARGE, "153 councils, 10 years"),
    ],
)
def test_words(size, words):
    assert size.words == words
