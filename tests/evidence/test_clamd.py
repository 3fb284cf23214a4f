"""The talk with the virus scanner, over real sockets; anything but its clear answer lets nothing pass (E6)."""

import os
import socket
from pathlib import Path

import pytest

from evidence.clamd import CHUNK, Infected, ScannerAway, scan
from tests.evidence.scanner import scanner
from tests.factories.evidence import EICAR
from tools.sockets import folder_for


def test_scan_sends_every_byte_in_chunks_and_passes_what_is_clean() -> None:
    content = os.urandom(2 * CHUNK + 17)

    with scanner() as (where, heard):
        scan(content, at=where)

    assert heard == [content]


def test_scan_finds_the_test_virus_at_a_socket_too(tmp_path: Path) -> None:
    place = folder_for(tmp_path, "clamd.sock") / "clamd.sock"

    with scanner(place) as (where, _), pytest.raises(Infected):
        scan(b"before " + EICAR, at=where)


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK but not quite\0",
        b"\0",
        b"x" * 5000,
        b"stream: \xff\xfe\0",
    ],
)
def test_scan_lets_nothing_pass_without_a_clear_answer(answer: bytes) -> None:
    with scanner(says=answer) as (where, _), pytest.raises(ScannerAway):
        scan(b"clean", at=where)


def test_scan_says_when_nobody_is_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{free.getsockname()[1]}"

    for address in (where, "/nowhere/clamd.sock", "no port"):
        with pytest.raises(ScannerAway):
            scan(b"clean", at=address)


def test_scan_does_not_wait_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ScannerAway):
        scan(b"clean", at=f"127.0.0.1:{silent.getsockname()[1]}", seconds=0.05)


def test_scan_with_a_real_clamd() -> None:
    where = os.environ.get("QA_TEST_CLAMD", "/run/clamav/clamd.ctl")
    if not (":" in where or Path(where).exists()):
        pytest.skip("no clamd on this machine (QA_TEST_CLAMD names one elsewhere)")

    scan(b"clean", at=where)
    with pytest.raises(Infected):
        scan(EICAR, at=where)
