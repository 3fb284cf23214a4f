"""Imports from upload to end: each step is a row's state, harmless when taken twice."""

import hashlib
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.kinds import KINDS, Read
from cases.models import ImportRun
from core.moves import Refused
from core.tabular import Unreadable, rows
from core.trail import record
from people.models import User

LEASE = timedelta(minutes=10)
TRIES = 3
KEPT_FAULTS = 1_000
State = ImportRun.State
CONFIRMED = frozenset({State.CONFIRMED, State.WRITING, State.DONE})


@transaction.atomic
def upload(kind: str, content: bytes, *, by: User, at: datetime, subject: str = "") -> ImportRun:
    """Keep an uploaded file to be checked. Raises PermissionDenied or, in words, Refused for a file too large."""
    if not by.has_perm(KINDS[kind].permission) or by.council is None:
        raise PermissionDenied
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise Refused(
            f"The file is larger than {settings.IMPORT_MAX_BYTES // 1024 // 1024} MB. Split it, or save it as CSV."
        )
    if not content:
        raise Refused("The file is empty.")
    run = ImportRun.objects.create(
        council=by.council,
        kind=kind,
        subject=subject,
        uploaded_by=by,
        uploaded_at=at,
        content=content,
        checksum=hashlib.sha256(content).hexdigest(),
    )
    record("upload import", run, by=by, at=at)
    return run


@transaction.atomic
def confirm(run: ImportRun, *, by: User, at: datetime) -> ImportRun:
    """Say that a checked file shall be written."""
    if not by.has_perm(KINDS[run.kind].permission) or by.council_id != run.council_id:
        raise PermissionDenied
    run.refresh_from_db(
        fields=["state"]
    )  # before it is locked: a file being written is, for minutes
    if run.state in CONFIRMED:
        return run
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state in CONFIRMED:
        return run
    if run.state != State.CHECKED:
        raise Refused("Only a file without faults can be imported.")
    run.state, run.tries = State.CONFIRMED, 0
    run.save(update_fields=["state", "tries"])
    record("confirm import", run, by=by, at=at)
    return run


@transaction.atomic
def take_up(run_id: int, *, at: datetime) -> ImportRun | None:
    """Take the next step of an import for a limited time; None when there is none to take."""
    run = (
        ImportRun.objects.due(at)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("council", "uploaded_by")
        .filter(pk=run_id)
        .first()
    )
    if run is None:
        return None
    run.tries += 1
    if run.tries > TRIES:
        run.state, run.content, run.ended_at = State.FAILED, None, at
        run.faults = [of_the_file("It was tried three times and did not finish.")]
        run.save()
        return None
    run.state = State.CHECKING if run.state in {State.WAITING, State.CHECKING} else State.WRITING
    run.lease_until = at + LEASE
    run.save(update_fields=["state", "tries", "lease_until"])
    return run


def work_on(run_id: int, *, at: datetime) -> bool:
    """Check or write one import; returns whether anything was done. Doing it again changes nothing."""
    run = take_up(run_id, at=at)
    if run is None:
        return False
    if run.state == State.CHECKING:
        check(run, at=at)
    else:
        write(run, at=at)
    return True


def read(run: ImportRun, *, at: datetime) -> tuple[Read | None, list[dict[str, object]]]:
    """The file as its kind reads it, and what has to be put right in it; None for a file that cannot be read."""
    try:
        found = KINDS[run.kind].read(
            run.council,
            rows(bytes(run.content or b""), max_rows=settings.IMPORT_MAX_ROWS),
            subject=run.subject,
            on=timezone.localdate(at),
        )
    except (Unreadable, Refused) as fault:
        return None, [of_the_file(str(fault))]
    faults = [asdict(fault) for fault in sorted(found.faults, key=lambda one: one.row)]
    if not faults and not found.checked.count:
        faults = [of_the_file("The file holds no rows below the names of its columns.")]
    return found, faults


def check(run: ImportRun, *, at: datetime) -> None:
    """Check the file, and count what would change; nothing is kept of it."""
    found, faults = read(run, at=at)
    counts = {} if faults else would_change(run, found, at=at)
    finish_check(run, faults, found.checked.count if found else 0, counts, at=at)


def of_the_file(says: str) -> dict[str, object]:
    """A fault of the file as a whole."""
    return {"row": 0, "column": "", "says": says}


def would_change(run: ImportRun, found: Read | None, *, at: datetime) -> dict[str, int]:
    """What writing the file would change: counted, or found by writing it and taking it back."""
    kind = KINDS[run.kind]
    if kind.count:
        return kind.count(run.council, found)
    with transaction.atomic():
        counts = kind.apply(
            run.council, found, by=run.uploaded_by, at=at, on=timezone.localdate(at)
        )
        transaction.set_rollback(True)
    return counts


def held(run: ImportRun) -> bool:
    """Whether this worker still has the step it took; nobody else takes it up before the transaction ends."""
    mine = ImportRun.objects.filter(pk=run.pk, state=run.state, lease_until=run.lease_until)
    return mine.select_for_update().values_list("pk").first() is not None


@transaction.atomic
def finish_check(
    run: ImportRun,
    faults: list[dict[str, object]],
    count: int,
    counts: dict[str, int],
    *,
    at: datetime,
) -> None:
    """Keep what the check found, unless another worker has the file now; a faulty file is not kept itself."""
    if not held(run):
        return
    run.state = State.FAULTY if faults else State.CHECKED
    run.faults, run.fault_count, run.rows, run.counts = (
        faults[:KEPT_FAULTS],
        len(faults),
        count,
        counts,
    )
    run.lease_until = None
    if faults:
        run.content, run.ended_at = None, at
    run.save()


@transaction.atomic
def write(run: ImportRun, *, at: datetime) -> None:
    """Write the whole file, or nothing of it when something has changed since the check."""
    if not held(run):
        return
    found, faults = read(run, at=at)
    if faults:
        finish_check(run, faults, found.checked.count if found else 0, {}, at=at)
        return
    run.counts = KINDS[run.kind].apply(
        run.council, found, by=run.uploaded_by, at=at, on=timezone.localdate(at)
    )
    run.state, run.content, run.lease_until, run.ended_at = State.DONE, None, None, at
    run.save()


def discard_old(*, at: datetime) -> int:
    """Take away files that nobody confirmed within a day."""
    why = [
        of_the_file(
            "Nobody confirmed it within a day, so the file was taken away. Upload it again."
        )
    ]
    return ImportRun.objects.stale(at).update(
        content=None, state=State.FAILED, ended_at=at, faults=why
    )
