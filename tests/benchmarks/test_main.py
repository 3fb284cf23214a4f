"""What may be asked of `./qa bench`, and how it starts the service."""

import pytest

from benchmarks.__main__ import options
from benchmarks.names import CHORES, FLOORS, PEAK
from benchmarks.pages import floors, pages
from benchmarks.site import gunicorn_words

PEOPLE = {
    "cookie": "qa",
    "csrf": "csrf",
    "case": "7700",
    "returned": [],
    **{kind: ["key"] * 16 for kind in ("auditors", "officers", "heads", "leaders")},
}


def test_the_small_size_is_measured_unless_told():
    asked = options([])

    assert (asked.size, asked.part, asked.only, asked.record) == ("small", 1.0, "", None)


@pytest.mark.parametrize("more", [["--only", "my work"], ["--pages"]])
def test_only_whole_runs_are_kept(more, capsys):
    with pytest.raises(SystemExit) as stopped:
        options(["--record", "docs/benchmarks", *more])

    assert stopped.value.code == 2
    assert "--record keeps whole runs" in capsys.readouterr().err


def test_the_service_starts_as_in_production_but_for_new_processes():
    words = gunicorn_words()

    assert words[words.index("--worker-class") + 1] == "gthread"
    assert {"--workers", "--threads"} <= set(words)
    assert not {"--bind", "--max-requests", "--max-requests-jitter"} & set(words)


def test_every_job_of_the_issue_is_measured_with_its_bar():
    assert {one.name: (one.floor, one.bar) for one in pages(PEOPLE, 1)} == {
        "my work": ("F1", 1.5),
        "audits with filters": ("F1", 1.5),
        "tracker with filters": ("F1", 1.5),
        "search": ("F1", None),
        "audit form section": ("F2", 2.0),
        "autosave of an answer": ("F3", 2.0),
        "leader dashboard": ("F1", 3.0),
        "QA dashboard": ("F1", None),
        "moderation statistics": ("F1", None),
        "return of an audit": ("F3", 8.0),
    }


def test_floors_are_measured_by_their_names():
    assert [one.name for one in floors(PEOPLE)] == list(FLOORS.values())
    assert {*CHORES} & {PEAK, *FLOORS.values()} == set()
