"""A mail server that keeps what it gets."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Visit(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 postbox")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.server.letters.append(self.letter())
            self.say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                return

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def letter(self) -> str:
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        return b"".join(lines).decode()


class Postbox(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine; `letters` holds what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.letters: list[str] = []
        self.port: int = self.server_address[1]


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A postbox that is open for the time of a test."""
    with Postbox() as box:
        threading.Thread(target=box.serve_forever, daemon=True).start()
        yield box
        box.shutdown()
