"""What growth costs."""

import xml.etree.ElementTree as ET

import pytest

from benchmarks import growth
from tests.benchmarks import runs


def sized(size, audits, *, ratio, queries=8):
    pages = [runs.floor("F1"), runs.page("my work", ratio=ratio, queries=queries)]
    return runs.run(size, pages=pages, data={**runs.run()["data"], "audits": audits})


def three(*ratios, queries=(8, 8, 8)):
    sizes = zip(("small", "medium", "large"), (500, 5_000, 2_000_000), ratios, queries, strict=True)
    return [sized(size, audits, ratio=one, queries=asks) for size, audits, one, asks in sizes]


@pytest.mark.parametrize(
    ("ratios", "words"),
    [((1.0, 1.1, 1.2), "held"), ((1.0, 1.3, 1.2), "held"), ((1.0, 1.0, 1.21), "not held")],
)
def test_the_largest_is_held_against_the_smallest(ratios, words):
    (found,) = growth.growths(three(*ratios))

    assert (found.times, found.time_held.words) == (ratios[-1], words)


def test_runs_are_put_in_order():
    small, medium, large = three(1.0, 1.1, 1.2)

    assert growth.by_size([large, small, medium]) == [small, medium, large]


@pytest.mark.parametrize(("queries", "equal"), [((8, 8, 8), True), ((8, 8, 9), False)])
def test_queries_are_equal_in_every_size(queries, equal):
    (found,) = growth.growths(three(1.0, 1.0, 1.0, queries=queries))

    assert found.queries_equal is equal


def test_a_job_that_one_run_has_not_is_left_out():
    small, _, large = three(1.0, 1.0, 1.0)
    small["pages"].append(runs.page("search"))

    assert [one.job for one in growth.growths([small, large])] == ["my work"]


def test_growth_table():
    rows = growth.growth_table(three(1.0, 1.1, 1.3)).splitlines()

    assert [cell.strip() for cell in rows[0].split("|")[1:-1]] == [
        *("job", "small", "medium", "large", "large ÷ small", "≤ 1.2 ×", "queries", "held equal"),
    ]
    assert [cell.strip() for cell in rows[2].split("|")[1:-1]] == [
        *("my work", "1.00", "1.10", "1.30", "1.30 ×", "not held", "8 / 8 / 8", "equal"),
    ]


def test_the_plot_draws_each_job_with_its_figures():
    root = ET.fromstring(growth.plot(three(1.0, 1.1, 1.3)))  # noqa: S314 - our own drawing
    words = [one.text for one in root.iter() if one.tag.endswith("text")]

    assert "my work 1.30 ×" in words
    assert {"small", "medium", "large", "500 audits", "2,000,000 audits"} <= set(words)
    assert len([one for one in root.iter() if one.tag.endswith("circle")]) == 3


def test_a_job_that_costs_many_times_as_much_is_still_on_the_plot():
    root = ET.fromstring(growth.plot(three(1.0, 4.0, 9.0)))  # noqa: S314 - our own drawing
    heights = [float(one.get("cy")) for one in root.iter() if one.tag.endswith("circle")]

    assert growth.TOP <= min(heights) < max(heights) < growth.TOP + growth.HIGH


@pytest.mark.parametrize(
    ("audits", "found"),
    [([10, 100, 1000], [0.0, 0.5, 1.0]), ([500, 500], [0.0, 0.0]), ([0, 10], [0.0, 1.0])],
)
def test_each_tenfold_is_as_far_as_the_next(audits, found):
    assert growth.places(audits) == pytest.approx(found)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [([], []), ([0, 20], [0, 20]), ([5, 5, 5], [5, 15, 25]), ([12, 0, 5], [20, 0, 10])],
)
def test_labels_do_not_stand_on_each_other(wanted, found):
    assert growth.apart(wanted, 10) == found
