"""Jobs: what the system does by itself, and when. A room registers its own in its `jobs.py`.

All times are London's, by the service's clock. The rows of what has run are `core.models.JobRun`;
`core.running` makes and works them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Counted no further: a clock that is moved by years is not counted minute by minute.
MOST_MISSED = 9_999

# Says how many things are done so far: renews the lease and keeps the progress.
Step = Callable[[int], None]


class When(Protocol):
    """How often a job comes."""

    def last(self, at: datetime) -> datetime:
        """The latest planned moment that has come."""

    def next(self, at: datetime) -> datetime:
        """The first planned moment after this one."""

    def words(self) -> str:
        """How often, for a person."""


@dataclass(frozen=True)
class Every:
    """Each so many minutes, counted in hours that pass: nights and clock changes do not matter."""

    minutes: int

    def last(self, at: datetime) -> datetime:
        """The latest planned moment that has come."""
        return at - (at - EPOCH) % timedelta(minutes=self.minutes)

    def next(self, at: datetime) -> datetime:
        """The first planned moment after this one."""
        return self.last(at) + timedelta(minutes=self.minutes)

    def words(self) -> str:
        """How often, for a person."""
        return "Every hour" if self.minutes == 60 else f"Every {self.minutes} minutes"


@dataclass(frozen=True)
class Daily:
    """Each day at a time of day in London."""

    hour: int
    minute: int = 0

    def last(self, at: datetime) -> datetime:
        """The latest planned moment that has come."""
        day = at.astimezone(LONDON).date()
        planned = self.on(day)
        return planned if planned <= at else self.on(day - timedelta(days=1))

    def next(self, at: datetime) -> datetime:
        """The first planned moment after this one."""
        day = at.astimezone(LONDON).date()
        planned = self.on(day)
        return planned if planned > at else self.on(day + timedelta(days=1))

    def on(self, day: date) -> datetime:
        """The planned moment of a day."""
        return moment(day, self.hour, self.minute)

    def words(self) -> str:
        """How often, for a person."""
        return f"Every day at {self.hour:02}:{self.minute:02}"


@dataclass(frozen=True)
class Monthly:
    """Each month on a day that every month has, at a time of day in London."""

    day: int
    hour: int
    minute: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 28:
            raise ValueError("A monthly job comes on one of the days 1 to 28.")

    def last(self, at: datetime) -> datetime:
        """The latest planned moment that has come."""
        day = at.astimezone(LONDON).date().replace(day=1)
        planned = self.of(day)
        return planned if planned <= at else self.of(day - timedelta(days=1))

    def next(self, at: datetime) -> datetime:
        """The first planned moment after this one."""
        day = at.astimezone(LONDON).date().replace(day=1)
        planned = self.of(day)
        return planned if planned > at else self.of(day + timedelta(days=32))

    def of(self, day: date) -> datetime:
        """The planned moment of the month in which a day lies."""
        return moment(day.replace(day=self.day), self.hour, self.minute)

    def words(self) -> str:
        """How often, for a person."""
        return f"Day {self.day} of each month at {self.hour:02}:{self.minute:02}"


def moment(day: date, hour: int, minute: int) -> datetime:
    """A time of a London day, in UTC; one that the clocks leave out comes an hour later."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def missed(when: When, since: datetime, planned: datetime) -> int:
    """How many planned moments lie between the run before and this one: it makes up for them."""
    number = -1
    while since < planned and number < MOST_MISSED:
        since = when.next(since)
        number += 1
    return max(number, 0)


@dataclass(frozen=True)
class Job:
    """Something the system does by itself.

    `work(at, step)` does the job for the clock's moment `at` and returns how many things it did. It calls
    `step(done)` between batches, outside its transactions, and is harmless twice: a run that was cut off
    is done again from its start, and finds what is done already.

    `queue` is where its runs wait for a worker. What looks through everything and is in no hurry, or waits for
    others, waits apart, so that no clock waits behind it (decision 28).
    """

    name: str
    title: str
    when: When
    work: Callable[[datetime, Step], int]
    queue: str = "clocks"


JOBS: dict[str, Job] = {}


def register(job: Job) -> Job:
    """Put a job on the timetable; a name stands for one job only."""
    if JOBS.get(job.name, job) != job:
        raise ValueError(f"There are two jobs called {job.name}.")
    JOBS[job.name] = job
    return job
