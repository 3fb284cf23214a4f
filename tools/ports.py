"""A port for the web server, taken before anything else is started."""

import contextlib
import errno
import socket

from tools.faults import Missing

FIRST = 8000
TRIES = 100


def listen(wanted: int | None) -> socket.socket:
    """A listening socket at the port asked for; without one, at the first free port from 8000."""
    if wanted is not None:
        return listen_at(wanted)
    for port in range(FIRST, FIRST + TRIES):
        with contextlib.suppress(Missing):
            taken = listen_at(port)
            if port != FIRST:
                print(f"Port {FIRST} is in use by another program; the demo takes {port}.")
            return taken
    raise Missing(f"No port from {FIRST} to {FIRST + TRIES - 1} is free. Name one with --port.")


def listen_at(port: int) -> socket.socket:
    """A socket at exactly this port of this machine."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        refuse_shadowed(port)
        server.bind(("127.0.0.1", port))
    except OSError as fault:
        server.close()
        if fault.errno in {errno.EACCES, errno.EPERM}:
            raise Missing(f"Port {port} is for administrators. Choose one above 1023.") from None
        raise Missing(
            f"Port {port} is in use by another program. Choose another with --port, "
            "or leave it out and the next free one is taken."
        ) from None
    server.listen(128)
    return server


def refuse_shadowed(port: int) -> None:
    """Browsers try ::1 first for localhost; whoever listens there would get our visitors."""
    if not socket.has_ipv6:
        return
    with socket.socket(socket.AF_INET6) as probe:
        probe.settimeout(0.5)
        if probe.connect_ex(("::1", port)) == 0:
            raise OSError(errno.EADDRINUSE, "in use")
