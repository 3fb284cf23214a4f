"""The data that a run stands on: one council's year as the services would have left it, then copies of it by COPY."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import django

django.setup()

from django.core.management import call_command, get_commands  # noqa: E402 - Django is ready now
from django.db import connection  # noqa: E402

from audits.models import Audit  # noqa: E402
from benchmarks.copies import COUNCILS_OWN, YEARS_OWN, Copier, models_of_a_year, own_models  # noqa: E402
from benchmarks.floors.fill import make_rows  # noqa: E402
from benchmarks.framework import reduced  # noqa: E402
from benchmarks.sizes import AUDITS_A_YEAR, LINES_AN_AUDIT, SIZES, SMALL, Size, fraction  # noqa: E402
from core import clock  # noqa: E402
from learning.demo import code_some  # noqa: E402
from people.models import Council, OrgUnit, Post, PostHolding, PostType, User  # noqa: E402
from people.roles import Role  # noqa: E402
from qaframework.demo import chase_all  # noqa: E402
from qaframework.demo_year import make_year  # noqa: E402
from tools.paths import ROOT  # noqa: E402

COUNCIL = "bexley"
BEGAN = date(2020, 4, 1)
# So many councils are copied in one go: what is there so far is whole if the disk should be full.
AT_ONCE = 17


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say what is being made, and how long it took."""
    began = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - began:.1f} s", flush=True)


def make_seed() -> None:
    """Make the tables and one council's year. Raises CommandError where the framework or the demo's people have a fault."""
    at = clock.now()
    with told("tables and framework"):
        call_command("install", verbosity=0)
        load_framework()
        make_rows()
    with told(f"{SMALL.people} people and the first audits"):
        call_command("demo_data", verbosity=0)
        council = Council.objects.get(code=COUNCIL)
        more_people(council, SMALL.people)
    with told("one year of audits, with what followed"):
        month = AUDITS_A_YEAR // 12
        make_year(council, at=at, months=12, per_month=(month, month + 1))
        code_some(council, at=at)
        leave_lines(council, at)
        chase_all(at=at)
    analyse()


def load_framework() -> None:
    """Load and publish the framework with its form of twenty questions."""
    text = (ROOT / "fixtures" / "frameworks" / COUNCIL / "1.yaml").read_text(encoding="utf-8")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "framework.yaml"
        path.write_text(reduced(text), encoding="utf-8")
        call_command("framework", "load", str(path), "--publish", verbosity=0)


def make(size: Size) -> None:
    """Bring the seed to a size."""
    more_people(Council.objects.get(code=COUNCIL), size.people)
    if size.years > 1:
        with told(f"{size.years - 1} earlier years"):
            copier = Copier(models_of_a_year(own_models()), YEARS_OWN, years=True)
            copier.measure()
            copier.copy(1, size.years - 1, say)
    if size.councils > 1:
        with told(f"{size.councils - 1} other councils"):
            copier = Copier(own_models(), COUNCILS_OWN)
            copier.measure()
            for first in range(1, size.councils, AT_ONCE):
                last = min(first + AT_ONCE, size.councils) - 1
                with told(f"{last + 1} councils"):
                    copier.copy(first, last, say)
    if "summaries" in get_commands():
        with told("what is added up beside the tables"), connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            call_command("summaries", "rebuild", verbosity=0)
    with told("statistics for the planner"):
        analyse()
    print(f"  {counted()}", flush=True)


def say(table: str, rows: int) -> None:
    """Name the large tables as they come."""
    if rows > 100_000:
        print(f"    {table}: {rows:,} rows", flush=True)


def analyse() -> None:
    """Have the planner know the tables, as autovacuum would in time."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM (ANALYZE)")


def more_people(council: Council, number: int) -> None:
    """Give the council's teams so many more social workers that it has `number` people."""
    missing = number - User.objects.filter(council=council).count()
    kind = PostType.objects.filter(council=council, roles=[Role.PRACTITIONER]).first()
    teams = list(OrgUnit.objects.filter(council=council, kind=OrgUnit.Kind.TEAM))
    heads = {
        one.unit_id: one
        for one in Post.objects.filter(council=council, type__roles__contains=[Role.LINE_MANAGER])
    }
    if kind is None or not teams:
        raise SystemExit("The council has no social workers or no teams to begin with.")
    users = User.objects.bulk_create(
        User(
            council=council,
            email=f"worker.{one}@{COUNCIL}.example.org",
            name=f"Worker {one}",
            staff_number=f"9{one:05}",
        )
        for one in range(number - missing, number)
    )
    places = [teams[one % len(teams)] for one in range(missing)]
    posts = Post.objects.bulk_create(
        Post(
            council=council,
            code=f"BENCH-{number}-{one}",
            type=kind,
            unit=team,
            reports_to=heads.get(team.pk),
        )
        for one, team in enumerate(places)
    )
    PostHolding.objects.bulk_create(
        PostHolding(post=post, user=user, from_on=BEGAN)
        for post, user in zip(posts, users, strict=True)
    )


def leave_lines(council: Council, at: datetime) -> None:
    """Lines of the trail as a year of use leaves them: openings by the audit's people, spread over its weeks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_trailentry (at, verb, subject_type, subject_id, council_id, by_id, cause, source, detail)"
            " SELECT allocated_at + line * interval '29 hours', 'open audit', 'audits.audit', id, council_id,"
            " CASE line %% 3 WHEN 0 THEN auditor_id WHEN 1 THEN worker_id ELSE allocated_by_id END,"
            " '', '192.0.2.' || line, '{}' FROM audits_audit, generate_series(1, %s) AS line"
            " WHERE council_id = %s AND allocated_at < %s",
            [LINES_AN_AUDIT, council.pk, at - timedelta(days=1)],
        )


@dataclass(frozen=True)
class Counted:
    """How much there is."""

    councils: int
    users: int
    audits: int
    answers: int
    actions: int
    lines: int
    bytes: int


def counted() -> Counted:
    """Count what the run stands on; the large tables by the planner's own estimate."""
    with connection.cursor() as cursor:

        def about(table: str) -> int:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = %s", [table])
            return int(cursor.fetchone()[0])

        cursor.execute("SELECT pg_database_size(current_database())")
        size = int(cursor.fetchone()[0])
        return Counted(
            councils=Council.objects.count(),
            users=User.objects.count(),
            audits=Audit.objects.count(),
            answers=about("audits_answer"),
            actions=about("actions_action"),
            lines=about("core_trailentry"),
            bytes=size,
        )


if __name__ == "__main__":
    if sys.argv[1] == "seed":
        make_seed()
    elif sys.argv[1] == "count":
        Path(sys.argv[2]).write_text(json.dumps(asdict(counted())))
    else:
        make(fraction(SIZES[sys.argv[1]], float(sys.argv[2])))
