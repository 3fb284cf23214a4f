"""Numbers in sentences."""

import pytest

from reporting.wording import plural, those


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries"), (1.0, "1 entry")]
)
def test_one_is_one_and_all_others_are_many(number, words):
    assert plural(number, "entry", "entries") == words


def test_an_s_makes_many_and_the_verb_goes_with_the_number():
    assert [plural(2, "audit"), plural(1, "audit")] == ["2 audits", "1 audit"]
    assert [those(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]
