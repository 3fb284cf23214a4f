"""The seals of the trail: what is altered, taken out, put in or cut off is found, and what is whole is not doubted."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone as moments

from core import sealing, sealing_check
from core.management.commands.trail import Command
from core.models import Heartbeat, TrailEntry, TrailSeal
from core.sealing import COLUMNS, Anchor, anchor_path, canonical, present, print_of, read_anchor
from core.trail import record

AT = datetime(2026, 5, 4, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _anchor_of_this_test(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def leave(*verbs):
    """Lines of one transaction each."""
    for verb in verbs:
        record(verb, "cases", cause="test", at=AT, detail={"b": 1, "a": [2]})


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def as_the_tables_owner(*statements):
    """What somebody does who may take the triggers away."""
    for table in ("core_trailentry", "core_trailseal"):
        raw(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for sql in statements:
        raw(sql)
    for table in ("core_trailentry", "core_trailseal"):
        raw(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def at_rest():
    """The database as if every transaction had ended: other tests on this server hold theirs open meanwhile."""
    now = present()
    return replace(now, ended=now.begun - 1)


def seal_trail(now=None):
    return sealing.seal_trail(now or at_rest())


def prove():
    return sealing_check.prove(at_rest())


def verify():
    """What the command says, and whether it succeeds."""
    out = io.StringIO()
    try:
        Command(stdout=out).verify(prove())
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_a_line_is_sealed_as_exactly_these_bytes():
    summer = timezone(timedelta(hours=1))
    line = (7, AT.astimezone(summer), "open", "cases", None, 1, 2, "", "::1", {"é": 1, "a": [2]})

    said = canonical((*line, -3, 9, AT.replace(microsecond=1)))

    assert said == (
        b'[7,1777905000000000,"open","cases",null,1,2,"","::1",{"a":[2],"\\u00e9":1},-3,9,'
        b"1777905000000001]\n"
    )


def test_every_column_of_a_line_is_sealed():
    assert set(COLUMNS) == {field.attname for field in TrailEntry._meta.concrete_fields}


# Each does something to a trail of three seals with two, three and one lines, and says what is told of it.
HARM = {
    "a line altered": (
        ["UPDATE core_trailentry SET by_id = 4 WHERE verb = 'c'"],
        "Seal 2 (lines {c} to {e}): a line was altered, or one was taken out and another put in.",
    ),
    "a moment altered": (
        ["UPDATE core_trailentry SET at = at + interval '1 microsecond' WHERE verb = 'a'"],
        "Seal 1 (lines {a} to {b}): a line was altered",
    ),
    "a line removed": (
        ["DELETE FROM core_trailentry WHERE verb = 'd'"],
        "Seal 2 (lines {c} to {e}): 1 line was removed; 3 were sealed, 2 are there.",
    ),
    "the first lines removed with their seal": (
        [
            "DELETE FROM core_trailentry WHERE verb IN ('a', 'b')",
            "DELETE FROM core_trailseal WHERE number = 1",
        ],
        "Seal 1 is missing.",
    ),
    "a line inserted": (
        [
            "INSERT INTO core_trailentry (at, verb, subject_type, cause, source, detail, cluster, xact)"
            " SELECT at, 'x', 'cases', 'test', '', '{{}}', cluster, xact FROM core_trailentry"
            " WHERE verb = 'd'"
        ],
        "Seal 2 (lines {c} to {e}): 1 line was inserted; 3 were sealed, 4 are there, from {c} to ",
    ),
    "a line inserted as another server's": (
        [
            "INSERT INTO core_trailentry (at, verb, subject_type, cause, source, detail, cluster, xact)"
            " VALUES (now(), 'x', 'cases', 'test', '', '{{}}', 77, 5)"
        ],
        "were put in as if another server had written them.",
    ),
    "a line inserted that no seal would ever take": (
        [
            "INSERT INTO core_trailentry (at, verb, subject_type, cause, source, detail, cluster, xact)"
            " SELECT at, 'x', 'cases', 'test', '', '{{}}', cluster, 4611686018427387904"
            " FROM core_trailentry WHERE verb = 'd'"
        ],
        "were put in with a transaction that has not been.",
    ),
    "a seal altered": (
        ["UPDATE core_trailseal SET lines = 4 WHERE number = 2"],
        "Seal 2 is not as it was made: somebody altered it.",
    ),
    "a seal made without the key": (
        ["UPDATE core_trailseal SET key_name = '0000000000000000' WHERE number = 2"],
        "Seal 2 cannot be proved: its key is not in QA_DATA_KEYS.",
    ),
    "a seal and its lines removed": (
        [
            "DELETE FROM core_trailentry WHERE verb IN ('c', 'd', 'e')",
            "DELETE FROM core_trailseal WHERE number = 2",
        ],
        "Seal 2 is missing.",
    ),
    "the end cut off": (
        [
            "DELETE FROM core_trailentry WHERE verb = 'f'",
            "DELETE FROM core_trailseal WHERE number = 3",
        ],
        "The end was cut off: the anchor knows seal 3, the trail ends at seal 2.",
    ),
    "everything removed": (
        ["TRUNCATE core_trailentry", "TRUNCATE core_trailseal"],
        "The end was cut off: the anchor knows seal 3, the trail ends without a seal.",
    ),
}


@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_to_a_sealed_trail_is_found():
    for verbs in ("ab", "cde", "f"):
        leave(*verbs)
        assert seal_trail() == len(verbs)
    assert seal_trail() == 0
    leave("g")
    ids = dict(TrailEntry.objects.values_list("verb", "pk"))

    whole = "3 seals over 6 lines were worked out again; 1 newer lines wait for their seal.\nThe trail is whole.\n"
    assert verify() == verify() == (whole, True)
    for harm, (statements, words) in HARM.items():
        with transaction.atomic():
            as_the_tables_owner(*(one.replace("{{}}", "{}") for one in statements))
            said, fine = verify()
            transaction.set_rollback(True)
        assert words.format(**ids) in said, f"{harm}: {said}"
        assert not fine
    assert verify() == (whole, True)
    out = io.StringIO()
    call_command("trail", "verify", stdout=out)
    assert out.getvalue().endswith("newer lines wait for their seal.\nThe trail is whole.\n")


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_ends_later_is_sealed_later():
    leave("before")
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        slow = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO core_trailentry (at, verb, subject_type, cause, source, detail, cluster, xact)"
            " VALUES (now(), 'slow', 'cases', 'test', '', '{}', 1, 1)"
        )
    leave("quick")
    assert present().ended < slow < present().begun

    assert seal_trail(replace(present(), ended=slow - 1)) == 1
    assert verify()[1]
    other.commit()
    other.close()

    lines = TrailEntry.objects.order_by("xact").values_list("verb", flat=True)
    assert list(lines) == ["before", "slow", "quick"]
    assert seal_trail() == 2
    assert verify()[1]


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_restored_database_are_sealed_and_follow_on(settings):
    leave("a")
    seal_trail()
    leave("b")
    as_the_tables_owner("UPDATE core_trailentry SET cluster = 77, xact = xact + 1000000")
    as_the_tables_owner("TRUNCATE core_trailseal")
    anchor_path().unlink()
    leave("c")

    assert seal_trail() == 3

    first, second = TrailSeal.objects.all()
    assert (first.cluster, first.lines, second.lines, second.previous) == (
        *(77, 2, 1),
        print_of(first),
    )
    assert verify()[1]


@pytest.mark.django_db(transaction=True)
def test_the_anchor_remembers_a_loss_until_somebody_says_why():
    leave("a")
    seal_trail()
    leave("b")
    seal_trail()
    as_the_tables_owner(
        "DELETE FROM core_trailentry WHERE verb = 'b'",
        "DELETE FROM core_trailseal WHERE number = 2",
    )
    leave("c")
    seal_trail()
    lost = "The anchor knew seal 2; the database ended at seal 1."

    said, fine = verify()
    assert lost in said
    assert not fine
    with pytest.raises(CommandError, match="Say why"):
        call_command("trail", "accept")
    out = io.StringIO()
    call_command("trail", "accept", "--because", "Restored from last night", stdout=out)

    assert lost in out.getvalue()
    assert TrailEntry.objects.filter(cause="Restored from last night").exists()
    assert verify()[1]


@pytest.mark.django_db(transaction=True)
def test_an_anchor_that_is_missing_or_broken_is_told():
    leave("a")
    seal_trail()
    seal = TrailSeal.objects.get()
    assert read_anchor() == Anchor(1, seal.seal)

    anchor_path().write_text("{}")
    assert prove().faults == ["The anchor's file cannot be read."]
    anchor_path().unlink()
    assert prove().faults == ["There is no anchor beside the database to prove the end."]
    leave("b")
    seal_trail()
    assert prove().faults == ["There was no anchor when a new seal was made."]


@pytest.mark.django_db(transaction=True)
def test_lines_without_a_seal_are_told_while_a_worker_runs():
    leave("a")
    as_the_tables_owner("UPDATE core_trailentry SET written_at = now() - interval '16 minutes'")
    pk = TrailEntry.objects.get().pk

    assert prove().faults == []
    Heartbeat.objects.create(pk=1, at=moments.now())

    assert prove().faults == [
        f"Lines {pk} to {pk} have had no seal for more than 15 minutes while a worker ran."
    ]


@pytest.mark.django_db(transaction=True)
def test_old_seals_are_proved_by_old_keys(settings):
    old = settings.QA_DATA_KEYS
    leave("a")
    seal_trail()
    settings.QA_DATA_KEYS = ["b3RoZXIgMzIgYnl0ZXMgb2YgYSBrZXkgZm9yIHRlc3Rz", *old]
    leave("b")
    seal_trail()

    assert len(set(TrailSeal.objects.values_list("key_name", flat=True))) == 2
    assert prove().faults == []
    # The newer seal holds the digest of the older one, whose key may go.
    settings.QA_DATA_KEYS, new = old, settings.QA_DATA_KEYS[:1]
    assert prove().faults == ["Seal 2 cannot be proved: its key is not in QA_DATA_KEYS."]
    settings.QA_DATA_KEYS = new
    assert prove().faults == []
    as_the_tables_owner("UPDATE core_trailseal SET first_id = 0 WHERE number = 1")
    assert prove().faults == [
        "Seal 2 does not follow on from the one before it.",
        "Seal 1 cannot be proved: its key is not in QA_DATA_KEYS.",
    ]


@pytest.mark.django_db
def test_the_export_holds_every_line_and_is_nobodys_elses(tmp_path):
    leave("a", "b")
    path = tmp_path / "trail.jsonl"

    call_command("trail", "export", str(path), stdout=io.StringIO())

    said = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["verb"] for one in said] == ["a", "b", "trail.exported"]
    assert (said[0]["at"], said[0]["detail"]) == ("2026-05-04T14:30:00+00:00", {"a": [2], "b": 1})
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="File exists"):
        call_command("trail", "export", str(path))
