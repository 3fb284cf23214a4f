"""What the menu counts for a person."""

from typing import Any

from core import clock
from core.counts import COUNTS, Count
from core.prepared import COUNCIL, USER
from people.models import User
from people.roles import MANAGERS, QA_TEAM
from people.selectors import holds
from programme.models import DateChange, Draw
from programme.querysets import READERS
from programme.selectors.changes import waiting


def decider(user: User) -> str | None:
    """Whether requests can wait for this person's decision at all."""
    may = user.council_id is not None and holds(user, *QA_TEAM, *MANAGERS, on=clock.today())
    return "asked" if may else None


def requests_asked(kind: str) -> Any:
    """The requests of a council that wait for anybody's decision."""
    return DateChange.objects.open().filter(audit__council=COUNCIL)


def requests_waiting(user: User) -> int:
    """How many requests wait for this person's decision."""
    return len(waiting(user, clock.today()))


def giver(user: User) -> str | None:
    """Whether this person's word can be asked for a draw."""
    return "words" if holds(user, *READERS, on=clock.today()) else None


def draws_waiting(kind: str) -> Any:
    """The draws that wait for two people's words and do not have the person's."""
    return Draw.objects.waiting_for_words(COUNCIL).exclude(shares__by=USER)


COUNTS["draws"] = Count(giver, draws_waiting)
COUNTS["requests"] = Count(decider, requests_asked, exactly=requests_waiting)
