"""Counting a database and files, so that two of them can be compared."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg2 import sql

from qaframework.keeping.manifest import Piece, Table

BLOCK = 1024 * 1024
# Whatever a server is set to, the same row is the same text.
PLAIN = """SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL jit = off"""
# The sum of the rows' digests, in two halves: it is the same in whatever order the rows come.
SUM = """SELECT count(*), concat(
    coalesce(sum(('x' || substr(digest, 1, 16))::bit(64)::bigint), 0), ':',
    coalesce(sum(('x' || substr(digest, 17, 16))::bit(64)::bigint), 0))
FROM (SELECT encode(sha256(convert_to(one::text, 'UTF8')), 'hex') AS digest FROM {} AS one) AS digests"""
TABLES = """SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"""


def tables_of(line: Any) -> list[str]:
    """The names of a database's tables."""
    with line.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def counted(line: Any) -> dict[str, Table]:
    """Each table's rows and checksum, worked out by the server, as the transaction sees them."""
    found = {}
    with line.cursor() as cursor:
        cursor.execute(PLAIN)
        for name in tables_of(line):
            cursor.execute(sql.SQL(SUM).format(sql.Identifier("public", name)))
            found[name] = Table(*cursor.fetchone())
    return found


def paths_under(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder, with its name from there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, read block by block."""
    found = hashlib.sha256()
    with path.open("rb") as text:
        while block := text.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def files_under(folder: Path) -> dict[str, Piece]:
    """The size and SHA-256 of every file below a folder."""
    return {name: Piece(path.stat().st_size, digest_of(path)) for name, path in paths_under(folder)}
