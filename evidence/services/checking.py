"""Checking what came in: each step is a row's state, harmless when taken twice. Nothing is shown before.

Leases and the gaps between tries go by the computer's own clock, as in `core.running`.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.notices import Message, tell
from core.trail import record
from evidence import storing
from evidence.apart import check_apart
from evidence.checking import Checked, Unacceptable
from evidence.clamd import Infected, ScannerAway, scan
from evidence.models import StoredFile
from evidence.states import FileState
from people.models import User
from people.roles import Role

LEASE = timedelta(minutes=10)
TRIES = 5
# Minutes between one look for the scanner and the next.
GAPS = (1, 5, 15)
AWAY = "It cannot be checked for viruses now. It waits, and is tried again by itself."
INFECTED = "The virus scanner found something harmful in it, so it was thrown away."
GIVEN_UP = "It could not be checked after several tries. Print it to a new file, and send that."


def check_waiting(*, at: datetime) -> int:
    """Check what waits because a bell was missed, a worker died or the scanner was away; how many were checked."""
    due = StoredFile.objects.due(timezone.now())
    waiting = due.order_by("pk").values_list("pk", flat=True)[:50]
    return sum(work_on(pk, at=at) for pk in list(waiting))


def work_on(file_id: int, *, at: datetime) -> bool:
    """Check one file: the scanner first, then it is made anew and kept. Returns whether it is settled now.

    Doing it again changes nothing. While the scanner is away the file waits; nobody sees it.
    """
    file = take_up(file_id, at=at)
    if file is None:
        return False
    raw = bytes(file.raw or b"")
    try:
        if settings.CLAMD:
            scan(raw, at=settings.CLAMD)
        checked = check_apart(raw)
    except ScannerAway:
        put_off(file, at=at)
        return False
    except Infected:
        refuse(file, INFECTED, at=at, harmful=True)
    except Unacceptable as fault:
        refuse(file, str(fault), at=at)
    else:
        keep(file, checked, at=at)
    return True


@transaction.atomic
def take_up(file_id: int, *, at: datetime) -> StoredFile | None:
    """Take a file to be checked for a limited time; None when another worker has it or it is settled."""
    now = timezone.now()
    rows = StoredFile.objects.due(now).select_for_update(skip_locked=True)
    file: StoredFile | None = rows.filter(pk=file_id).first()
    if file is None:
        return None
    if file.state == FileState.CHECKING:  # whoever took it up before died over it
        file.tries += 1
    if file.tries >= TRIES:
        give_up(file, GIVEN_UP, at=at)
        return None
    file.state, file.lease_until = FileState.CHECKING, now + LEASE
    file.save(update_fields=["state", "lease_until", "tries"])
    return file


def held(file: StoredFile) -> bool:
    """Whether this worker still has the file; nobody else takes it up before the transaction ends."""
    mine = StoredFile.objects.filter(
        pk=file.pk, state=FileState.CHECKING, lease_until=file.lease_until
    )
    return mine.select_for_update().values_list("pk").first() is not None


@transaction.atomic
def put_off(file: StoredFile, *, at: datetime) -> None:
    """Let a file wait for the scanner; a scanner that is away does not use up its tries."""
    if not held(file):
        return
    waited = at - file.uploaded_at
    gap = next((one for one in GAPS if waited < timedelta(minutes=one)), GAPS[-1])
    file.state, file.lease_until, file.fault = FileState.WAITING, None, AWAY
    file.next_try_at = timezone.now() + timedelta(minutes=gap)
    file.save(update_fields=["state", "lease_until", "fault", "next_try_at"])


@transaction.atomic
def refuse(file: StoredFile, words: str, *, at: datetime, harmful: bool = False) -> None:
    """Throw a file away and say why; of a harmful one the head of QA is told."""
    if not held(file):
        return
    give_up(file, words, at=at, verb="refuse harmful file" if harmful else "refuse file")
    if harmful:
        tell_of_harm(file, at=at)


def give_up(file: StoredFile, words: str, *, at: datetime, verb: str = "refuse file") -> None:
    """Keep nothing of a file but the words why."""
    file.state, file.raw, file.fault = FileState.REFUSED, None, words[:200]
    file.lease_until, file.next_try_at, file.checked_at = None, None, at
    file.save()
    record(verb, file, cause="check of uploaded files", at=at, council_id=file.council_id)


def tell_of_harm(file: StoredFile, *, at: datetime) -> None:
    """Tell the council's head of QA that somebody sent a harmful file, without its name."""
    heads = User.objects.active().filter(council=file.council_id)
    message = Message(
        "files",
        "A harmful file was sent in",
        f"The virus scanner found something harmful in file {file.pk}, which was uploaded as evidence. It was thrown "
        "away and nobody could open it. Ask whoever looks after the council's computers to look at the one it came from; "
        "the trail says who uploaded it.",
    )
    people = [(one, "QA head") for one in heads.holding(Role.QA_HEAD, timezone.localdate(at))]
    tell(people, message, key=f"harmful-file-{file.pk}", at=at)


def keep(file: StoredFile, checked: Checked, *, at: datetime) -> None:
    """Keep the file made anew, unless another worker has it now or it was removed meanwhile.

    The bytes are on the disk before the row says so; what is left of a worker that dies in between is swept away.
    """
    name = storing.write(checked.content)
    with transaction.atomic():
        if held(file):
            file.name, file.kind, file.size = name, checked.kind, len(checked.content)
            file.sha256 = hashlib.sha256(checked.content).hexdigest()
            file.width, file.height, file.pages = checked.width, checked.height, checked.pages
            file.state, file.raw, file.fault = FileState.READY, None, ""
            file.scanned = bool(settings.CLAMD)
            file.lease_until, file.next_try_at, file.checked_at = None, None, at
            file.save()
            record(
                "keep file",
                file,
                cause="check of uploaded files",
                at=at,
                council_id=file.council_id,
                detail={"kind": checked.kind, "bytes": file.size, "scanned": file.scanned},
            )
            return
    storing.erase(name)
