"""From one active user's cost to cores, councils and disk."""

import pytest

from benchmarks import capacity
from benchmarks.capacity import Cost
from tests.benchmarks import runs

DATA = {"councils": 3, "bytes": 3_000_000_000}


def test_cost_of_one_active_user_and_of_one_councils_year():
    found = capacity.cost_of(runs.peak(users=10, seconds=20.0, work=2.0, requests=100), DATA, 10)

    assert found == Cost(each=0.01, requests=0.5, year=100_000_000.0)


@pytest.mark.parametrize("more", [{"users": 0}, {"seconds": 0.0}])
def test_a_peak_of_nobody_says_nothing(more):
    with pytest.raises(ValueError, match="without users"):
        capacity.cost_of(runs.peak(**more), DATA, 10)


@pytest.mark.parametrize(
    ("users", "cores"),
    [(0, 1), (400, 1), (1200, 1), (1220, 2), (61_200, 51)],  # 60 active users fill one core
)
def test_cores_are_filled_to_six_tenths(users, cores):
    assert capacity.cores_for(users, Cost(0.01, 0.5, 1)) == cores


@pytest.mark.parametrize(("cores", "users", "councils"), [(0, 0, 0), (1, 60, 3), (2, 120, 6)])
def test_what_cores_carry(cores, users, councils):
    cost = Cost(0.01, 0.5, 1)

    assert capacity.active_on(cores, cost) == users
    assert capacity.councils_on(cores, cost) == councils


def test_nothing_follows_from_work_that_was_not_measured():
    with pytest.raises(ValueError, match="measured"):
        capacity.active_on(2, Cost(0.0, 0.5, 1))


def test_needs_of_every_council():
    last = capacity.needs_table(Cost(0.01, 0.5, 26_200_000)).splitlines()[-1]

    assert [cell.strip() for cell in last.split("|")[1:-1]] == [
        *("153", "61,200", "3,060", "765", "1,530", "51", "40.1 GB"),
    ]


def test_throughput_is_of_sixteen_clients_where_work_was_measured():
    pages = [
        runs.page("my work", clients=16, processor_ms=8.0),
        runs.page("my work", processor_ms=5.0),
        runs.page("search", clients=16, processor_ms=0.0),
    ]
    rows = capacity.throughput_table(pages).splitlines()[2:]

    assert [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows] == [
        ["my work", "8.0 ms", "125"]
    ]


def test_words_of_a_small_machine():
    said = capacity.words(runs.run(), Cost(0.01, 0.5, 1))

    assert said == (
        "Measured on 22 November 2026 with one council, one year. One active user keeps 10.0 thousandths of a core "
        "busy (0.50 requests a second). A machine of 2 cores of which at most 60% is used carries 120 users who are "
        "active at once: 6 councils of 400 users."
    )
