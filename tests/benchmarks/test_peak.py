"""The month-end peak: who asks for what when, and what is counted."""

import threading
import time
from collections import Counter

import pytest

from benchmarks.client import nothing
from benchmarks.peak import EVERY, LOOK, PAGE, SAVE, Crowd, Due, active, peak_of, schedule
from benchmarks.wire import Asked
from tests.benchmarks.answering import answering


@pytest.mark.parametrize(
    ("users", "number"), [(0, 1), (1, 1), (20, 1), (21, 2), (140, 7), (250, 13), (61_200, 3060)]
)
def test_one_user_in_twenty_is_active(users, number):
    assert active(users) == number


def test_each_saves_and_looks_every_four_seconds_and_opens_a_page_at_each_tenth():
    found = list(schedule(20, 40.0))

    assert Counter(one.kind for one in found) == {SAVE: 200, LOOK: 190, PAGE: 20}
    assert {one.who for one in found if one.kind == PAGE} == set(range(20))


def test_requests_come_in_order_and_within_the_time():
    found = [one.at for one in schedule(7, 10.0)]

    assert found == sorted(found)
    assert 0 <= found[0] <= found[-1] < 10.0


def test_people_begin_evenly_spread():
    saves = [one for one in schedule(4, EVERY) if one.kind == SAVE]

    assert saves == [Due(float(at), at, SAVE) for at in range(4)]


def test_no_seconds_ask_for_nothing():
    assert list(schedule(3, 0.0)) == []


def crowd_at(server, due):
    crowd = Crowd(
        server.port, lambda one: Asked(f"/{one.kind[0]}{one.who}/"), lambda one, body: None
    )
    crowd.run(iter(due))
    return crowd


def test_crowd_counts_errors_and_conflicts_apart_from_times():
    answers = {"/a0/": (200, b"{}"), "/a1/": (409, b"{}"), "/a2/": (503, b""), "/l0/": (200, b"{}")}
    due = [Due(0, 0, SAVE), Due(0, 1, SAVE), Due(0, 2, SAVE), Due(0.01, 0, LOOK)]

    with answering(answers.get) as server:
        crowd = crowd_at(server, due)

    found = peak_of(crowd, people=3, seconds=2.0, work=1.0, cores=2)
    assert (found.requests, found.errors, found.conflicts) == (4, 1, 1)
    assert found.kinds[SAVE]["requests"] == found.kinds[LOOK]["requests"] == 1
    assert found.kinds[PAGE] == {"requests": 0, "median": 0.0, "p99": 0.0}
    assert found.share == 0.25


def test_crowd_does_not_wait_for_answers():
    held = threading.Event()

    def slowly(path):
        if path == "/a0/":
            held.wait(5)
        else:
            held.set()  # only what is asked meanwhile lets the first go on
        return 200, b"{}"

    with answering(slowly) as server:
        crowd = crowd_at(server, [Due(0, 0, SAVE), Due(0.05, 1, SAVE)])

    assert held.is_set()
    assert sorted(map(len, crowd.times.values())) == [0, 0, 2]


def test_a_time_counts_from_when_it_was_due():
    with answering(lambda path: (200, b"{}")) as server:
        crowd = Crowd(server.port, lambda one: Asked("/"), lambda one, body: None)
        crowd.ask(Due(0, 0, PAGE), time.perf_counter() - 1.0)
        crowd.listen(time.perf_counter() + 5, to_the_end=True)

    assert crowd.times[PAGE][0] >= 1000


def test_crowd_uses_a_free_connection_again_and_opens_one_that_was_closed():
    answers = iter([(200, b"{}"), (200, b"{}"), None, (200, b"{}")])
    due = [Due(0.0, 0, SAVE), Due(0.1, 0, SAVE), Due(0.2, 0, SAVE), Due(0.3, 0, SAVE)]
    with answering(lambda path: next(answers)) as server:
        crowd = crowd_at(server, due)

    assert (len(crowd.times[SAVE]), crowd.errors, len(crowd.idle)) == (3, 1, 1)
    assert nothing(0, b"") is None
