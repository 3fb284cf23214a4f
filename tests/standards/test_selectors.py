"""Reading editions."""

from datetime import date

import pytest

from standards.selectors import edition
from tests.factories.standards import edition_of

pytestmark = pytest.mark.django_db


def test_edition_reads_a_cold_edition_in_six_queries_and_a_warm_one_in_none(
    django_assert_num_queries,
):
    version = edition_of("northshire")

    with django_assert_num_queries(6):
        cold = edition(version)
    with django_assert_num_queries(0):
        warm = edition(version)

    assert warm is cold
    assert cold.effective_from == date(2026, 1, 1)
