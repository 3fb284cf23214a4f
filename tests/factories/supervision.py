"""Personal notes for tests."""

from datetime import date, datetime
from uuid import UUID, uuid4

from people.models import User
from supervision.models import PersonalNote
from supervision.services import Said, write_note

CANARY = "Canary sentence: visits were late three times and we agreed a plan."


def note_for(
    worker: User, author: User, at: datetime, *, text: str = CANARY, key: UUID | None = None
) -> PersonalNote:
    """A note as its author writes it."""
    return write_note(worker, Said(day(at), text), key=key or uuid4(), by=author, at=at)


def day(at: datetime) -> date:
    """The day of a moment in these tests, which lie at noon."""
    return at.date()
