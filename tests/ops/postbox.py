"""A mail server that keeps what it gets, and can refuse, be slow, or drop the line as real ones do."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Visit(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box = self.server
        self.say("220 postbox")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"RCPT" and box.mood == "refuses":
                self.say("550 nobody here by that name")
                continue
            if word == b"DATA":
                self.say("354 go on")
                box.letters.append(self.letter())
                if not self.answers():
                    return
            self.say("221 bye" if word == b"QUIT" else "250 fine")
            if word == b"QUIT":
                return

    def answers(self) -> bool:
        """Whether the letter that came is answered; a slow box waits until it is let go or closed."""
        box = self.server
        if box.mood == "slow":
            box.let_go.wait(60)
        return box.mood != "drops"

    def say(self, words: str) -> None:
        try:
            self.wfile.write(f"{words}\r\n".encode())
        except OSError:  # who was there has gone
            return

    def letter(self) -> str:
        lines: list[bytes] = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        return b"".join(lines).decode()


class Postbox(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine; `letters` holds what came.

    `mood`: "fine", "refuses" (each recipient), "slow" (takes a letter and does not answer until `let_go`),
    "drops" (takes a letter and hangs up without a word).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.letters: list[str] = []
        self.port: int = self.server_address[1]
        self.mood = "fine"
        self.let_go = threading.Event()


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A postbox that is open for the time of a test."""
    with Postbox() as box:
        threading.Thread(target=box.serve_forever, daemon=True).start()
        yield box
        box.let_go.set()
        box.shutdown()
