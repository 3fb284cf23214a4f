"""One connection to a server, with as little work for each request as there can be: the servers' cores are the client's too.

A request is put together once for each kind of it; of an answer only its number and its length are read.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from select import select

from benchmarks.site import HOST
from tools.faults import Failed

LENGTH = b"\r\ncontent-length: "
END = b"\r\n\r\n"
# A server hangs up when nobody has asked for a while; then the same is asked once more.
TRIES = 2


@dataclass(frozen=True)
class Asked:
    """One request: where to, with what, and the cookies of whoever asks."""

    path: str
    cookies: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    good: frozenset[int] = frozenset({200})

    @property
    def method(self) -> str:
        """GET for what has no body."""
        return "GET" if self.body is None else "POST"


def written(one: Asked) -> bytes:
    """The request as it goes over the line."""
    head = head_of(one.method, one.path, tuple(one.cookies.items()), tuple(one.headers.items()))
    if one.body is None:
        return head + b"\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(one.body) + one.body


@lru_cache(maxsize=4096)
def head_of(
    method: str, path: str, cookies: tuple[tuple[str, str], ...], more: tuple[tuple[str, str], ...]
) -> bytes:
    """The lines before the body, as the proxy in front of the service sends them on."""
    lines = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}
    if method == "POST":
        lines |= {"Origin": f"https://{HOST}", "Referer": f"https://{HOST}/"}
        lines |= {"Content-Type": "application/x-www-form-urlencoded"}
    if cookies:
        lines["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies)
    lines |= dict(more)
    said = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{said}".encode()


@dataclass(frozen=True)
class Answer:
    """Its number and its body."""

    status: int
    body: bytes


def complete(read: bytes) -> Answer | None:
    """The answer, when all of it has come. Raises Failed for one whose length is not said before it."""
    end = read.find(END)
    if end < 0:
        return None
    head = read[: end + 2].lower()
    place = head.find(LENGTH)
    if place < 0:
        raise Failed("An answer does not say how long it is.")
    place += len(LENGTH)
    length = int(head[place : head.index(b"\r\n", place)])
    body = read[end + len(END) :]
    return Answer(int(read[9:12]), body) if len(body) >= length else None


class Wire:
    """A connection that stays open, opened again where the server has closed it meanwhile."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent, self.read, self.tries = b"", b"", 0
        self.open()

    def open(self) -> None:
        """Call the server."""
        self.line = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fileno(self) -> int:
        """What to wait for."""
        return self.line.fileno()

    def send(self, one: Asked) -> None:
        """Ask."""
        self.sent, self.read, self.tries = written(one), b"", 1
        try:
            self.line.sendall(self.sent)
        except ConnectionError:
            self.again()

    def again(self) -> None:
        """Ask the same over a new connection. Raises Failed where the server has hung up on that too."""
        if self.tries == TRIES:
            raise Failed("The server closes its connections without an answer.")
        self.tries += 1
        self.read = b""
        self.close()
        self.open()
        self.line.sendall(self.sent)

    def waits(self) -> bool:
        """Whether the server has left it open: one that hangs up has something to say."""
        return not select((self.line,), (), (), 0)[0]

    def hear(self) -> Answer | None:
        """What has come by now: the answer, when all of it has."""
        some = self.line.recv(1 << 18)
        self.read += some
        if not some:
            raise ConnectionResetError
        return complete(self.read)

    def close(self) -> None:
        """Hang up."""
        self.line.close()
