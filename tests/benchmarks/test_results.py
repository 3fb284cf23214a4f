"""Bars, ratios and tables."""

import pytest

from benchmarks import results
from benchmarks.names import CHASING, FLOORS, PDF
from benchmarks.results import Bar, Line
from benchmarks.taken import Taken
from tests.benchmarks import runs


@pytest.mark.parametrize(
    ("measured", "bar", "at_least", "words"),
    [
        (1.5, 1.5, False, "held"),
        (1.51, 1.5, False, "not held"),
        (0.0, 1.5, False, "held"),
        (1.7, 1.7, True, "held"),
        (1.69, 1.7, True, "not held"),
    ],
)
def test_a_bar_itself_is_held(measured, bar, at_least, words):
    assert Bar(measured, bar, at_least).words == words


def lines():
    """A floor and a job, each with one client and with sixteen."""
    return [
        Line(FLOORS["F1"], "F1", None, 1, Taken([10.0] * 3, 1.0, 0, 0.03)),
        Line(FLOORS["F1"], "F1", None, 16, Taken([50.0] * 3, 1.0)),
        Line("my work", "F1", 1.5, 1, Taken([14.0] * 4, 2.0, 9000, 0.048)),
        Line("my work", "F1", 1.5, 16, Taken([100.0] * 4, 1.0)),
    ]


def test_ratio_is_to_the_floor_with_as_many_clients():
    assert [results.ratio(one, lines()) for one in lines()] == [1.0, 1.0, 1.4, 2.0]


def test_page_is_plain_values():
    assert results.page(lines()[2], lines(), {"my work": 8}) == {
        "job": "my work",
        "floor": "F1",
        "bar": 1.5,
        "clients": 1,
        "requests": 4,
        "median_ms": 14.0,
        "p99_ms": 14.0,
        "per_second": 2.0,
        "processor_ms": 12.0,
        "bytes": 9000,
        "queries": 8,
        "ratio": 1.4,
        "processor_ratio": 1.2,
    }


def test_a_machine_that_does_not_tell_the_processor_gives_no_ratio_of_it():
    known = [Line(FLOORS["F1"], "F1", None, 1, Taken([10.0], 1.0)), lines()[2]]

    assert results.processor_ratio(known[1], known) == 0.0


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (runs.page("my work", ratio=1.4, bar=1.5), "≤ 1.5: held"),
        (runs.page("my work", ratio=1.6, bar=1.5), "≤ 1.5: not held"),
        (runs.page("my work", ratio=1.6, bar=1.5, clients=16), ""),
        (runs.page("QA dashboard", ratio=9.0), ""),
    ],
)
def test_only_one_client_has_a_bar(one, words):
    assert results.bar_of_page(one) == words


def test_pages_table_stands_below_itself():
    said = results.pages_table([runs.page("my work", ratio=1.4, bar=1.5)]).splitlines()

    assert len({len(one) for one in said}) == 1
    assert [one.strip() for one in said[2].split("|")[1:-1]] == [
        *("my work", "1", "10.0 ms", "20.0 ms", "100.0", "8.0 ms", "8", "30,000"),
        *("1.25 ×", "1.40 × F1", "≤ 1.5: held"),
    ]


def test_throughput_of_sixteen_clients_is_held_or_not_and_floors_have_no_bar():
    pages = [
        runs.floor("F1"),
        runs.floor("F1", clients=16, per_second=150.0),
        runs.page("my work"),
        runs.page("my work", clients=16, per_second=170.0, median_ms=100.0, p99_ms=601.0),
        runs.page("return of an audit"),
    ]

    said = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in results.throughput_table(pages).splitlines()[2:]
    ]

    assert said == [
        [FLOORS["F1"], "100.0", "150.0", "1.50 ×", "floor", "2.0 ×", "floor"],
        ["my work", "100.0", "170.0", "1.70 ×", "held", "6.0 ×", "not held"],
    ]


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        (CHASING, {}, ["held", "held"]),
        (CHASING, {"seconds": 60.1}, ["not held", "held"]),
        (CHASING, {"mebibytes": 105.0}, ["held", "not held"]),
        (PDF, {}, ["held", "held"]),
        (PDF, {"work": 1.31}, ["not held", "held"]),
        (PDF, {"mebibytes": 500.1}, ["held", "not held"]),
    ],
)
def test_chores_have_their_bars(name, more, words):
    bars = results.chore_bars(name, {**runs.CHORES[name], **more})

    assert [one.words for one in bars.values()] == words


def test_a_chore_without_a_bar_has_none():
    assert results.chore_bars("framework load", runs.CHORE) == {}


def test_missed_names_every_bar_that_is_not_held():
    chores = {CHASING: {**runs.CHORES[CHASING], "seconds": 61.0}}
    pages = [
        runs.floor("F1"),
        runs.page("my work", ratio=1.6, bar=1.5),
        runs.page("my work", clients=16, per_second=160.0),
    ]

    assert results.missed(runs.run(pages=pages, chores=chores)) == [
        "my work: 1.60 × F1, ≤ 1.5",
        "my work: 16 clients 1.60 × one, ≥ 1.7",
        "chasing of 10,000 late actions: ≤ 60 s",
    ]


def test_peak_in_words():
    said = results.peak_words(runs.peak(errors=1, conflicts=2))

    assert said == (
        "10 users for 20 seconds: 1 errors, 2 conflicts; the service and its database had 5% of 2 cores."
    )
