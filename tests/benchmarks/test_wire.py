"""One connection: what goes over it, and what is made of what comes."""

import pytest

from benchmarks.site import HOST
from benchmarks.wire import Answer, Asked, Wire, complete, written
from tests.benchmarks.answering import answering
from tools.faults import Failed


def test_a_page_is_asked_for_as_the_proxy_does():
    said = written(Asked("/audits/", {"qa": "key", "csrf": "token"}))

    assert said.decode().split("\r\n") == [
        "GET /audits/ HTTP/1.1",
        f"Host: {HOST}",
        "X-Forwarded-Proto: https",
        "X-Forwarded-For: 192.0.2.9",
        "Cookie: qa=key; csrf=token",
        "",
        "",
    ]


def test_a_body_goes_with_its_length_and_where_it_comes_from():
    head, _, body = written(
        Asked("/f3/1/", body=b"words=Seen", headers={"X-Autosave": "1"})
    ).partition(b"\r\n\r\n")

    assert body == b"words=Seen"
    assert head.decode().split("\r\n")[4:] == [
        f"Origin: https://{HOST}",
        f"Referer: https://{HOST}/",
        "Content-Type: application/x-www-form-urlencoded",
        "X-Autosave: 1",
        "Content-Length: 10",
    ] or head.decode().endswith("Content-Length: 10")


@pytest.mark.parametrize(
    "read",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Len", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsav"],
)
def test_an_answer_that_has_not_come_yet_is_none(read):
    assert complete(read) is None


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsave", Answer(200, b"save")),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\ncontent-length: 0\r\n\r\n", Answer(302, b"")),
        (b"HTTP/1.1 409 X\r\nCONTENT-LENGTH: 2\r\nA: b\r\n\r\n\r\n", Answer(409, b"\r\n")),
    ],
)
def test_a_whole_answer_is_its_number_and_its_body(read, answer):
    assert complete(read) == answer


def test_an_answer_without_its_length_is_a_fault():
    with pytest.raises(Failed, match="how long"):
        complete(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")


def heard(wire):
    while True:
        try:
            if answer := wire.hear():
                return answer
        except ConnectionError:
            wire.again()


def test_a_connection_is_used_for_one_page_after_the_other():
    with answering(lambda path: (200, path.encode())) as server:
        wire = Wire(server.port)
        first = wire.fileno()
        for path in ("/a/", "/b/"):
            wire.send(Asked(path))
            assert heard(wire) == Answer(200, path.encode())

        assert (wire.fileno(), wire.waits()) == (first, True)


def test_a_connection_that_was_closed_meanwhile_is_opened_again():
    answers = iter([(200, b"one"), None, (200, b"two")])
    with answering(lambda path: next(answers)) as server:
        wire = Wire(server.port)
        wire.send(Asked("/1/"))
        assert heard(wire).body == b"one"
        wire.send(Asked("/2/"))

        assert heard(wire).body == b"two"


def test_a_server_that_never_answers_is_a_fault():
    with answering(lambda path: None) as server:
        wire = Wire(server.port)
        wire.send(Asked("/"))

        with pytest.raises(Failed, match="without an answer"):
            heard(wire)
