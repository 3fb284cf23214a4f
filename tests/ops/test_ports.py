import socket

import pytest

from tools import ports
from tools.faults import Missing


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_listen_refuses_a_port_in_use_that_was_asked_for(taken):
    with pytest.raises(Missing, match=f"Port {taken} is in use .* Choose another with --port"):
        ports.listen(taken)


def test_listen_takes_the_next_free_port_and_says_so(taken, monkeypatch, capsys):
    monkeypatch.setattr(ports, "FIRST", taken)

    with ports.listen(None) as server:
        port = server.getsockname()[1]

    assert taken < port < taken + ports.TRIES
    assert capsys.readouterr().out == (
        f"Port {taken} is in use by another program; the demo takes {port}.\n"
    )


def test_listen_keeps_away_from_a_port_that_another_program_has_at_the_same_name():
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        other.listen()

        with pytest.raises(Missing, match="in use"):
            ports.listen(other.getsockname()[1])
