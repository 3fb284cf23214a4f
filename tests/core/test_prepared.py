"""Queries that are built once: what they give is what Django would give, for each who asks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F, Func, IntegerField, Q
from django.test.utils import CaptureQueriesContext

from core.models import Notice
from core.notices import newest
from core.prepared import (
    COUNCIL,
    DAY,
    KEY,
    MOMENT,
    PEOPLE,
    POSTS,
    USER,
    Prepared,
    Unfilled,
    filled,
    ids,
)
from people.models import PostHolding, User
from tests.factories.cast import cast
from tests.factories.core import NoticeFactory

pytestmark = pytest.mark.django_db


def test_a_stand_in_is_filled_also_inside_a_list_and_alone_it_stands_for_a_list():
    values = {USER: 7, PEOPLE: [1, 2], DAY: date(2026, 5, 4)}

    given = [USER, [USER], [PEOPLE], [], DAY, "draft", True, 3, None]

    expected = [7, [7], [1, 2], [], date(2026, 5, 4), "draft", True, 3, None]
    assert [filled(one, values) for one in given] == expected


@pytest.mark.parametrize(
    "left",
    [
        USER,
        COUNCIL,
        PEOPLE,
        POSTS,
        USER - 1,
        DAY,
        MOMENT,
        DAY + timedelta(28),
        date(9, 1, 1),
        KEY,
        f"%{KEY}%",
    ],
)
def test_a_stand_in_for_which_nothing_is_given_is_asked_of_nobody(left):
    for given in (left, [left], [1, left]):
        with pytest.raises(Unfilled):
            filled(given, {-1: 7})


@pytest.mark.parametrize(
    "plain",
    [
        *(0, -1, -(2**60), 2**62, True, "", "a key", date(1900, 1, 1)),
        datetime(1970, 1, 1, tzinfo=UTC),
    ],
)
def test_what_is_no_stand_in_stays_as_it_is(plain):
    assert filled(plain, {}) == plain


def test_a_query_that_misses_a_value_is_not_sent():
    mine = Prepared(lambda: User.objects.filter(pk=USER, council=COUNCIL).values_list("pk"))

    with CaptureQueriesContext(connection) as queries, pytest.raises(Unfilled):
        mine.rows({USER: 1})

    assert len(queries) == 0


def test_each_who_asks_gets_their_own_rows_of_the_one_text():
    people, others = cast("bexley"), cast("lancashire")
    mine = Prepared(
        lambda: User.objects.filter(Q(pk=USER), council=COUNCIL).values_list("name", flat=True)
    )

    for one in (people.worker, others.officer, people.qa_head):
        assert mine.rows({USER: one.pk, COUNCIL: one.council_id}) == [(one.name,)]
    assert mine.rows({USER: people.worker.pk, COUNCIL: others.council.pk}) == []


def test_it_is_built_once_and_asked_each_time():
    built = []

    def holdings():
        built.append(1)
        return PostHolding.objects.filter(user=USER).values_list("pk")

    found = Prepared(holdings)
    with CaptureQueriesContext(connection) as queries:
        found.rows({USER: 1})
        found.rows({USER: 2})

    assert (len(built), len(queries)) == (1, 2)


def test_one_that_can_have_no_row_asks_nothing():
    nothing = Prepared(lambda: User.objects.none().values_list("pk"))

    with CaptureQueriesContext(connection) as queries:
        assert nothing.rows({}) == []

    assert len(queries) == 0


def test_the_newest_unread_messages_are_those_of_the_inbox():
    user = cast().worker
    NoticeFactory.create_batch(7, to=user)
    NoticeFactory()
    unread = Notice.objects.visible_to(user).filter(read_at=None)[:5]

    assert [(one.pk, one.subject, one.made_at) for one in newest(user)] == [
        (one.pk, one.subject, one.made_at) for one in unread
    ]


@pytest.mark.parametrize("many", [0, 1, 3])
def test_a_list_of_ids_is_as_long_as_it_is_when_it_is_asked(many):
    people = list(User.objects.filter(pk__in=[one.pk for one in cast().everybody().values()]))
    asked = sorted(one.pk for one in people)[:many]
    place = Func(ids(PEOPLE), F("pk"), function="array_position", output_field=IntegerField())
    among = Prepared(
        lambda: User.objects.alias(place=place).filter(place__isnull=False).values_list("pk")
    )

    assert sorted(pk for (pk,) in among.rows({PEOPLE: asked})) == asked
