"""Making a backup: one snapshot of the database, all files, and a list of both, in one encrypted archive.

The archive is a plain tar inside age, so it can be opened without this application (docs/operations.md).
"""

import hashlib
import subprocess
import tarfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings

from qaframework.keeping.counting import counted, paths_under, tables_of
from qaframework.keeping.faults import Unfit
from qaframework.keeping.manifest import Manifest, Piece
from qaframework.keeping.programs import connect, environment, fitting, version_of
from qaframework.keeping.proving import proofs_of
from qaframework.keeping.sealing import recipients_of, sealed

DATABASE, FILES, LIST, PROOF = "database/", "files/", "manifest.json", "manifest.hmac"
CHUNK = 8 * 1024 * 1024
HOW = b"""A backup of QA Framework. With age and PostgreSQL's programs it opens without the application:

  age -d -i KEY BACKUP | tar x
  cat database/* | pg_restore --no-owner --exit-on-error -d DATABASE

files/ holds what belongs into the folder of files; manifest.json counts everything, and
manifest.hmac proves it by a key of the service.
"""
Say = Callable[[str], None]


def write_backup(target: Path, *, at: datetime, say: Say) -> Manifest:
    """Write one encrypted backup of the database and the files to a new file, and check that it can be read.

    Raises Unfit, in words; then nothing is left behind. Pages may be used meanwhile: everything is as it was at one
    moment, and files that come later are in it without a row.
    """
    recipients = recipients_of(settings.BACKUP_RECIPIENTS)
    if target.exists():
        raise Unfit(f"{target} is there already; a backup is never written over.")
    if not target.parent.is_dir():
        raise Unfit(f"There is no folder {target.parent}.")
    line = connect()
    try:
        line.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with sealed(target, recipients) as into, tarfile.open(fileobj=into, mode="w|") as tar:
            manifest = fill(tar, line, at=at, say=say)
    finally:
        line.close()
    say(f"encrypted, written and read again: {target} ({target.stat().st_size:,} bytes)")
    return manifest


def fill(tar: tarfile.TarFile, line: Any, *, at: datetime, say: Say) -> Manifest:
    """Put everything into the archive, the list of it and its proof last."""
    add(tar, "HOW TO OPEN.txt", HOW)
    database = dump(tar, line)
    say(f"database: {database.size:,} bytes")
    files = add_files(tar, Path(settings.MEDIA_ROOT))
    say(f"files: {len(files):,}")
    manifest = Manifest(
        made_at=at.isoformat(),
        postgres=str(line.server_version),
        migrations=migrations_of(line),
        tables=counted(line),
        database=database,
        files=files,
        trail=trail_of(line),
    )
    say(f"counted: {len(manifest.tables)} tables, {manifest.rows:,} rows")
    contents = manifest.dumped()
    add(tar, LIST, contents)
    add(tar, PROOF, proofs_of(contents)[0].encode())
    return manifest


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Put one thing into the archive."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, BytesIO(content))


def dump(tar: tarfile.TarFile, line: Any) -> Piece:
    """Put the database into the archive, piece by piece, as it is in this connection's snapshot."""
    with line.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
    found, size, number = hashlib.sha256(), 0, 0
    command = [
        fitting("pg_dump", version_of(line)),
        "--format=custom",
        "--no-owner",
        f"--snapshot={snapshot}",
    ]
    with TemporaryFile() as said:
        with subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=said
        ) as process:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            while block := process.stdout.read(CHUNK):
                number += 1
                add(tar, f"{DATABASE}{number:06}", block)
                found.update(block)
                size += len(block)
        if process.returncode:
            raise Unfit(f"pg_dump failed: {last_of(said)}")
    return Piece(size, found.hexdigest())


def last_of(said: IO[bytes]) -> str:
    """The last words of a program."""
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-500:]


class Counting:
    """A file that is read, and the SHA-256 of everything that was."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.found = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and count a block."""
        block = self.source.read(size)
        self.found.update(block)
        return block


def add_files(tar: tarfile.TarFile, folder: Path) -> dict[str, Piece]:
    """Put every file into the archive. One that is removed meanwhile is left out, as its row is about to say."""
    pieces: dict[str, Piece] = {}
    for name, path in paths_under(folder):
        try:
            source = path.open("rb")
        except FileNotFoundError:
            continue
        with source:
            info = tarfile.TarInfo(FILES + name)
            info.size, info.mode = path.stat().st_size, 0o600
            counting: Any = Counting(source)
            tar.addfile(info, counting)
            pieces[name] = Piece(info.size, counting.found.hexdigest())
    return pieces


def migrations_of(line: Any) -> tuple[str, ...]:
    """Which migrations the database has been through."""
    if "django_migrations" not in tables_of(line):
        return ()
    with line.cursor() as cursor:
        cursor.execute("SELECT concat(app, '.', name) FROM django_migrations ORDER BY 1")
        return tuple(name for (name,) in cursor.fetchall())


def trail_of(line: Any) -> dict[str, Any]:
    """The trail's newest line and newest seal, so that a restored one can be held against them."""
    with line.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM core_trailentry")
        found: dict[str, Any] = {"last": cursor.fetchone()[0]}
        cursor.execute("SELECT number, seal FROM core_trailseal ORDER BY number DESC LIMIT 1")
        if newest := cursor.fetchone():
            found |= {"seal_number": newest[0], "seal": newest[1]}
    return found
