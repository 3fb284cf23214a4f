"""Sealing the trail: what stands in its lines cannot be altered, taken out or put in without being found (H-7).

The lines of transactions that have ended form a set that no longer grows. A job takes those that are new, in the
order of their transactions, and writes one seal over them and over the seal before: an HMAC-SHA256 (RFC 2104) by a
key that is not in the database. The newest seal's number and value are also kept in a file beside the database, so
that cutting off the end is found too. No request waits for any of this (decision 0019).
"""

import fcntl
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core.models import TrailEntry, TrailSeal
from core.sealed import secret_bytes

log = logging.getLogger(__name__)
COLUMNS = (
    *("id", "at", "verb", "subject_type", "subject_id", "council_id", "by_id", "cause", "source"),
    *("detail", "cluster", "xact", "written_at"),
)
ID, XACT = 0, COLUMNS.index("xact")
# One at a time: two that seal at once would take the same lines.
LOCK = 7_241_905_113
BEGINNING = -1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CHUNK = 2_000
# How many losses the anchor keeps: the first ones tell what happened.
MOST_LOST = 20


@dataclass(frozen=True)
class Now:
    """Which server answers, which transactions have ended for good, and which have not begun."""

    cluster: int
    ended: int
    begun: int


@dataclass
class Taken:
    """The lines that one seal covers: how many, which, and their digest."""

    lines: int = 0
    first_id: int = 0
    last_id: int = 0
    upto_xact: int = BEGINNING
    hash: Any = field(default_factory=hashlib.sha256)

    def add(self, line: tuple[Any, ...]) -> None:
        """Take in one line."""
        self.first_id = min(self.first_id, line[ID]) if self.lines else line[ID]
        self.last_id = max(self.last_id, line[ID])
        self.lines += 1
        self.upto_xact = line[XACT]
        self.hash.update(canonical(line))


def present() -> Now:
    """What the database says of itself. Lines of ended transactions are final, whoever still writes others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()),"
            " pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        cluster, oldest, following = cursor.fetchone()
    return Now(cluster, oldest - 1, following)


def canonical(line: tuple[Any, ...]) -> bytes:
    """One line as the bytes that are sealed: JSON in plain ASCII, keys sorted, moments in microseconds of UTC."""
    plain = [micros(value) if isinstance(value, datetime) else value for value in line]
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def micros(moment: datetime) -> int:
    """A moment as whole microseconds since 1970 in UTC."""
    return (moment - EPOCH) // MICROSECOND


def lines_of(cluster: int, after_xact: int, upto_xact: int) -> Iterator[tuple[Any, ...]]:
    """The lines of a run of transactions in the order of the seals, a few thousand at a time."""
    found = TrailEntry.objects.of_run(cluster, after_xact, upto_xact).values_list(*COLUMNS)
    return iter(found.iterator(chunk_size=CHUNK))


@lru_cache(maxsize=32)
def _key(word: str) -> tuple[str, bytes]:
    secret = secret_bytes(word)

    def derived(use: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=use).derive(secret)

    return derived(b"qaframework trail key name", 8).hex(), derived(b"qaframework trail seal", 32)


def keys() -> dict[str, bytes]:
    """The keys of seals by name, the newest first, made of `QA_DATA_KEYS`."""
    return dict(_key(word) for word in settings.QA_DATA_KEYS)


def said_by(seal: TrailSeal) -> list[int | str]:
    """Everything in a seal's row but the seal itself."""
    return [
        *(seal.number, seal.cluster, seal.after_xact, seal.upto_xact, seal.lines, seal.first_id),
        *(seal.last_id, seal.digest, seal.previous, seal.key_name, micros(seal.sealed_at)),
    ]


def value_of(seal: TrailSeal, key: bytes) -> str:
    """What the seal must be: the HMAC of everything else in its row."""
    return hmac.new(key, json.dumps(said_by(seal)).encode("ascii"), hashlib.sha256).hexdigest()


def print_of(seal: TrailSeal | None) -> str:
    """A seal's whole row as one digest, which the next seal holds: so a newer key proves the seals of older ones."""
    if seal is None:
        return ""
    return hashlib.sha256(json.dumps([*said_by(seal), seal.seal]).encode("ascii")).hexdigest()


def seal_trail(now: Now | None = None) -> int:
    """Seal every line whose transaction has ended, and note the newest seal outside the database.

    `now` is what the database says of itself, unless the caller knows better. Returns how many lines were sealed.
    Harmless twice; a second one waits for the first.
    """
    with alone():
        with transaction.atomic():
            lock_seals()
            before = TrailSeal.objects.last()
            made = list(new_seals(before, now or present()))
        note_newest(before, made[-1] if made else before)
    return sum(one.lines for one in made)


@contextmanager
def alone() -> Iterator[None]:
    """Keep every other process that writes the same anchor from sealing meanwhile."""
    path = anchor_path().with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def lock_seals() -> None:
    """Keep every other machine from sealing until this transaction ends, also behind a pooler (decision 27)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def new_seals(before: TrailSeal | None, now: Now) -> Iterator[TrailSeal]:
    """One seal for what an earlier server left unsealed, when this one begins; one for what is new here."""
    runs = [(now.cluster, now.ended)]
    if before is None or before.cluster != now.cluster:
        others = TrailEntry.objects.exclude(cluster=now.cluster).order_by("cluster")
        earlier = others.values_list("cluster", flat=True).distinct()
        runs = [*((one, 2**63 - 1) for one in earlier), *runs]
    for cluster, upto in runs:
        made = seal_run(cluster, upto, before)
        if made:
            before = made
            yield made


def seal_run(cluster: int, upto: int, before: TrailSeal | None) -> TrailSeal | None:
    """Seal what one server wrote and no seal covers yet; nothing where there is nothing."""
    last = TrailSeal.objects.filter(cluster=cluster).last()
    after = last.upto_xact if last else BEGINNING
    taken = Taken()
    for line in lines_of(cluster, after, upto):
        taken.add(line)
    if not taken.lines:
        return None
    name, key = next(iter(keys().items()))
    made = TrailSeal(
        number=before.number + 1 if before else 1,
        cluster=cluster,
        after_xact=after,
        upto_xact=taken.upto_xact,
        lines=taken.lines,
        first_id=taken.first_id,
        last_id=taken.last_id,
        digest=taken.hash.hexdigest(),
        previous=print_of(before),
        key_name=name,
        sealed_at=timezone.now(),
    )
    made.seal = value_of(made, key)
    made.save(force_insert=True)
    return made


# --- the anchor: what is known outside the database ----------------------------------------------


@dataclass(frozen=True)
class Anchor:
    """The newest seal as a file outside the database knows it, and what was found missing when it was written.

    `lost` holds what a new seal could not follow on from, until somebody accepts it with its reason.
    """

    number: int = 0
    seal: str = ""
    lost: tuple[str, ...] = ()


def anchor_path() -> Path:
    """Where the anchor is kept."""
    return Path(settings.DATA_DIR) / "trail-anchor.json"


def read_anchor() -> Anchor | None:
    """What the file says; None where there is none. Raises ValueError where it cannot be read."""
    try:
        said = json.loads(anchor_path().read_text(encoding="utf-8"))
        return Anchor(int(said["number"]), str(said["seal"]), tuple(said["lost"]))
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, UnicodeDecodeError) as fault:
        raise ValueError("The anchor's file cannot be read.") from fault


def write_anchor(anchor: Anchor) -> None:
    """Put the file in place of the one before, whole or not at all."""
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    with new.open("w", encoding="utf-8") as out:
        json.dump(asdict(anchor), out)
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)


def note_newest(before: TrailSeal | None, newest: TrailSeal | None) -> None:
    """Keep the newest seal in the anchor, and with it what the anchor knew and the database does not."""
    if newest is None:
        return
    try:
        kept = read_anchor()
        lost = missing_from(kept, before)
    except ValueError:
        kept, lost = None, ["The anchor could not be read when a new seal was made."]
    wanted = Anchor(newest.number, newest.seal, (*(kept.lost if kept else ()), *lost)[:MOST_LOST])
    if wanted != kept:
        write_anchor(wanted)
        log.info("trail sealed to number %s: %s", newest.number, newest.seal)


def missing_from(kept: Anchor | None, before: TrailSeal | None) -> list[str]:
    """What the anchor knew that the database, whose newest seal was this one, does not hold."""
    if kept is None:
        return ["There was no anchor when a new seal was made."] if before else []
    if not kept.number:
        return []
    same = TrailSeal.objects.filter(number=kept.number, seal=kept.seal).exists()
    newest = f"seal {before.number}" if before else "no seal"
    return [] if same else [f"The anchor knew seal {kept.number}; the database ended at {newest}."]


def accept_anchor() -> tuple[str, ...]:
    """Begin the anchor anew at the newest seal; gives what had been missing. Who asks leaves a line in the trail."""
    newest = TrailSeal.objects.last()
    try:
        kept = read_anchor()
        lost = (*(kept.lost if kept else ()), *missing_from(kept, newest))
    except ValueError:
        lost = ("The anchor could not be read.",)
    write_anchor(Anchor(newest.number, newest.seal) if newest else Anchor())
    return tuple(lost)


def export(lines: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """Each line as JSON, with the names of its columns and moments in ISO form."""
    for line in lines:
        named = dict(zip(COLUMNS, line, strict=True))
        for name in ("at", "written_at"):
            named[name] = named[name].astimezone(UTC).isoformat() if named[name] else None
        yield json.dumps(named, sort_keys=True)
