"""The life of an uploaded file: it waits, is checked, and is shown; or it is refused; or it is removed."""

from django.db.models import TextChoices


class FileState(TextChoices):
    WAITING = "waiting", "Waiting to be checked"
    CHECKING = "checking", "Being checked"
    READY = "ready", "Ready"
    REFUSED = "refused", "Refused"
    REMOVED = "removed", "Removed"
    LOST = "lost", "Not found any more"


BUSY = frozenset({FileState.WAITING, FileState.CHECKING})
# What counts towards the number of files that an audit or an action may have.
STANDING = frozenset({*BUSY, FileState.READY})
