"""A backup of a real database and real files, put back into an empty server of its own (H5, X21)."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg2
import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audits.models import Audit
from core.models import Notice
from core.notices import Message, tell
from core.sealing import seal_trail
from evidence import storing
from partners.models import PartnerInvitation
from people.models import Invitation, User
from qaframework.keeping import sealing
from qaframework.keeping.sealing import beside
from reporting.services.tokens import make_token
from tests.factories.audits import NOW, audit_at, framework
from tests.factories.cast import cast
from tests.factories.evidence import attached, picture
from tests.factories.partners import invited
from tools.embedded_pg import EmbeddedPostgres
from tools.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CANARY = "canary-of-the-backup"


@dataclass
class Scene:
    """What was backed up, where the backup is, and the key that opens it."""

    folder: Path
    backup: Path
    key: Path
    audit: Audit
    picture: Path


@pytest.fixture
def scene(settings: Any, tmp_path: Path) -> Scene:
    """A returned audit with a picture, a session, a token and an unsent message, backed up."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "was", tmp_path / "was" / "files"
    key, backup = tmp_path / "key", tmp_path / "night.age"
    call_command("backup", "keys", identity=str(key), stdout=(said := Said()), stderr=Said())
    settings.BACKUP_RECIPIENTS = [said.text.strip().removeprefix("QA_BACKUP_RECIPIENTS=")]
    people = cast()
    audit = audit_at("in_session", people, framework())
    file = attached(audit, people.worker, NOW, picture("PNG"), caption=CANARY).file
    Client().force_login(people.officer, backend="rules.permissions.ObjectPermissionBackend")
    make_token("Tool", ["figures"], NOW.date() + timedelta(30), by=people.qa_head, at=NOW)
    tell([(people.worker, "worker")], Message("kind", "Subject", "Text"), key="k", at=NOW)
    tell(
        [(people.worker, "worker")],
        Message("kind", "Kept", "Text", restricted=True),
        key="r",
        at=NOW,
    )
    Invitation.objects.create(to=people.worker, made_at=NOW)
    link = invited(audit, people.officer)
    PartnerInvitation.objects.filter(pk=link.pk).update(digest="0" * 64)
    seal_trail()
    call_command("backup", str(backup), stdout=Said())
    return Scene(tmp_path, backup, key, audit, storing.path_of(file.name))


class Said:
    """What a command printed."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, words: str) -> int:
        self.text += words
        return len(words)

    def flush(self) -> None:
        """Nothing is held back."""


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """An empty server of its own."""
    server = EmbeddedPostgres(tmp_path / "other" / "pg")
    server.start(fsync="off", synchronous_commit="off", full_page_writes="off")
    server.create_database("restored")
    yield server
    server.stop("immediate")


def restore(scene: Scene, server: EmbeddedPostgres, *words: str) -> Any:
    """Put the backup back there."""
    return manage(scene, server, "restore", str(scene.backup), "--identity", str(scene.key), *words)


def manage(scene: Scene, server: EmbeddedPostgres, *words: str) -> Any:
    """A command in a process of its own, on another machine as it were."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "DATABASE_URL", "QA_", "DJANGO_"))
    }
    ours = {
        "QA_ENV": "test",
        "QA_DATA_DIR": str(scene.folder / "now"),
        "PGHOST": str(server.socket),
        "PGDATABASE": "restored",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**env, **ours},
        capture_output=True,
        text=True,
        check=False,
    )


def ask(server: EmbeddedPostgres, question: str, *values: object) -> list[Any]:
    line = psycopg2.connect(host=str(server.socket), user="postgres", dbname="restored")
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(question, values)
        rows = cursor.fetchall() if cursor.description else []
    line.close()
    return rows


def test_backup_comes_back_whole_on_an_empty_server_and_the_old_world_is_dead(
    scene: Scene, empty: EmbeddedPostgres
) -> None:
    done = restore(scene, empty)

    assert (done.returncode, done.stderr) == (0, "")
    tables = int(
        ask(
            empty,
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
        )[0][0]
    )
    assert f"all {tables + 1} lines are the same as in the backup" in done.stdout
    assert "audits_audit " in done.stdout
    assert "DIFFERENT" not in done.stdout
    where = scene.folder / "now" / "files" / scene.picture.relative_to(scene.folder / "was/files")
    assert where.read_bytes() == scene.picture.read_bytes()
    assert oct(where.stat().st_mode)[-3:] == "600"
    assert ask(empty, "SELECT reference FROM audits_audit WHERE id = %s", scene.audit.pk) == [
        (scene.audit.reference,)
    ]
    assert ask(empty, "SELECT count(*) FROM django_session") == [(0,)]
    assert ask(empty, "SELECT count(*) FROM people_user WHERE last_login IS NULL") == [(0,)]
    assert ask(
        empty, "SELECT count(*) FROM reporting_apitoken WHERE expires_on >= now()::date"
    ) == [(0,)]
    assert ask(empty, "SELECT digest, failures FROM partners_partnerinvitation") == [(None, 8)]
    assert ask(empty, "SELECT failures FROM people_invitation") == [(8,)]
    held = (
        "SELECT subject, failures, sent_at IS NULL, fault FROM core_notice ORDER BY id DESC LIMIT 2"
    )
    assert ask(empty, held) == [
        ("Kept", 0, False, "Held back after a restore"),
        ("Subject", 8, True, "Held back after a restore"),
    ]
    assert ask(empty, "SELECT cause FROM core_trailentry WHERE verb = 'restored'") == [
        ("restore command",)
    ]
    assert Notice.objects.unsent().count() > 0
    accepted = manage(scene, empty, "trail", "accept", "--because", "restored")
    assert accepted.returncode == 0
    trail = manage(scene, empty, "trail", "verify")
    assert (trail.returncode, trail.stdout.splitlines()[-1]) == (0, "The trail is whole.")

    ask(empty, "UPDATE audits_audit SET flash_source = 'x' WHERE id = %s", scene.audit.pk)
    where.write_bytes(b"another picture")
    compared = restore(scene, empty, "--compare")

    assert compared.returncode == 1
    different = {
        one.split()[0] for one in compared.stdout.splitlines() if one.endswith("DIFFERENT")
    }
    assert {"audits_audit", "files", "core_trailentry", "django_session"} <= different
    assert {"audits_answer", "people_council", "core_trailseal"}.isdisjoint(different)
    again = restore(scene, empty, "--replace", "--send-messages")
    assert (again.returncode, "the files of before are kept in" in again.stdout) == (0, True)
    assert ask(empty, held)[1] == ("Subject", 0, True, "")
    assert where.read_bytes() == scene.picture.read_bytes()


def test_backup_tells_nothing_without_its_key_and_nothing_when_altered(scene: Scene) -> None:
    content = scene.backup.read_bytes()
    for canary in (CANARY.encode(), b"PGDMP", b"audits_audit", b"worker@bexley.example.org"):
        assert canary not in content
    assert scene.picture.read_bytes() not in content
    assert oct(scene.backup.stat().st_mode)[-3:] == "600"
    read = {"identity": str(scene.key), "read": True, "stdout": Said()}
    call_command("restore", str(scene.backup), **read)
    assert "read through" in read["stdout"].text
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", str(scene.backup), **{**read, "read": False})
    other = scene.folder / "other-key"
    call_command("backup", "keys", identity=str(other), stdout=Said(), stderr=Said())
    with pytest.raises(CommandError, match=r"This key does not open night\.age"):
        call_command("restore", str(scene.backup), **{**read, "identity": str(other)})

    scene.backup.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    with pytest.raises(CommandError, match="its checksum is another"):
        call_command("restore", str(scene.backup), **read)
    beside(scene.backup).unlink()
    with pytest.raises(CommandError, match="damaged, cut off or no backup"):
        call_command("restore", str(scene.backup), **read)
    for short in (content[:-200], content[: len(content) // 2], b"no backup", b""):
        scene.backup.write_bytes(short)
        with pytest.raises(CommandError, match=r"damaged|cut off|no backup"):
            call_command("restore", str(scene.backup), **read)


def test_archive_that_its_list_does_not_describe_or_no_key_of_ours_proves_is_refused(
    scene: Scene, settings: Any
) -> None:
    (old,) = settings.QA_DATA_KEYS
    new = base64.b64encode(bytes(range(32))).decode()
    settings.QA_DATA_KEYS = [new]
    with pytest.raises(CommandError, match="made with another key, or altered"):
        read(scene)
    settings.QA_DATA_KEYS = [new, old]
    assert "proved by a key of this service" in read(scene)

    keys = sealing.identities_in(scene.key)
    with sealing.unsealed(scene.backup, keys) as stream:
        plain = stream.read()
    stored = scene.picture.read_bytes()
    assert stored in plain
    altered = plain.replace(stored, bytes(len(stored)))
    beside(scene.backup).unlink()
    lock(scene, altered)

    with pytest.raises(CommandError, match="files in the backup are not what its list says"):
        read(scene)

    was, now = (sha256(one).hexdigest().encode() for one in (stored, bytes(len(stored))))
    assert was in altered
    forged = altered.replace(was, now)
    without = forged[: forged.rindex(b"manifest.hmac")] + bytes(1024)
    for content in (forged, without):
        lock(scene, content)
        with pytest.raises(CommandError, match="Nothing proves that this backup was made by"):
            read(scene)
        with pytest.raises(CommandError, match="Nothing proves that this backup was made by"):
            call_command("restore", str(scene.backup), identity=str(scene.key), stdout=Said())
    assert "its proof is NOT checked" in read(scene, without_proof=True)


def lock(scene: Scene, plain: bytes) -> None:
    """Make the backup anew as anybody can who knows the public key."""
    keys = [key.to_public() for key in sealing.identities_in(scene.key)]
    scene.backup.write_bytes(pyrage.encrypt(plain, keys))


def read(scene: Scene, **how: bool) -> str:
    """What reading the backup through says."""
    said = Said()
    call_command(
        "restore", str(scene.backup), identity=str(scene.key), read=True, stdout=said, **how
    )
    return said.text


def test_backup_that_fails_leaves_nothing(scene: Scene, settings: Any) -> None:
    before = sorted(scene.folder.iterdir())
    target = str(scene.folder / "second.age")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(scene.backup), stdout=Said())
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("backup", str(scene.folder / "nowhere" / "b.age"), stdout=Said())
    for wrong in ([], ["no key"]):
        settings.BACKUP_RECIPIENTS, kept = wrong, settings.BACKUP_RECIPIENTS
        with pytest.raises(CommandError, match="QA_BACKUP_RECIPIENTS"):
            call_command("backup", target, stdout=Said())
        settings.BACKUP_RECIPIENTS = kept
    settings.PG_PROGRAMS = str(broken_programs(scene.folder))
    with pytest.raises(CommandError, match="pg_dump failed: no room"):
        call_command("backup", target, stdout=Said())

    assert sorted(one for one in scene.folder.iterdir() if one.name != "programs") == before
    with pytest.raises(CommandError, match="Say where the private key goes"):
        call_command("backup", "keys", stdout=Said())
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("backup", "keys", identity=str(scene.key), stdout=Said())
    with pytest.raises(CommandError, match="holds no private key"):
        call_command("restore", str(scene.backup), identity=str(scene.backup), read=True)


def broken_programs(folder: Path) -> Path:
    """A pg_dump that writes a little and then fails."""
    made = folder / "programs"
    made.mkdir()
    program = made / "pg_dump"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) 99.1"; exit 0; }\n'
        "echo PGDMP-half; echo no room >&2; exit 1\n"
    )
    program.chmod(0o755)
    return made


def test_row_that_comes_during_a_backup_is_not_in_it(
    scene: Scene, monkeypatch: Any, settings: Any
) -> None:
    from qaframework.keeping import writing  # noqa: PLC0415 - its step is watched here

    real, target = writing.add_files, scene.folder / "second.age"

    def and_meanwhile(tar: Any, folder: Path) -> Any:
        User.objects.create_user("late@bexley.example.org", "Late")
        return real(tar, folder)

    monkeypatch.setattr(writing, "add_files", and_meanwhile)
    users = User.objects.count()
    call_command("backup", str(target), stdout=Said())
    said = Said()

    with pytest.raises(CommandError, match="1 of "):
        call_command("restore", str(target), identity=str(scene.key), compare=True, stdout=said)

    (line,) = [one for one in said.text.splitlines() if one.endswith("DIFFERENT")]
    assert line.split() == ["people_user", str(users), str(users + 1), "DIFFERENT"]
