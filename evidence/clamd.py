"""Asking a virus scanner about bytes, as clamd's own protocol has it (`zINSTREAM`, man page clamd(8)).

The service knows where it stands from `QA_CLAMD`: `host:port`, or the path of a socket.
"""

import socket
import struct

CHUNK = 64 * 1024
SECONDS = 30.0
LONGEST_ANSWER = 4096


class Infected(Exception):
    """The scanner found something."""


class ScannerAway(Exception):
    """The scanner cannot be reached, does not answer in time, or could not look."""


def scan(content: bytes, *, at: str, seconds: float = SECONDS) -> None:
    """Have bytes looked at by the scanner at an address; return if it found nothing.

    Raises Infected, or ScannerAway for anything but its clear answer: nothing passes because of a fault.
    """
    try:
        with connect(at, seconds) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                piece = content[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(piece)) + piece)
            line.sendall(struct.pack("!L", 0))
            answer = hear(line)
    except (OSError, ValueError) as fault:
        raise ScannerAway(type(fault).__name__) from fault
    if answer.endswith(" FOUND"):
        raise Infected
    if answer != "stream: OK":
        raise ScannerAway("no clear answer")


def connect(at: str, seconds: float) -> socket.socket:
    """A line to the scanner."""
    if at.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(seconds)
        line.connect(at)
        return line
    host, _, port = at.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def hear(line: socket.socket) -> str:
    """The scanner's one answer, up to its closing zero."""
    heard = b""
    while not heard.endswith(b"\0") and len(heard) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            break
        heard += piece
    return heard.rstrip(b"\0\n").decode("utf-8", "replace")
