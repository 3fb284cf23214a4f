"""Ringing a worker: the work itself waits as a row, so a bell that is not heard loses nothing."""

import time
from dataclasses import dataclass
from typing import Any

import kombu.exceptions
from celery import Task
from django.db import transaction

# Seconds in which a process tries no other bell after one that the broker did not take.
PAUSE = 10


@dataclass
class Quiet:
    """Until when this process rings no bell, by the computer's own clock: nobody waits for a broker that is away twice."""

    until: float = 0.0

    def now(self) -> bool:
        """Whether a bell was refused a moment ago."""
        return time.monotonic() < self.until

    def begin(self) -> None:
        """Ring none for a while."""
        self.until = time.monotonic() + PAUSE

    def end(self) -> None:
        """Try the next one again."""
        self.until = 0.0


quiet = Quiet()


def ring(task: Task, *row_ids: int, queue: str = "") -> None:
    """Tell a worker, once the transaction is through, that a row waits; the sweep finds it if nobody hears.

    The bell rings in the queue of its task (`qaframework.queues`), unless the row wants another.
    """
    where: dict[str, Any] = {"queue": queue} if queue else {}

    def send() -> None:
        if quiet.now():
            return
        try:
            task.apply_async(row_ids, retry=False, **where)
        except (kombu.exceptions.OperationalError, OSError):
            quiet.begin()

    transaction.on_commit(send)
