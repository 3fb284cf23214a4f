"""What is kept of runs, and the page on scale that is written from it."""

import json

import pytest

from benchmarks import record
from tests.benchmarks import runs
from tools.faults import Failed
from tools.paths import ROOT


def marked(*names):
    return "".join(
        f"before {one}\n<!-- {one}: written by ./qa bench --record -->\nold\n<!-- end of {one} -->\nafter\n"
        for one in names
    )


def test_a_run_is_kept_as_figures_and_as_a_page(tmp_path):
    record.keep(runs.run(), tmp_path / "benchmarks")

    folder = tmp_path / "benchmarks"
    assert json.loads((folder / "small.json").read_text()) == runs.run()
    page = (folder / "small.md").read_text()
    assert page.startswith(
        "# Small: one council, one year\n\n22 November 2026, on 2 cores, 24 GB of memory."
    )
    assert "Making the data took 30 seconds, the run 200 seconds in all." in page
    assert page.endswith("## Bars that are not held\n\nNone.\n")
    assert sorted(one.name for one in folder.iterdir()) == ["small.json", "small.md"]


def test_two_sizes_show_what_growth_costs(tmp_path):
    for size in ("small", "large"):
        record.keep(runs.run(size), tmp_path)

    assert sorted(one.name for one in tmp_path.iterdir()) == [
        *("growth.md", "growth.svg", "large.json", "large.md", "small.json", "small.md"),
    ]
    assert "1.00 ×" in (tmp_path / "growth.md").read_text()


def test_a_run_of_the_same_size_takes_the_place_of_the_old_one(tmp_path):
    record.keep(runs.run(took=200.0), tmp_path)
    record.keep(runs.run(took=100.0), tmp_path)

    assert [one["took"] for one in record.kept(tmp_path)] == [100.0]


def test_the_page_on_scale_is_written_between_its_marks(tmp_path):
    scale = tmp_path / "scale.md"
    scale.write_text(marked("throughput", "capacity", "growth"))

    record.keep(runs.run(), tmp_path / "benchmarks")

    text = scale.read_text()
    assert (text.count("before"), text.count("after"), text.count("old")) == (
        3,
        3,
        1,
    )  # growth waits
    assert "| my work" not in text  # nobody measured sixteen clients
    assert "carries 120 users who are active at once" in text


def test_writing_again_changes_nothing(tmp_path):
    scale = tmp_path / "scale.md"
    scale.write_text(marked("throughput", "capacity", "growth"))
    for size in ("small", "medium"):
        record.keep(runs.run(size), tmp_path / "benchmarks")
    before = scale.read_text()

    record.rewrite(tmp_path / "benchmarks")

    assert scale.read_text() == before


def test_a_page_without_its_marks_is_a_fault():
    with pytest.raises(Failed, match="no place for capacity"):
        record.with_figures(marked("throughput"), [runs.run()])


def test_a_run_without_a_peak_leaves_the_tables_of_capacity_alone():
    assert sorted(record.figures([runs.run(peak=None)])) == ["throughput"]


def test_our_page_on_scale_has_a_place_for_every_table():
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")

    assert record.with_figures(text, [runs.run(), runs.run("large")]) != text
