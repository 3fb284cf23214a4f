"""The numbers beside the menu: asked together, each person's own, and what each room would count by itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.counts import COUNTS, waiting, waiting_for
from core.models import Notice
from moderation.models import Moderation
from people.signed_in import read
from tests.factories.cast import cast
from tests.factories.core import NoticeFactory

pytestmark = pytest.mark.django_db
PAGES = sorted(COUNTS)


@pytest.mark.parametrize("who", ["worker", "auditor", "manager", "officer", "qa_head", "head"])
def test_all_numbers_come_in_one_query_and_are_those_of_each_page(who):
    people = cast("bexley")
    user = read(people.everybody()[who].pk, clock.today())
    NoticeFactory.create_batch(2, to=user)
    NoticeFactory(to=people.everybody()["former"])

    with CaptureQueriesContext(connection) as queries:
        found = waiting(user, PAGES)

    assert len(queries) == 1
    assert found["messages"] == Notice.objects.visible_to(user).filter(read_at=None).count() == 2
    assert {name: waiting_for(user, name) for name in found} == found
    assert all(waiting_for(user, name) == 0 for name in set(PAGES) - set(found))


def test_nobody_gets_the_numbers_of_somebody_else():
    first, second = cast("bexley"), cast("lancashire")
    for people, number in ((first, 1), (second, 3)):
        NoticeFactory.create_batch(number, to=people.officer)

    numbers = [waiting(one.officer, PAGES)["messages"] for one in (first, second, first)]

    assert numbers == [1, 3, 1]


def test_the_qa_team_counts_the_moderations_that_nobody_has_been_given_and_only_its_councils():
    people = cast("bexley")
    numbers = {
        who: waiting_for(people.everybody()[who], "moderations") for who in ("officer", "auditor")
    }

    assert numbers == {
        "officer": Moderation.objects.filter(council=people.council, state="awaiting").count(),
        "auditor": 0,
    }


def test_a_page_without_a_number_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        assert waiting_for(cast().worker, "my-work") == 0

    assert [one for one in queries if "COUNT" in one["sql"]] == []
