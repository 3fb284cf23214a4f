from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection

from cases import services
from cases.models import CaseFile, ImportRun
from core.models import TrailEntry
from core.moves import Refused
from people.models import Post, User
from tests.factories.cast import cast
from tests.people.tables import as_csv, as_xlsx, person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
LATER = NOW + services.LEASE + timedelta(seconds=1)
State = ImportRun.State


@pytest.fixture
def people():
    return cast("eastmere")


def table(people, rows: int = 2, **changes: str) -> list[dict[str, str]]:
    return [
        {"Case number": f"70{n}", "Team code": people.team1.code, "Opened": "2026-01-05"} | changes
        for n in range(rows)
    ]


def uploaded(people, content: bytes = b"", *, kind: str = "cases", by: User | None = None):
    return services.upload(kind, content or as_csv(table(people)), by=by or people.officer, at=NOW)


def work(run: ImportRun, *, at: datetime = NOW) -> bool:
    """Take the next step, and read the run again."""
    done = services.work_on(run.pk, at=at)
    run.refresh_from_db()
    return done


def checked(people, content: bytes = b"", *, kind: str = "cases") -> ImportRun:
    run = uploaded(people, content, kind=kind)
    work(run)
    assert run.state == State.CHECKED
    return run


def confirmed(people, content: bytes = b"") -> ImportRun:
    return services.confirm(checked(people, content), by=people.officer, at=NOW)


def written() -> int:
    return CaseFile.objects.count()


# --- from upload to end -------------------------------------------------------------------------


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_an_upload_is_checked_confirmed_and_written(people, form):
    run = uploaded(people, form(table(people)))
    assert (run.state, len(run.checksum), written()) == (State.WAITING, 64, 0)

    assert work(run) is True
    assert (run.state, run.rows, run.counts["cases new"], written()) == (State.CHECKED, 2, 2, 0)

    services.confirm(run, by=people.officer, at=NOW)
    assert work(run) is True
    assert (run.state, run.rows, run.counts["cases new"], written()) == (State.DONE, 2, 2, 2)
    assert (run.content, run.lease_until, run.ended_at) == (None, None, NOW)


def test_a_staff_file_takes_the_same_way(people):
    staff = [person("77", "Dora Lind", "P-77", Team_code=people.team1.code)]
    for row in staff:
        row |= {"Team": people.team1.name, "Service code": people.service.code}
        row |= {"Service": people.service.name}
        row |= {"Directorate code": people.service.parent.code}

    run = uploaded(people, as_csv(staff), kind="staff", by=people.administrator)
    work(run)
    assert User.objects.filter(staff_number="77").exists() is False
    services.confirm(run, by=people.administrator, at=NOW)
    work(run)

    assert (run.state, run.sensitive) == (State.DONE, [])
    assert (run.state, run.counts["people new"]) == (State.DONE, 1)
    assert Post.objects.get(code="P-77").unit == people.team1


def test_each_step_is_in_the_trail(people):
    run = confirmed(people)
    work(run)

    verbs = TrailEntry.objects.order_by("pk").values_list("verb", "by_id")
    assert list(verbs) == [
        ("upload import", people.officer.pk),
        ("confirm import", people.officer.pk),
        ("import cases", people.officer.pk),
    ]


def test_a_step_taken_twice_changes_nothing_the_second_time(people):
    run = uploaded(people)
    assert [work(run), work(run)] == [True, False]

    services.confirm(run, by=people.officer, at=NOW)
    assert [work(run), work(run), work(run, at=LATER)] == [True, False, False]

    assert TrailEntry.objects.filter(verb="import cases").count() == 1
    assert written() == 2


def test_confirming_twice_is_harmless(people):
    run = confirmed(people)
    services.confirm(run, by=people.officer, at=NOW)
    work(run)

    assert services.confirm(run, by=people.officer, at=NOW).state == State.DONE
    assert TrailEntry.objects.filter(verb="confirm import").count() == 1


def test_an_import_that_is_not_there_is_nothing_to_do():
    assert services.work_on(0, at=NOW) is False


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["worker", "manager", "head", "moderator", "reader", "former"])
def test_nobody_else_uploads(people, who):
    with pytest.raises(PermissionDenied):
        uploaded(people, by=getattr(people, who))

    assert ImportRun.objects.count() == 0


def test_nobody_else_confirms(people):
    run = checked(people)

    for who in (people.worker, people.head, cast("northshire").officer):
        with pytest.raises(PermissionDenied):
            services.confirm(run, by=who, at=NOW)

    run.refresh_from_db()
    assert run.state == State.CHECKED


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty."), (b"x" * 11, "The file is larger than 0 MB.")],
)
def test_an_empty_or_too_large_file_is_refused(people, settings, content, words):
    settings.IMPORT_MAX_BYTES = 10

    with pytest.raises(Refused, match=words):
        services.upload("cases", content, by=people.officer, at=NOW)

    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize("state", [State.WAITING, State.CHECKING, State.FAULTY, State.FAILED])
def test_only_a_checked_file_can_be_confirmed(people, state):
    run = checked(people)
    ImportRun.objects.filter(pk=run.pk).update(state=state)

    with pytest.raises(Refused):
        services.confirm(run, by=people.officer, at=NOW)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not a table\x00", "This is not a table."),
        (b"Case number,Team code\n1,T1\n", "The file has no column “Opened”."),
        (b"PK\x03\x04broken", "The workbook is damaged."),
        (b"\xd0\xcf\x11\xe0old", "This is an old Excel file"),
    ],
)
def test_an_unreadable_file_is_faulty_in_words(people, content, says):
    run = uploaded(people, content)

    work(run)

    assert (run.state, run.fault_count, run.content, run.ended_at) == (State.FAULTY, 1, None, NOW)
    assert (run.faults[0]["row"], run.faults[0]["column"]) == (0, "")
    assert run.faults[0]["says"].startswith(says)


def test_a_file_with_too_many_rows_is_faulty(people, settings):
    settings.IMPORT_MAX_ROWS = 1
    run = uploaded(people)

    work(run)

    assert run.state == State.FAULTY
    assert run.faults[0]["says"].startswith("The file has more than 1 rows.")


def test_one_fault_keeps_the_whole_file_out(people):
    good, bad = table(people)
    run = uploaded(people, as_csv([good, bad | {"Opened": "x"}]))

    work(run)

    assert (run.state, run.rows, run.fault_count, run.counts) == (State.FAULTY, 2, 1, {})
    assert [(fault["row"], fault["column"]) for fault in run.faults] == [(3, "Opened")]
    assert (run.content, written()) == (None, 0)


def test_faults_stand_in_the_order_of_rows_and_a_thousand_are_kept(people):
    run = uploaded(people, as_csv(table(people, 1_001, Opened="x", Worker="9")))

    work(run)

    assert (run.fault_count, len(run.faults)) == (3_003, services.KEPT_FAULTS)
    rows = [fault["row"] for fault in run.faults]
    assert rows == sorted(rows)


def test_what_has_changed_since_the_check_keeps_the_whole_file_out(people):
    run = confirmed(people)
    type(people.team1).objects.filter(pk=people.team1.pk).update(code="gone")

    work(run)

    assert (run.state, run.fault_count, run.content) == (State.FAULTY, 2, None)
    assert written() == 0


# --- a worker that dies -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "left", "end"),
    [
        (uploaded, State.CHECKING, State.CHECKED),
        (confirmed, State.WRITING, State.DONE),
    ],
)
def test_a_step_left_half_way_is_taken_up_again(people, begin, left, end):
    run = begin(people)
    taken = services.take_up(run.pk, at=NOW)
    assert (taken.state, taken.lease_until, taken.tries) == (left, NOW + services.LEASE, 1)

    assert work(run, at=NOW + services.LEASE) is False
    assert work(run, at=LATER) is True

    assert (run.state, run.tries) == (end, 2)
    assert written() == (2 if end == State.DONE else 0)


def test_two_workers_never_take_the_same_step(people):
    run = uploaded(people)

    assert services.take_up(run.pk, at=NOW) is not None
    assert services.take_up(run.pk, at=NOW) is None


def refuse_the_second_case() -> None:
    """Make the database itself refuse one row; the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_casefile ADD CONSTRAINT no CHECK (number <> '701')")


def test_a_write_that_fails_leaves_nothing_and_is_tried_three_times(people):
    run = confirmed(people)
    refuse_the_second_case()

    at = NOW
    for _ in range(services.TRIES):
        with pytest.raises(IntegrityError):
            work(run, at=at)
        at += services.LEASE + timedelta(seconds=1)
    assert work(run, at=at) is False

    assert (run.state, run.content, run.ended_at) == (State.FAILED, None, at)
    assert run.faults[0]["says"] == "It was tried three times and did not finish."
    assert written() == 0


def test_confirming_gives_the_writing_three_tries_of_its_own(people):
    run = uploaded(people)
    ImportRun.objects.filter(pk=run.pk).update(tries=2)
    work(run)
    assert run.tries == 3

    services.confirm(run, by=people.officer, at=NOW)

    assert work(run) is True
    assert run.state == State.DONE


# --- old files ----------------------------------------------------------------------------------

DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (DAY, (0, State.CHECKED, True)),
        (DAY + timedelta(seconds=1), (1, State.FAILED, False)),
    ],
)
def test_a_file_that_nobody_confirms_within_a_day_is_taken_away(people, age, expected):
    run = checked(people)

    discarded = services.discard_old(at=NOW + age)

    run.refresh_from_db()
    assert (discarded, run.state, run.content is not None) == expected


def test_discarding_again_finds_nothing(people):
    checked(people)

    assert [services.discard_old(at=NOW + 2 * DAY) for _ in range(2)] == [1, 0]


def test_an_import_that_is_done_stays_done(people):
    run = confirmed(people)
    work(run)

    assert services.discard_old(at=NOW + 2 * DAY) == 0
    run.refresh_from_db()
    assert run.state == State.DONE
