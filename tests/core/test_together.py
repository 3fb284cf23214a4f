"""Lines of the trail that a step leaves are written with one query, or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import TrailEntry
from core.trail import record, record_each, record_many, together
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def verbs():
    return list(TrailEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_the_lines_of_a_step_are_written_in_their_order_with_one_query():
    one = UserFactory()

    with CaptureQueriesContext(connection) as asked, together():
        record("first", one, by=one, at=AT, detail={"n": 1})
        with together():
            record_each("second", one, [(one, {})], at=AT)
        record_many([("third", one, {}), ("fourth", one, {})], by=one, at=AT)

    assert verbs() == ["first", "second", "third", "fourth"]
    assert len([sql for sql in asked if "INSERT" in sql["sql"]]) == 1
    assert TrailEntry.objects.get(verb="first").detail == {"n": 1}


def failing(one):
    with transaction.atomic(), together():
        record("lost with the step", one, by=one, at=AT)
        raise ValueError("no")


def test_a_step_that_fails_leaves_no_line_and_what_comes_after_it_is_written_at_once():
    one = UserFactory()

    with pytest.raises(ValueError, match="no"):
        failing(one)
    record("refused", one, by=one, at=AT)

    assert verbs() == ["refused"]
