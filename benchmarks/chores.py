"""The jobs that a worker does: each in a process of its own, its time beside that of what it cannot do without.

Run as `python -m benchmarks.chores NAME FILE`: does the job once and writes seconds, memory and what it did.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django is ready now
from django.db import connection  # noqa: E402
from psycopg2 import sql  # noqa: E402

from actions.models import Action  # noqa: E402
from audits.services.loop_tracker import keep_days  # noqa: E402
from benchmarks.dataset import COUNCIL  # noqa: E402
from benchmarks.names import CHASING, DRAW, FRAMEWORK, IMPORT, PDF  # noqa: E402
from benchmarks.targets import new_cases  # noqa: E402
from cases.services import confirm as confirm_import  # noqa: E402
from cases.services import upload, work_on  # noqa: E402
from core import clock  # noqa: E402
from core.sampling import Rule  # noqa: E402
from core.tabular import csv_file  # noqa: E402
from escalation.services.chasing import chase  # noqa: E402
from people.models import Council, OrgUnit, User  # noqa: E402
from people.roles import Role  # noqa: E402
from programme.demo import month_of  # noqa: E402
from programme.models import Draw  # noqa: E402
from programme.selectors.pools import Filters  # noqa: E402
from programme.services.draws import SeedTerms, Terms, freeze, give_share  # noqa: E402
from programme.services.plans import Terms as Confirmation  # noqa: E402
from programme.services.plans import ask_for_plan, confirm, work_out  # noqa: E402
from qaframework.demo import nobody_asks  # noqa: E402
from reporting.builders.quality_report import paper  # noqa: E402
from reporting.models import ReportVersion  # noqa: E402
from reporting.months import over  # noqa: E402
from reporting.pages import html_of, render_paper  # noqa: E402
from reporting.services.building import ask_for_version, make_version  # noqa: E402
from reporting.services.scheduling import report_for  # noqa: E402
from standards.deadlines import months_after  # noqa: E402
from standards.selectors import edition, in_force  # noqa: E402
from tools.paths import ROOT  # noqa: E402

# Children whom nobody has audited yet, so that there is something to draw from.
POOL = 200
LATE = 10_000
ROWS = 50_000


@dataclass
class Done:
    """What a job took: seconds by the clock, seconds of its own processor, MiB at its peak, how many things of a kind.

    `floor` is the same work of what it cannot do without; `before` the peak when a tenth had been done.
    """

    seconds: float
    work: float
    mebibytes: float
    things: int
    kind: str
    floor: float = 0.0
    before: float = 0.0


def peak() -> float:
    """The most memory that this process has held, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return (
        int(found[1]) / 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    )


def timed(job: Callable[[], int], kind: str) -> Done:
    """Do it once."""
    began, work = time.perf_counter(), time.process_time()
    things = job()
    return Done(time.perf_counter() - began, time.process_time() - work, peak(), things, kind)


def council() -> Council:
    """The council of the run."""
    return Council.objects.get(code=COUNCIL)


def somebody(role: Role) -> User:
    """The first who holds a role."""
    return User.objects.filter(council=council()).holding(role, clock.today()).order_by("pk")[0]


def late_actions(number: int) -> None:
    """So many actions that are three days late, each with its history, as copies of one that is open."""
    one = Action.objects.filter(council=council(), state="open", due_at=None, source="audit")[0]
    due_on = clock.today() - timedelta(days=3)
    other = {"due_on": sql.Literal(due_on), "latest_on": sql.Literal(due_on)}
    other["form_token"] = sql.SQL("NULL")
    names = [str(field.column) for field in Action._meta.concrete_fields if not field.primary_key]
    with connection.cursor() as cursor:
        copied = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {values} FROM {table}, generate_series(1, {number}) WHERE id = {pk}"
        ).format(
            table=sql.Identifier(Action._meta.db_table),
            names=sql.SQL(", ").join(map(sql.Identifier, names)),
            values=sql.SQL(", ").join(other.get(name, sql.Identifier(name)) for name in names),
            number=sql.Literal(number),
            pk=sql.Literal(one.pk),
        )
        cursor.execute(copied.as_string(cursor.cursor))


def chase_late() -> Done:
    """A night's chasing with ten thousand late actions: everybody is told, the first rungs are climbed.

    A night with a tenth as many comes before it, so that memory which grows with their number would show.
    """
    at = clock.now()

    def job() -> int:
        keep_days(at, nobody_asks)
        return chase(at, nobody_asks)

    late_actions(LATE // 10)
    job()
    before = peak()
    late_actions(LATE)
    found = timed(job, "things chased")
    found.before = before
    return found


def draw_and_allocate() -> Done:
    """A month's draw of thirty files by two people's words, its plan, and everything given out."""
    officer, head = somebody(Role.QA_OFFICER), somebody(Role.QA_HEAD)
    new_cases(council(), POOL)
    version = in_force(council(), clock.today())
    if version is None:
        raise SystemExit("The council has no framework in force.")
    tool = version.tools.select_related("version__framework__council").get()
    month = month_of(version, months_after(clock.today().replace(day=1), 1))
    terms = Terms("Bench", tool, month, Filters(), Rule(number=30), SeedTerms(Draw.Seed.TWO_PEOPLE))

    def job() -> int:
        at = clock.now()
        draw = freeze(terms, by=officer, at=at)
        for person, said in ((officer, "four grey horses"), (head, "wet sand at low tide")):
            give_share(draw, said, by=person, at=at)
        drawn = Draw.objects.select_related("council", "tool", "follows").get(pk=draw.pk)
        plan = ask_for_plan(drawn, by=officer, at=at)
        work_out(plan.pk, at=at)
        left = Confirmation(left_out="Nobody is free this month.", accepted=True)
        return len(confirm(plan, left, by=officer, at=at))

    return timed(job, "files given out")


def quarterly_pdf() -> Done:
    """The leaders' file of the last quarter from what is frozen; the floor is WeasyPrint alone on the same HTML."""
    at, on = clock.now(), clock.today()
    version = in_force(council(), on)
    if version is None:
        raise SystemExit("The council has no framework in force.")
    kept = edition(version)
    rule = next(one for one in kept.policy.reports if one.every == "quarter")
    report, _ = report_for(council(), rule, list(over(rule, on, kept.year_start))[-1], at=at)
    asked = ask_for_version(report, by=somebody(Role.QA_OFFICER), at=at)
    if not make_version(asked.pk, at=at):
        raise SystemExit("The report could not be made.")
    frozen = ReportVersion.objects.get(pk=asked.pk)
    frozen.commentary = {
        code: "A paragraph of commentary. " * 60 for code in frozen.about["sections"]
    }
    html = html_of(paper(frozen, "leaders"))
    render_alone(html)
    floor = timed(lambda: render_alone(html), "pages")
    kind = f"pages with {html.count('data:image/svg+xml')} charts"
    found = timed(lambda: render_paper(paper(frozen, "leaders"))[1], kind)
    found.floor = floor.work
    return found


def render_alone(html: str) -> int:
    """WeasyPrint and nothing else."""
    from weasyprint import HTML  # noqa: PLC0415 - slow to import

    document = HTML(string=html).render(pdf_variant="pdf/ua-1")
    document.write_pdf(pdf_variant="pdf/ua-1")
    return len(document.pages)


def import_cases() -> Done:
    """Fifty thousand cases from a CSV file: read, checked, confirmed and written."""
    officer = somebody(Role.QA_OFFICER)
    teams = list(
        OrgUnit.objects.filter(council=council(), kind=OrgUnit.Kind.TEAM).values_list(
            "code", flat=True
        )
    )
    staff = list(
        User.objects.filter(council=council())
        .holding(Role.PRACTITIONER, clock.today())
        .values_list("staff_number", flat=True)
    )
    lines = [COLUMNS]
    for number in range(ROWS):
        born = f"{2010 + number % 15}-06-30"
        worker = staff[number % len(staff)]
        lines.append(
            (
                f"66{number:06}",
                teams[number % len(teams)],
                worker,
                "2026-03-02",
                born,
                "Girl",
                "CIN",
                "2026-02-23",
            )
        )

    def job() -> int:
        run = upload("cases", csv_file(lines), by=officer, at=clock.now())
        work_on(run.pk, at=clock.now())
        run.refresh_from_db()
        confirm_import(run, by=officer, at=clock.now())
        work_on(run.pk, at=clock.now())
        run.refresh_from_db()
        if run.state != "done":
            raise SystemExit(f"The import is {run.state}: {run.faults[:3]}")
        return int(run.rows)

    return timed(job, "rows")


def load_framework() -> Done:
    """A framework file of another council checked, loaded and published."""
    path = ROOT / "fixtures" / "frameworks" / "lancashire" / "1.yaml"

    def job() -> int:
        call_command("framework", "load", str(path), "--publish", verbosity=0)
        return 1

    return timed(job, "framework")


COLUMNS = (
    "Case number",
    "Team code",
    "Worker",
    "Worker from",
    "Date of birth",
    "Gender",
    "Plan",
    "Opened",
)
JOBS: dict[str, Callable[[], Done]] = {
    CHASING: chase_late,
    DRAW: draw_and_allocate,
    PDF: quarterly_pdf,
    IMPORT: import_cases,
    FRAMEWORK: load_framework,
}


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(asdict(JOBS[sys.argv[1]]())))
