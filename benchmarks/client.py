"""Browsers that ask one page after the other over connections that stay open, and what it took."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from select import select
from typing import Any

from benchmarks.taken import Taken
from benchmarks.wire import Answer, Asked, Wire
from tools.faults import Failed

WARM_UP = 3
MOST = 10_000
# Nobody waits longer for one answer.
PATIENCE = 120.0
Next = Callable[[int], Asked]
Heard = Callable[[int, bytes], None]
Work = Callable[[], float]


def nothing(who: int, body: bytes) -> None:
    """Nothing is made of an answer."""


def unknown() -> float:
    """Nobody looks at the servers' work."""
    return 0.0


def need(one: Asked, answer: Answer) -> bytes:
    """The answer's body. Raises Failed for an answer that is not a good one."""
    if answer.status not in one.good:
        raise Failed(f"{one.method} {one.path}: {answer.status} {answer.body[:300]!r}")
    return answer.body


def ask(port: int, one: Asked) -> bytes:
    """One answer over a connection of its own. Raises Failed for one that is not good."""
    wire = Wire(port)
    wire.send(one)
    while (answer := wire.hear()) is None:
        pass
    wire.close()
    return need(one, answer)


@dataclass(eq=False)
class Browser:
    """One who asks again as soon as an answer has come; what each took is kept in milliseconds."""

    who: int
    wire: Wire
    following: Next
    heard: Heard
    asked: Asked | None = None
    began: float = 0.0
    times: list[float] = field(default_factory=list)
    bytes: int = 0

    def fileno(self) -> int:
        """What to wait for."""
        return self.wire.fileno()

    def go_on(self) -> None:
        """Ask for the next."""
        self.asked = self.following(self.who)
        self.began = time.perf_counter()
        self.wire.send(self.asked)

    def hear(self) -> bool:
        """Read what has come; whether that was all of the answer."""
        try:
            answer = self.wire.hear()
        except ConnectionError:
            self.wire.again()
            return False
        if answer is None or self.asked is None:
            return False
        self.times.append((time.perf_counter() - self.began) * 1000)
        self.bytes = len(need(self.asked, answer))
        self.heard(self.who, answer.body)
        return True


def heard_from(waiting: Collection[Any], seconds: float) -> list[Any]:
    """Those whose server has something to say."""
    ready, _, _ = select(waiting, (), (), max(0.0, seconds))
    return ready


def all_ask(browsers: list[Browser], seconds: float, most: int) -> None:
    """Have all of them ask at once, each so long or so often, whichever comes first."""
    until = time.perf_counter() + seconds
    for one in browsers:
        one.go_on()
    waiting = set(browsers)
    while waiting:
        ready = heard_from(waiting, PATIENCE)
        if not ready:
            raise Failed(f"No answer within {PATIENCE:.0f} seconds.")
        for one in ready:
            if not one.hear():
                continue
            if time.perf_counter() < until and len(one.times) < most:
                one.go_on()
            else:
                waiting.remove(one)


def measure(
    port: int,
    following: Next,
    clients: int,
    seconds: float,
    *,
    heard: Heard = nothing,
    most: int = MOST,
    warm: int = WARM_UP,
    work: Work = unknown,
) -> Taken:
    """Have so many clients ask for a while, each `following(who)`; the first `warm` of each are not counted."""
    browsers = [Browser(who, Wire(port), following, heard) for who in range(clients)]
    all_ask(browsers, PATIENCE, warm)
    for one in browsers:
        one.times.clear()
    began, worked = time.perf_counter(), work()
    all_ask(browsers, seconds, most)
    taken = Taken(seconds=time.perf_counter() - began, work=work() - worked)
    for one in browsers:
        one.wire.close()
        taken.times += one.times
        taken.bytes = max(taken.bytes, one.bytes)
    return taken
