"""Parts of questions that are built once: lists of any length, and several numbers in one row."""

import pytest
from django.db.models import Count, Q

from core.among import NUMBER, Among, numbers_of
from core.prepared import KEY, LOWEST, Prepared
from people.models import OrgUnit
from tests.factories.cast import cast

pytestmark = pytest.mark.django_db
IDS, NAMES = [LOWEST - 31], [f"{KEY} names"]


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_a_list_of_any_length_stands_in_one_question(taken):
    cast()
    units = list(OrgUnit.objects.order_by("pk"))[:taken]
    by_id = Prepared(lambda: OrgUnit.objects.filter(Among("pk", IDS)).values_list("pk"))
    by_name = Prepared(lambda: OrgUnit.objects.filter(Among("name", NAMES)).values_list("pk"))

    assert {pk for (pk,) in by_id.rows({IDS[0]: [one.pk for one in units]})} == {
        one.pk for one in units
    }
    assert {pk for (pk,) in by_name.rows({NAMES[0]: [one.name for one in units]})} == {
        one.pk for one in units
    }


def test_numbers_of_no_rows_are_noughts():
    numbers = {**NUMBER, "teams": Count("pk", filter=Q(kind="team"))}

    assert list(numbers_of(OrgUnit.objects.all(), numbers)) == [(0, 0)]

    cast()
    assert list(numbers_of(OrgUnit.objects.all(), numbers)) == [(5, 2)]
