"""A whole council's file: 50,000 cases are checked and written within a minute and 500 MiB.

A workbook gets twice the time for each case, since it is read by a safe and slow reader; 20,000 show how it goes.
The work is done in a process of its own, so that its peak memory is its own as well.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from cases.models import CaseFile, ImportRun, Involvement
from cases.services import confirm, upload, work_on
from core import clock
from people.models import User
from tests.factories.cast import cast
from tests.factories.people import OrgUnitFactory, UserFactory
from tests.people.tables import as_csv, as_xlsx

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROWS = 50_000
MIB = 500
ROOT = Path(__file__).resolve().parent.parent.parent


def table(rows: int) -> list[dict[str, str]]:
    """Every column filled, 40 teams, 1,000 workers."""
    return [
        {
            "Case number": f"{700_000 + n}",
            "Team code": f"SCALE{n % 40}",
            "Worker": f"{n % 1_000}",
            "Worker from": "2026-03-02",
            "Second worker": f"{(n + 1) % 1_000}",
            "Second worker from": "4/5/2026",
            "Date of birth": f"{2008 + n % 18}-06-30",
            "Gender": "Girl",
            "Ethnicity": "White and Black Caribbean",
            "Language": "English",
            "Disability": "No",
            "Plan": "CIN",
            "Referral": "2026-02-20",
            "Opened": "2026-02-23",
            "Closed": "",
        }
        for n in range(rows)
    ]


def peak() -> float:
    """The most memory this process has held, in MiB (ru_maxrss would begin with its parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def take_one_step(run_id: int) -> None:
    """One step of an import in this process; prints what it took, in memory beyond the start."""
    memory, wall, work = peak(), time.perf_counter(), time.process_time()
    assert work_on(run_id, at=clock.now())
    wall, work = time.perf_counter() - wall, time.process_time() - work
    print(json.dumps({"wall": wall, "work": work, "mib": peak() - memory}))


def measured(run: ImportRun) -> dict[str, float]:
    """A step in a process of its own, on the test's database."""
    database = connection.settings_dict
    line = (
        "import django; from django.conf import settings; "
        f"settings.DATABASES['default']['NAME'] = {database['NAME']!r}; django.setup(); "
        f"from tests.cases.test_scale import take_one_step; take_one_step({run.pk})"
    )
    done = subprocess.run(
        [sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    run.refresh_from_db()
    return json.loads(done.stdout)


@pytest.mark.parametrize(("form", "rows", "seconds"), [(as_csv, ROWS, 60), (as_xlsx, 20_000, 48)])
def test_a_whole_councils_file_is_checked_and_written_in_time_and_memory(
    form, rows, seconds, capsys
):
    people = cast("eastmere")
    for n in range(40):
        OrgUnitFactory(council=people.council, code=f"SCALE{n}")
    User.objects.bulk_create(
        UserFactory.build(council=people.council, staff_number=str(n)) for n in range(1_000)
    )
    content = form(table(rows))
    run = upload("cases", content, by=people.officer, at=clock.now())

    check = measured(run)
    assert (run.state, run.rows, run.counts["cases new"]) == ("checked", rows, rows)
    confirm(run, by=people.officer, at=clock.now())
    write = measured(run)

    assert (run.state, CaseFile.objects.count()) == ("done", rows)
    assert Involvement.objects.count() == 2 * rows
    with capsys.disabled():
        for step, took in (("check", check), ("write", write)):
            print(
                f"\n{form.__name__} {step}, {len(content):,} bytes: {took['wall']:.1f} s "
                f"({took['work']:.1f} s of its own work), {took['mib']:.0f} MiB"
            )
    # Its own work, since other tests that run at the same time slow the clock on the wall down.
    assert check["work"] + write["work"] < seconds
    assert max(check["mib"], write["mib"]) < MIB
