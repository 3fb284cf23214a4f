"""One page of a list: the same rows in the same order, and what is joined is read for its own rows only."""

import pytest
from django.core.paginator import Paginator

from core.paging import rows_of_page
from people.models import Council
from tests.factories.people import CouncilFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order", [("name", "pk"), ("-pk",), ("code",)])
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_page_has_the_rows_and_the_order_of_the_list(order, number):
    for _ in range(10):
        CouncilFactory()
    page = Paginator(Council.objects.order_by(*order), 3).get_page(number)

    assert list(rows_of_page(page.object_list)) == list(page.object_list)


def test_a_page_of_nothing_is_empty(django_assert_max_num_queries):
    page = Paginator(Council.objects.order_by("pk").filter(code="none"), 3).get_page(9)

    with django_assert_max_num_queries(1):
        assert list(rows_of_page(page.object_list)) == []


def test_a_page_narrowed_by_another_table_has_each_row_once(django_assert_num_queries):
    made = CouncilFactory()
    CouncilFactory()
    page = Paginator(Council.objects.filter(pk=made.pk).order_by("name"), 3).get_page(1)

    with django_assert_num_queries(1):
        assert list(rows_of_page(page.object_list)) == [made]
