"""Taking away what was left over; a second time finds nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core.trail import record
from evidence import storing
from evidence.models import StoredFile
from evidence.services.checking import give_up
from evidence.states import FileState

A_DAY = timedelta(days=1)
TOO_LONG = "It could not be checked within a day, so it was thrown away. Send it again."


def sweep(*, at: datetime, now: datetime) -> int:
    """Throw away what could not be checked within a day and files of which no row knows, and mark rows without a file.

    `at` is the service's clock, `now` the computer's own, by which files on a disk are dated. Returns how many.
    """
    return give_up_old(at=at) + erase_unknown(now=now) + mark_lost(at=at)


def give_up_old(*, at: datetime) -> int:
    """Keep nothing that has waited for a day to be checked."""
    old = StoredFile.objects.unchecked_since(at - A_DAY).values_list("pk", flat=True)
    return sum(give_up_one(pk, at=at) for pk in list(old))


@transaction.atomic
def give_up_one(pk: int, *, at: datetime) -> int:
    """Give one up unless a worker has settled it meanwhile."""
    rows = StoredFile.objects.unchecked_since(at - A_DAY).select_for_update(skip_locked=True)
    file = rows.filter(pk=pk).first()
    if file is None:
        return 0
    give_up(file, TOO_LONG, at=at)
    return 1


def erase_unknown(*, now: datetime) -> int:
    """Take away files a day old of which no ready row knows: left by a worker that died, or by a removal."""
    old = {path.name: path for path in storing.older_than(now - A_DAY)}
    known = StoredFile.objects.ready().values_list("name", flat=True)
    unknown = old.keys() - {name.hex for name in known if isinstance(name, UUID)}
    for name in unknown:
        old[name].unlink(missing_ok=True)
    return len(unknown)


def mark_lost(*, at: datetime) -> int:
    """Mark the rows whose file is not on the disk, so that their pages say so."""
    gone = [
        pk
        for pk, name in StoredFile.objects.ready().values_list("pk", "name")
        if name is not None and not storing.there(name)
    ]
    return sum(mark_one(pk, at=at) for pk in gone)


@transaction.atomic
def mark_one(pk: int, *, at: datetime) -> int:
    """Mark one unless it was removed meanwhile."""
    rows = StoredFile.objects.ready().select_for_update()
    file = rows.filter(pk=pk).first()
    if file is None:
        return 0
    file.state = FileState.LOST
    file.fault = "Its file is not there any more. Send it again, or ask whoever keeps the backups."
    file.save(update_fields=["state", "fault"])
    record("lose file", file, cause="sweep of files", at=at, council_id=file.council_id)
    return 1
