import contextlib
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from core.models import TrailEntry
from core.trail import record, record_all, source
from tests.factories.cases import CaseFileFactory
from tests.factories.people import CouncilFactory, UserFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 4, 14, 30, tzinfo=UTC)


def line():
    """A line of the trail, as it is stored."""
    record("open case", "cases", cause="test", at=AT)
    return TrailEntry.objects.get()


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def change_in_memory(entry):
    entry.verb = "changed"
    entry.save()


@pytest.mark.parametrize(
    "change",
    [
        change_in_memory,
        lambda entry: entry.delete(),
        lambda entry: TrailEntry.objects.filter(pk=entry.pk).update(verb="changed"),
        lambda entry: TrailEntry.objects.bulk_update([entry], ["verb"]),
        lambda entry: TrailEntry.objects.all().delete(),
        lambda entry: TrailEntry.objects.all()._raw_delete("default"),
        lambda entry: TrailEntry._base_manager.all().update(detail={}),
        lambda entry: raw("UPDATE core_trailentry SET verb = 'changed'"),
        lambda entry: raw("DELETE FROM core_trailentry"),
    ],
    ids=[
        "save",
        "delete",
        "update",
        "bulk",
        "delete all",
        "raw delete",
        "base",
        "sql",
        "sql delete",
    ],
)
def test_a_line_is_never_changed_or_deleted(change):
    entry = line()

    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        change(entry)

    assert TrailEntry.objects.values_list("pk", "verb").get() == (entry.pk, "open case")


def test_a_line_about_a_row_says_who_what_and_in_which_council():
    case = CaseFileFactory()
    user = UserFactory(council=case.council)

    record("open case", case, by=user, at=AT, detail={"page": 2})

    assert TrailEntry.objects.values().get() | {"id": 0} == {
        "id": 0,
        "at": AT,
        "verb": "open case",
        "subject_type": "cases.casefile",
        "subject_id": case.pk,
        "council_id": case.council_id,
        "by_id": user.pk,
        "cause": "",
        "source": "",
        "detail": {"page": 2},
    }


@pytest.mark.parametrize(
    ("given", "subject", "by", "found"),
    [
        ("given", "row", "by", "given"),
        (None, "row", "by", "row"),
        (None, None, "by", "by"),
        (None, None, None, None),
    ],
)
def test_the_council_is_the_given_one_else_the_rows_else_the_persons(given, subject, by, found):
    councils = {name: CouncilFactory(code=name) for name in ("given", "row", "by")}
    case = CaseFileFactory(council=councils["row"]) if subject else "cases"
    user = UserFactory(council=councils["by"]) if by else None

    record("open", case, by=user, cause="test", at=AT, council_id=given and councils[given].pk)

    assert TrailEntry.objects.get().council_id == (councils[found].pk if found else None)


def test_a_line_needs_a_person_or_a_cause():
    with pytest.raises(IntegrityError, match="trail_person_or_cause"):
        record("open", "cases", at=AT)


def test_a_line_outlives_what_it_describes():
    case = CaseFileFactory()
    record("open case", case, cause="test", at=AT)
    pk = case.pk

    case.delete()

    assert TrailEntry.objects.get().subject_id == pk


def test_a_line_is_lost_with_the_transaction_that_fails():
    with contextlib.suppress(RuntimeError), transaction.atomic():
        record("open", "cases", cause="test", at=AT)
        raise RuntimeError

    assert not TrailEntry.objects.exists()


def test_a_line_says_where_the_request_came_from():
    token = source.set("192.0.2.7")
    try:
        entry = line()
    finally:
        source.reset(token)

    assert entry.source == "192.0.2.7"


def test_the_newest_line_comes_first():
    for verb in ("first", "second"):
        record(verb, "cases", cause="test", at=AT)

    assert list(TrailEntry.objects.values_list("verb", flat=True)) == ["second", "first"]


def test_one_line_for_each_of_many_rows_in_one_query(django_assert_num_queries):
    cases = [CaseFileFactory(), CaseFileFactory()]
    person = UserFactory()

    with django_assert_num_queries(1):
        record_all("move case", cases, at=AT, by=person)

    lines = TrailEntry.objects.order_by("subject_id")
    assert [(one.subject_id, one.council_id, one.by_id, one.verb) for one in lines] == [
        (case.pk, case.council_id, person.pk, "move case") for case in cases
    ]
