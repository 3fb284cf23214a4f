"""A scanner on a real socket that speaks clamd's protocol: it knows one virus, the makers' test file."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.factories.evidence import EICAR


class Scanner(socketserver.StreamRequestHandler):
    """One talk: the command, chunks with their lengths, a zero, an answer (man page clamd(8))."""

    def handle(self) -> None:
        command = self.rfile.read(len(b"zINSTREAM\0"))
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        heard = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            heard += self.rfile.read(size)
        server: Any = self.server
        server.heard.append(heard)
        found = b"stream: Eicar-Test-Signature FOUND\0"
        self.wfile.write(server.says or (found if EICAR in heard else b"stream: OK\0"))


@contextmanager
def scanner(socket: Path | None = None, says: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """Its address and what it was sent; `says` is what it answers whatever it hears."""
    kind: Any = (
        socketserver.ThreadingUnixStreamServer if socket else socketserver.ThreadingTCPServer
    )
    with kind(str(socket) if socket else ("127.0.0.1", 0), Scanner) as server:
        server.heard, server.says, server.daemon_threads = [], says, True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        host_and_port = None if socket else server.server_address
        where = str(socket) if socket else f"{host_and_port[0]}:{host_and_port[1]}"
        try:
            yield where, server.heard
        finally:
            server.shutdown()
            thread.join()
