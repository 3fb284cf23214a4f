import contextlib
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from core.models import TrailEntry, TrailSeal
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
        lambda entry: raw("TRUNCATE core_trailentry"),
        lambda entry: raw("TRUNCATE core_trailseal, core_trailentry"),
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
        "sql truncate",
        "sql truncate both",
    ],
)
def test_a_line_is_never_changed_or_deleted(change):
    entry = line()

    with pytest.raises(InternalError, match="pgtrigger: Cannot"), transaction.atomic():
        change(entry)

    assert TrailEntry.objects.values_list("pk", "verb").get() == (entry.pk, "open case")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_trailseal SET seal = 'x'",
        "DELETE FROM core_trailseal",
        "TRUNCATE core_trailseal",
    ],
)
def test_a_seal_is_never_changed_or_deleted(sql):
    TrailSeal.objects.create(
        **{"number": 1, "cluster": 1, "after_xact": 0, "upto_xact": 1, "lines": 1},
        **{"first_id": 1, "last_id": 1, "sealed_at": AT},
    )

    with pytest.raises(InternalError, match="pgtrigger: Cannot"), transaction.atomic():
        raw(sql)


def test_the_database_says_itself_which_server_and_transaction_wrote_a_line_and_when():
    raw(
        "INSERT INTO core_trailentry"
        " (at, verb, subject_type, cause, source, detail, cluster, xact, written_at)"
        " VALUES (now(), 'forged', 'cases', 'test', '', '{}', 1, 2, '2001-01-01')"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, pg_current_xact_id()::text::bigint, now() FROM pg_control_system()"
        )
        cluster, xact, now = cursor.fetchone()

    entry = TrailEntry.objects.get()

    assert (entry.cluster, entry.xact) == (cluster, xact)
    assert entry.written_at >= now


def test_an_ordinary_user_of_the_database_can_leave_a_line_and_no_more():
    raw("CREATE ROLE plain NOSUPERUSER")
    raw("GRANT INSERT, SELECT, UPDATE, DELETE, TRUNCATE ON core_trailentry TO plain")
    raw("GRANT USAGE ON SEQUENCE core_trailentry_id_seq TO plain")
    raw("SET LOCAL ROLE plain")

    line()

    for sql in ("DELETE FROM core_trailentry", "TRUNCATE core_trailentry"):
        with pytest.raises(InternalError, match="pgtrigger: Cannot"), transaction.atomic():
            raw(sql)
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        raw("ALTER TABLE core_trailentry DISABLE TRIGGER USER")
    assert TrailEntry.objects.get().cluster != 0
    raw("RESET ROLE")


def test_an_address_is_kept_without_what_a_screen_would_obey():
    token = source.set("192.0.2.7\r\nset-cookie\x1b[31m\x00")
    try:
        entry = line()
    finally:
        source.reset(token)

    assert entry.source == "192.0.2.7set-cookie[31m"


def test_a_line_about_a_row_says_who_what_and_in_which_council():
    case = CaseFileFactory()
    user = UserFactory(council=case.council)

    record("open case", case, by=user, at=AT, detail={"page": 2})

    stamps = ("cluster", "xact", "written_at")
    found = {k: v for k, v in TrailEntry.objects.values().get().items() if k not in stamps}
    assert found | {"id": 0} == {
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
