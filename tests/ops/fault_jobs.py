"""The worker of the fault tests: the application, a job that can be held in its middle, late things, a quick beat."""

import os
import select
from collections.abc import Collection, Iterator
from datetime import date, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")
django.setup()

from django.db import connection  # noqa: E402 - the rows are known after setting up

from core.jobs import Daily, Job, Step, register  # noqa: E402
from core.notices import Message, tell  # noqa: E402
from escalation.points import CHASED, Chased  # noqa: E402
from people.models import User  # noqa: E402
from qaframework.celery import app  # noqa: E402
from standards.deadlines import Due  # noqa: E402
from standards.models import FrameworkVersion  # noqa: E402
from standards.policy import Duration, Ladder, Rung  # noqa: E402

__all__ = ["app"]
# Whoever holds this lock in the database holds the job before its fourth person.
LOCK = int(os.environ["FAULT_LOCK"])
HALF = 3
LATE = 5
DUE = date(2027, 2, 28)
LADDER = Ladder(
    "late_file",
    "Late",
    anchor="due",
    rungs=(
        Rung("First", after=Duration(1, "days"), to=("owner.next_level",)),
        Rung("Second", after=Duration(3, "days"), to=("council.post.DCSC",)),
        Rung("Third", after=Duration(4, "days"), to=("council.post.ED",)),
    ),
)


def chase(at: datetime, step: Step) -> int:
    """Tell each person once for the day, in batches of one."""
    told = 0
    people = User.objects.filter(council__code="faults").order_by("pk")
    for number, person in enumerate(people):
        if number == HALF:
            wait(step, told)
        message = Message("fault.test", f"Day {at:%Y-%m-%d}", "Please look.", f"/by/{os.getpid()}/")
        told += tell([(person, "tester")], message, key=f"fault:{at:%Y-%m-%d}", at=at)
        step(told)
    return told


def wait(step: Step, told: int) -> None:
    """Go on once nobody holds the lock; says meanwhile that this worker lives."""
    while not free():
        step(told)
        select.select([], [], [], 0.05)


def free() -> bool:
    """Whether nobody holds the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        got = cursor.fetchone() == (True,)
        if got:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return got


def late_files(
    council_id: int, at: datetime, pks: Collection[int] | None = None
) -> Iterator[Chased]:
    """Things of one person, due on the last of February and never done."""
    version = FrameworkVersion.objects.filter(council=council_id).first()
    owner = User.objects.filter(council=council_id, email__startswith="auditor@").first()
    for number in (pks or range(1, LATE + 1)) if version and owner else ():
        yield Chased(
            kind="file",
            pk=number,
            item=f"File {number}",
            case="",
            path="/",
            due=Due(DUE),
            anchor_on=DUE,
            late_id=owner.pk,
            people={"owner": owner.pk},
            ladder=LADDER,
            version_id=version.pk,
        )


CHASED["file"] = late_files
register(Job("fault-test", "Chase everybody", Daily(6), chase))
for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 0.5
    entry["options"] = {"expires": 5}
