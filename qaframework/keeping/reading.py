"""Reading a backup and putting it back: first the whole of it is read and checked, then the database is touched."""

import hashlib
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.db import connections
from django.db.migrations.loader import MigrationLoader

from qaframework.keeping.counting import BLOCK, counted, files_under, tables_of
from qaframework.keeping.faults import Unfit
from qaframework.keeping.manifest import Line, Manifest, Piece, compared, fit_for, loaded
from qaframework.keeping.programs import connect, environment, fitting, version_of
from qaframework.keeping.proving import check_proof
from qaframework.keeping.sealing import check_digest, unsealed
from qaframework.keeping.writing import DATABASE, FILES, LIST, PROOF, Say, last_of

OTHERS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


@dataclass
class Target:
    """Where the archive's pieces go: the database's to a program, the files to a folder; or nowhere, to be counted."""

    program: Any = None
    folder: Path | None = None
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0
    files: dict[str, Piece] = field(default_factory=dict)
    manifest: Manifest | None = None
    contents: bytes = b""
    proof: bytes = b""

    def take(self, member: tarfile.TarInfo, source: Any) -> None:
        """Put one piece where it belongs."""
        if member.name == LIST:
            self.contents = source.read()
            self.manifest = loaded(self.contents)
        elif member.name == PROOF:
            self.proof = source.read()
        elif member.name.startswith(DATABASE):
            self.take_database(source)
        elif member.name.startswith(FILES):
            self.take_file(member.name.removeprefix(FILES), source)

    def take_database(self, source: Any) -> None:
        """Hand a piece of the database on."""
        while block := source.read(BLOCK):
            self.digest.update(block)
            self.size += len(block)
            if self.program is not None:
                self.program.write(block)

    def take_file(self, name: str, source: Any) -> None:
        """Write one file, or only count it."""
        found, size = hashlib.sha256(), 0
        into = self.opened(name) if self.folder else None
        try:
            while block := source.read(BLOCK):
                found.update(block)
                size += len(block)
                if into:
                    into.write(block)
        finally:
            if into:
                into.flush()
                os.fsync(into.fileno())
                into.close()
        self.files[name] = Piece(size, found.hexdigest())

    def opened(self, name: str) -> Any:
        """A new file in the folder, and nowhere else."""
        assert self.folder is not None  # noqa: S101 - asked before
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise Unfit("A file in the backup points out of its folder.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def walk(source: Path, identities: list[Any], target: Target) -> Manifest:
    """Go through the archive once. Raises Unfit where what is in it is not what its list says."""
    with unsealed(source, identities) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as tar:
                for member in tar:
                    if member.isfile():
                        target.take(member, tar.extractfile(member))
        except tarfile.TarError as fault:
            raise Unfit(f"{source.name} is cut off or no backup.") from fault
    manifest = target.manifest
    if manifest is None:
        raise Unfit(f"{source.name} is cut off: its list of contents is missing.")
    if manifest.database != Piece(target.size, target.digest.hexdigest()):
        raise Unfit("The database in the backup is not what its list says.")
    if manifest.files != target.files:
        raise Unfit("The files in the backup are not what its list says.")
    return manifest


def read_through(
    source: Path, identities: list[Any], *, without_proof: bool = False, say: Say
) -> Manifest:
    """Read the whole backup and check it against its checksum, its own list and its proof; nothing is written anywhere.

    `without_proof` takes one that no key of the service proves. Raises Unfit in words.
    """
    vouched = check_digest(source)
    say("checksum beside it: the same" if vouched else "there is no checksum beside it")
    target = Target()
    manifest = walk(source, identities, target)
    if without_proof:
        say("its proof is NOT checked")
    else:
        check_proof(target.contents, target.proof)
        say("proved by a key of this service")
    say(
        f"read through: made {manifest.made_at}, {manifest.rows:,} rows, {len(manifest.files):,} files"
    )
    return manifest


def put_back(
    source: Path,
    identities: list[Any],
    media: Path,
    *,
    replace: bool,
    without_proof: bool = False,
    say: Say,
) -> Manifest:
    """Put a backup into an empty database and an empty folder of files.

    With `replace` what is there is taken away first; the files of before are kept in a folder beside.
    Raises Unfit, in words, before anything is touched: for a backup that is not sound or not proved, a newer edition's, a database
    that holds something, or one that somebody else uses.
    """
    manifest = read_through(source, identities, without_proof=without_proof, say=say)
    loader = MigrationLoader(None, ignore_no_migrations=True)
    fit_for(manifest, {f"{app}.{name}" for app, name in loader.disk_migrations})
    connections.close_all()
    line = connect()
    try:
        make_room(line, media, replace=replace, say=say)
        restorer = fitting("pg_restore", version_of(line))
    finally:
        line.close()
    fresh = media.with_name(media.name + ".restoring")
    if fresh.exists():
        raise Unfit(f"{fresh} is left of a restore that was cut off. Take it away first.")
    fresh.mkdir(mode=0o700, parents=True)
    with restoring(restorer) as program:
        again = walk(source, identities, Target(program=program, folder=fresh))
        if again != manifest:
            raise Unfit(f"{source.name} was changed while it was read; the database is as before.")
    if media.exists():
        media.rmdir()
    fresh.rename(media)
    say("database and files are put back")
    return manifest


def make_room(line: Any, media: Path, *, replace: bool, say: Say) -> None:
    """Have an empty database and no files, or raise Unfit."""
    with line.cursor() as cursor:
        cursor.execute(OTHERS)
        if others := cursor.fetchone()[0]:
            raise Unfit(
                f"{others} other connections use the database. Stop web, worker and beat first."
            )
    holds = tables_of(line)
    old = media.exists() and any(media.iterdir())
    if (holds or old) and not replace:
        raise Unfit(
            "The database or the folder of files is not empty. Use an empty one, or --replace to "
            "take away what is there."
        )
    if holds:
        with line.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        line.commit()
        say(f"taken away: {len(holds)} tables")
    if old:
        aside = media.with_name(f"{media.name}.before-{os.getpid()}")
        media.rename(aside)
        say(f"the files of before are kept in {aside}; erase them when you do not need them")


@contextmanager
def restoring(restorer: str) -> Iterator[Any]:
    """Where the database's bytes go: pg_restore, all of it in one transaction."""
    command = [restorer, "--no-owner", "--exit-on-error", "--single-transaction"]
    with TemporaryFile() as said:
        with subprocess.Popen(
            [*command, f"--dbname={environment()['PGDATABASE']}"],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as process:
            try:
                yield process.stdin
            except BrokenPipeError:
                pass  # it has ended, and says why
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise Unfit(f"pg_restore failed, and the database is as before: {last_of(said)}")


def compare(manifest: Manifest, media: Path) -> list[Line]:
    """Count the database and the files as they are now, and hold them against a backup's list."""
    line = connect()
    try:
        line.set_session(isolation_level="REPEATABLE READ", readonly=True)
        return compared(manifest, counted(line), files_under(media))
    finally:
        line.close()
