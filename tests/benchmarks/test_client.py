"""Browsers that ask one page after the other."""

import pytest

from benchmarks.client import WARM_UP, ask, measure
from benchmarks.wire import Asked
from tests.benchmarks.answering import answering
from tools.faults import Failed


def test_measure_counts_all_but_the_first_few_of_each_client():
    said = []
    with answering(lambda path: (200, b"x" * 30)) as server:
        taken = measure(
            server.port,
            lambda who: Asked(f"/{who}/"),
            3,
            30,
            heard=lambda who, body: said.append((who, len(body))),
            most=5,
        )

    assert (len(taken.times), taken.bytes) == (15, 30)
    assert sorted({path for _, path, _, _ in server.heard}) == ["/0/", "/1/", "/2/"]
    assert (len(said), set(said)) == (3 * (5 + WARM_UP), {(0, 30), (1, 30), (2, 30)})
    assert min(taken.times) > 0


def test_measure_ends_when_its_time_is_over():
    with answering(lambda path: (200, b"ok")) as server:
        taken = measure(server.port, lambda who: Asked("/"), 2, 0.1)

    assert 0.1 <= taken.seconds < 5
    assert len(taken.times) >= 2


def test_measure_takes_the_work_of_its_own_seconds():
    work = iter([7.0, 9.5])
    with answering(lambda path: (200, b"ok")) as server:
        taken = measure(server.port, lambda who: Asked("/"), 1, 1, most=2, work=lambda: next(work))

    assert taken.work == 2.5


def test_measure_stops_at_an_answer_that_is_not_good():
    with (
        answering(lambda path: (403, b"You cannot do this")) as server,
        pytest.raises(Failed, match="GET /audits/: 403 b'You cannot do this'"),
    ):
        measure(server.port, lambda who: Asked("/audits/"), 1, 1)


def test_ask_takes_what_is_good_for_it():
    with answering(lambda path: (302, b"")) as server:
        assert ask(server.port, Asked("/", body=b"a=1", good=frozenset({302}))) == b""
    assert server.heard[0][0] == "POST"
