"""A change that is built once does what Django's own update does."""

from datetime import UTC, datetime

import pytest
from django.db.models import F

from core.models import Notice
from core.prepared import KEY, MOMENT, USER, Unfilled
from core.prepared_changes import PreparedChange
from core.prepared_rows import in_transaction
from tests.factories.core import NoticeFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TEXT = f"{KEY} text"
CHANGE = PreparedChange(
    lambda: Notice.objects.filter(to=USER), subject=TEXT, read_at=MOMENT, failures=F("failures") + 1
)


def test_only_the_rows_that_are_meant_change_for_each_who_asks():
    mine, other = NoticeFactory(), NoticeFactory()

    changed = CHANGE.make({USER: mine.to_id, TEXT: "It’s “done” %s", MOMENT: AT})
    nobody = CHANGE.make({USER: 0, TEXT: "Nothing", MOMENT: AT})

    assert (changed, nobody) == (1, 0)
    kept = Notice.objects.get(pk=mine.pk)
    assert (kept.subject, kept.read_at, kept.failures) == ("It’s “done” %s", AT, 1)
    assert Notice.objects.get(pk=other.pk).subject == other.subject


def test_nothing_is_read_into_an_empty_value():
    mine = NoticeFactory(read_at=AT)

    CHANGE.make({USER: mine.to_id, TEXT: "", MOMENT: None})

    kept = Notice.objects.get(pk=mine.pk)
    assert (kept.subject, kept.read_at) == ("", None)


def test_a_change_is_not_made_while_something_in_it_stands_for_a_value():
    mine = NoticeFactory()

    with pytest.raises(Unfilled):
        CHANGE.make({USER: mine.to_id, MOMENT: AT})


def test_rows_are_locked_inside_a_transaction():
    in_transaction()  # a test is one
