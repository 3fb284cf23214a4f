"""Imports from upload to end: each step is a row's state, harmless when taken twice."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.kinds import KINDS, Read
from cases.models import ImportRun
from core.moves import Refused
from core.notices import Message, tell
from core.tabular import Unreadable, rows
from core.trail import record
from people.models import User

LEASE = timedelta(minutes=10)
TRIES = 3
KEPT_FAULTS = 1_000
State = ImportRun.State
SECOND = "Somebody else must confirm this: it changes who can sign in or what they may do."
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
    """Say that a checked file shall be written.

    Raises PermissionDenied for who may not; Refused for a file with faults, and for who uploaded it where it takes
    a second person.
    """
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
    if run.sensitive and run.uploaded_by_id == by.pk:
        raise Refused(SECOND)
    run.state, run.tries, run.confirmed_by = State.CONFIRMED, 0, by
    run.save(update_fields=["state", "tries", "confirmed_by"])
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


@dataclass
class Found:
    """A file as its kind reads it, what has to be put right in it, and what takes a second person; both in words."""

    file: Read | None = None
    faults: list[dict[str, object]] = field(default_factory=list)
    sensitive: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows it has; none for a file that cannot be read."""
        return self.file.checked.count if self.file else 0


def read(run: ImportRun, *, at: datetime) -> Found:
    """Read an import's file, for who uploaded it and, once it is confirmed, for who confirmed it."""
    kind, on = KINDS[run.kind], timezone.localdate(at)
    try:
        file = kind.read(
            run.council,
            rows(bytes(run.content or b""), max_rows=settings.IMPORT_MAX_ROWS),
            subject=run.subject,
            on=on,
        )
    except (Unreadable, Refused) as fault:
        return Found(faults=[of_the_file(str(fault))])
    found = Found(file)
    if kind.guard and not file.faults:
        actors = {run.uploaded_by_id, run.confirmed_by_id} - {None}
        found.sensitive = kind.guard(run.council, file, actors=actors, on=on)
    found.faults = [asdict(fault) for fault in sorted(file.faults, key=lambda one: one.row)]
    if not found.faults and not file.checked.count:
        found.faults = [of_the_file("The file holds no rows below the names of its columns.")]
    return found


def check(run: ImportRun, *, at: datetime) -> None:
    """Check the file, and count what would change; nothing is kept of it."""
    found = read(run, at=at)
    counts = {} if found.faults else would_change(run, found.file, at=at)
    finish_check(run, found, counts, at=at)


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
def finish_check(run: ImportRun, found: Found, counts: dict[str, int], *, at: datetime) -> None:
    """Keep what the check found, unless another worker has the file now; a faulty file is not kept itself."""
    if not held(run):
        return
    faults = found.faults
    run.state = State.FAULTY if faults else State.CHECKED
    run.faults, run.fault_count, run.rows, run.counts = (
        faults[:KEPT_FAULTS],
        len(faults),
        found.rows,
        counts,
    )
    run.lease_until, run.sensitive = None, [] if faults else found.sensitive
    if faults:
        run.content, run.ended_at = None, at
    run.save()
    if run.waits_for_another:
        ask_another(run, at=at)


def others(run: ImportRun, *, at: datetime) -> list[User]:
    """Who may confirm a file that takes a second person."""
    who = KINDS[run.kind].others
    return who(run.council, run.uploaded_by_id, at) if who else []


def ask_another(run: ImportRun, *, at: datetime) -> None:
    """Tell those who may confirm it that a file waits for them."""
    message = Message(
        kind="imports.second",
        subject="A file waits for you to confirm it",
        text="Somebody has uploaded a file that changes who can sign in or what they may do. "
        "Look at it, and confirm it only if you know why.",
        path=f"/import/{run.pk}/",
        urgent=True,
    )
    tell([(one, "") for one in others(run, at=at)], message, key=f"import:{run.pk}:second", at=at)


@transaction.atomic
def write(run: ImportRun, *, at: datetime) -> None:
    """Write the whole file, or nothing of it when something has changed since the check."""
    if not held(run):
        return
    found = read(run, at=at)
    if found.sensitive and run.confirmed_by_id in {None, run.uploaded_by_id}:
        found.faults.append(of_the_file(SECOND))
    if found.faults:
        finish_check(run, found, {}, at=at)
        return
    run.counts = KINDS[run.kind].apply(
        run.council, found.file, by=run.uploaded_by, at=at, on=timezone.localdate(at)
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
