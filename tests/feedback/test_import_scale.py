"""A large table of replies, of 2,000 rows, is checked and written within five seconds and 500 MiB."""

import pytest

from cases.models import CaseFile
from cases.services import confirm, upload
from core import clock
from core.tabular import csv_file
from feedback.models import Reply
from tests.cases.test_scale import MIB, measured
from tests.factories.audits import framework
from tests.factories.cases import CaseFileFactory
from tests.factories.cast import cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS = 2_000
SECONDS = 5


def table() -> bytes:
    """Every common column filled, 1,000 cases, and 150 characters in each of two answers."""
    head = ["Case number", "Received", "How", "Outcome", "Relation", "process", "changes"]
    lines = (
        [
            f"{700_000 + n % 1_000}",
            f"2025-{1 + n % 12:02}-{1 + n % 28:02}",
            "Paper",
            "Answered",
            "Mother",
            f"{n} It was clear".ljust(150, "x"),
            f"{n} More time".ljust(150, "y"),
        ]
        for n in range(ROWS)
    )
    return csv_file([head, *lines])


def test_a_table_of_many_replies_is_taken_in_in_time_and_memory(capsys):
    framework("fixtures/frameworks/bexley/1.yaml")
    people = cast("bexley")
    CaseFile.objects.bulk_create(
        CaseFileFactory.build(council=people.council, unit=people.team1, number=f"{700_000 + n}")
        for n in range(1_000)
    )
    content = table()

    def taken_in(new: int) -> list[dict[str, float]]:
        run = upload(
            "replies", content, subject="conference_experience", by=people.officer, at=clock.now()
        )
        check = measured(run)
        assert (run.state, run.rows, run.counts["replies new"]) == ("checked", ROWS, new)
        confirm(run, by=people.officer, at=clock.now())
        write = measured(run)
        assert (run.state, Reply.objects.count()) == ("done", ROWS)
        return [check, write]

    steps = [*taken_in(ROWS), *taken_in(0)]

    with capsys.disabled():
        for took in steps:
            print(
                f"\n{took['wall']:.1f} s ({took['work']:.1f} s of its own), {took['mib']:.0f} MiB"
            )
    assert sum(took["work"] for took in steps[:2]) < SECONDS
    assert max(took["mib"] for took in steps) < MIB
