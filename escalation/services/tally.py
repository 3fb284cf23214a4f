"""How far a run has come, and what failed in it: one part that fails stops no other."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from core.jobs import Step
from core.running import Lost, place

log = logging.getLogger(__name__)


class Tally:
    """What a run has done so far, and the faults of its parts."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.done = 0
        self.faults: list[Exception] = []

    def add(self, number: int) -> None:
        """So many more are done; a worker that has lost the run stops here."""
        self.reach(self.done + number)

    def reach(self, number: int) -> None:
        """So many are done in all."""
        self.done = number
        self.step(number)

    @contextmanager
    def apart(self, what: str) -> Iterator[None]:
        """Keep what fails in one part for the end; the log says where it was, never whom it is about."""
        try:
            yield
        except Lost:
            raise
        except Exception as fault:
            log.warning("%s failed: %s", what, place(fault))
            self.faults.append(fault)

    def part(self, work: Callable[[datetime, Step], int], at: datetime) -> None:
        """Do one part of a run, counted on from what the parts before it have done."""
        before = self.done
        with self.apart(work.__name__):
            self.done = before + work(at, lambda number: self.reach(before + number))

    def end(self) -> int:
        """How many are done. Raises the first fault, so that the run counts as failed."""
        if self.faults:
            raise self.faults[0]
        return self.done
