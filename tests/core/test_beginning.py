"""What begins with what was typed."""

import pytest

from core.beginning import begins
from people.models import Council
from tests.factories.people import CouncilFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["2", "20", "2-", "A", "a", "é", "É", "ab", "%", "_", "ß", "", " ", "٣"]
)
def test_it_finds_what_a_search_without_case_finds(typed):
    for name in ("20-A", "2%", "a_b", "AB", "éa", "ÉB", "%x", "_y", "ßa", "٣x", "x2"):
        CouncilFactory(name=name)

    found = Council.objects.filter(begins("name", typed))

    plain = Council.objects.filter(name__istartswith=typed)
    assert set(found) == set(plain)


@pytest.mark.parametrize(
    ("typed", "way"), [("2026-0", "startswith"), ("x", "istartswith"), ("2x", "istartswith")]
)
def test_only_letters_have_a_case(typed, way):
    assert begins("name", typed).children == [(f"name__{way}", typed)]
