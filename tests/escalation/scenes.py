"""Lancashire with its own posts, and the chaser run day by day."""

from datetime import date, datetime, timedelta

from core.models import Notice
from escalation.services.chasing import chase
from tests.factories.cast import cast
from tests.factories.standards import edition_of
from tests.programme.scenes import Council, moment

# Lancashire's own posts for the cast's deputy director and director.
POSTS = {"DD": "DCSC", "DCS": "ED", "PSQA": "QA", "HOS_PSQA": "QAL"}


def lancashire() -> Council:
    """The council with its ladders, its director of social care and its executive director."""
    version = edition_of("lancashire")
    return Council(cast("lancashire", POSTS), version)


def nothing(done: int) -> None:
    """Nobody asks how far the run is."""


def run(day: date, hour: int = 6) -> int:
    """The daily run of a day."""
    return chase(moment(day.year, day.month, day.day, hour), nothing)


def run_daily(first: date, last: date) -> None:
    """The daily runs from one day to another."""
    for n in range((last - first).days + 1):
        run(first + timedelta(days=n))


def told(kind: str = "escalation.rung") -> list[tuple[date, str]]:
    """The messages of one kind: the day and the first part of the address, in order."""
    found = Notice.objects.filter(kind=kind).order_by("made_at", "to__email")
    return [
        (one.made_at.date(), one.to.email.partition("@")[0]) for one in found.select_related("to")
    ]


def at(day: date, hour: int = 10) -> datetime:
    """A moment of a day in London."""
    return moment(day.year, day.month, day.day, hour)
