"""The last evening of a month: one user in twenty at an audit form, whether the service keeps up or not.

Each saves an answer every four seconds; their page asks as often by itself what others have changed; and at every tenth
answer they open a section of a form. Nobody waits for an answer before the next is due: where the service falls behind,
times grow, as they would. A time counts from the moment at which a request was due.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from heapq import merge
from typing import Any

from benchmarks.client import PATIENCE, Next, Work, heard_from, unknown
from benchmarks.pages import Typing, section
from benchmarks.taken import Taken
from benchmarks.wire import Answer, Asked, Wire

ONE_IN = 20  # users is active at once
EVERY = 4.0  # seconds between two saves of one user
PAGE_EVERY = 10  # saves to one page that is opened
# More than these are not simulated from one machine; capacity.py reckons on from them.
MOST_ACTIVE = 100
SAVE, LOOK, PAGE = "autosave", "look at what others do", "audit form section"
CONFLICT = 409


@dataclass(frozen=True, order=True)
class Due:
    """One request that is due so many seconds after the beginning."""

    at: float
    who: int
    kind: str


def active(users: int) -> int:
    """How many of so many users are at it at once; at least one."""
    return max(1, -(-users // ONE_IN))


def schedule(people: int, seconds: float) -> Iterator[Due]:
    """What each of so many people asks for, in order; they begin evenly spread over the first four seconds."""
    return merge(*(of_one(who, people, seconds) for who in range(people)))


def of_one(who: int, people: int, seconds: float) -> Iterator[Due]:
    """What one of them asks for: saves, half-way between two of them a look, and now and then a page."""
    begin = EVERY * who / people
    saves = math.ceil((seconds - begin) / EVERY)
    for number in range(saves):
        at = begin + EVERY * number
        yield Due(at, who, SAVE)
        if at + EVERY / 4 < seconds and (number + who) % PAGE_EVERY == 0:
            yield Due(at + EVERY / 4, who, PAGE)
        if at + EVERY / 2 < seconds:
            yield Due(at + EVERY / 2, who, LOOK)


@dataclass
class Peak:
    """What a peak was and how the service bore it; times in milliseconds."""

    users: int
    seconds: float
    requests: int
    errors: int
    conflicts: int
    median: float
    p99: float
    work: float
    share: float
    cores: int
    kinds: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(eq=False)
class Asking:
    """One request under way."""

    due: Due
    since: float
    wire: Wire

    def fileno(self) -> int:
        """What to wait for."""
        return self.wire.fileno()


class Crowd:
    """Everybody at once, over as many connections as are needed, each used again as a proxy does."""

    def __init__(
        self, port: int, made: Callable[[Due], Asked], heard: Callable[[Due, bytes], None]
    ):
        self.port, self.made, self.heard = port, made, heard
        self.idle: list[Wire] = []
        self.under_way: list[Asking] = []
        self.times: dict[str, list[float]] = {SAVE: [], LOOK: [], PAGE: []}
        self.errors = self.conflicts = 0

    def run(self, due: Iterator[Due]) -> None:
        """Ask for each when its time has come, and wait for the last answers."""
        began = time.perf_counter()
        for one in due:
            self.listen(began + one.at)
            self.ask(one, began + one.at)
        self.listen(time.perf_counter() + PATIENCE, to_the_end=True)
        self.errors += len(self.under_way)

    def ask(self, one: Due, since: float) -> None:
        """Ask over a connection that is free, or over a new one."""
        wire = self.idle.pop() if self.idle else Wire(self.port)
        if not wire.waits():
            wire.close()
            wire.open()
        wire.send(self.made(one))
        self.under_way.append(Asking(one, since, wire))

    def listen(self, until: float, *, to_the_end: bool = False) -> None:
        """Take in answers until a moment, or until there is nothing to wait for."""
        while (left := until - time.perf_counter()) > 0:
            if to_the_end and not self.under_way:
                return
            for one in heard_from(self.under_way, left):
                self.hear(one)

    def hear(self, one: Asking) -> None:
        """Read what has come of an answer."""
        try:
            answer = one.wire.hear()
        except ConnectionError:
            self.errors += 1
            self.under_way.remove(one)
            return
        if answer:
            self.under_way.remove(one)
            self.idle.append(one.wire)
            self.count(one, answer)

    def count(self, one: Asking, answer: Answer) -> None:
        """Count an answer; times only of those that are good."""
        if answer.status == CONFLICT:
            self.conflicts += 1
        elif answer.status != 200:
            self.errors += 1
        else:
            self.times[one.due.kind].append((time.perf_counter() - one.since) * 1000)
            self.heard(one.due, answer.body)


def simulate(
    port: int, targets: dict[str, Any], users: int, seconds: float, cores: int, work: Work = unknown
) -> Peak:
    """Let the peak of so many users come, as far as one machine can play them."""
    people = min(active(users), MOST_ACTIVE, len(targets["typed"]))
    typing = Typing(targets, port)
    for who in range(people):
        typing.of(who)
    ways: dict[str, Next] = {
        SAVE: typing.following,
        LOOK: typing.looking,
        PAGE: partial(section, targets),
    }

    def heard(due: Due, body: bytes) -> None:
        if due.kind == SAVE:
            typing.heard(due.who, body)

    crowd = Crowd(port, lambda due: ways[due.kind](due.who), heard)
    began, worked = time.perf_counter(), work()
    crowd.run(schedule(people, seconds))
    took, done = time.perf_counter() - began, work() - worked
    return peak_of(crowd, people, took, done, cores)


def peak_of(crowd: Crowd, people: int, seconds: float, work: float, cores: int) -> Peak:
    """What came of it."""
    every = Taken([one for times in crowd.times.values() for one in times])
    kinds = {
        kind: {"requests": len(times), "median": Taken(times).median, "p99": Taken(times).p99}
        for kind, times in crowd.times.items()
    }
    return Peak(
        users=people,
        seconds=seconds,
        requests=len(every.times) + crowd.errors + crowd.conflicts,
        errors=crowd.errors,
        conflicts=crowd.conflicts,
        median=every.median,
        p99=every.p99,
        work=work,
        share=work / (seconds * cores),
        cores=cores,
        kinds=kinds,
    )
