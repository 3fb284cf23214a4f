"""A person's own year: their audits, their actions, what families said, what was taught (G-60). Nobody else's numbers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet

from actions.states import TO_DO
from audits.models import Audit
from audits.states import AuditState
from core.among import NUMBER, Among, numbers_of
from core.prepared import DAY, KEY
from feedback.models import Reply
from learning.models import Activity, Theme
from learning.states import ActivityKind
from people.in_general import AboutPerson
from people.models import User
from people.selectors import posts_of
from reporting.figure import Cell, Column, Figure, Row
from reporting.selectors import own_work
from reporting.selectors.graded import audits_word
from reporting.selectors.lists import listed
from reporting.selectors.own_work import OwnAction
from standards.deadlines import months_after
from standards.selectors import edition_known

# How much is shown of what was taught.
TAUGHT = 5


class Taught(NamedTuple):
    """A learning activity: its title, what kind it was, its day and its themes."""

    title: str
    kind: str
    held_on: date
    themes: tuple[str, ...]


@dataclass(frozen=True)
class OwnYear:
    """What a person's page shows of the last twelve months."""

    since: date
    figures: tuple[Figure, ...]
    replies: int
    taught: tuple[Taught, ...]


# What stands in the questions below for the first day of the year, and for the paths above somebody's units.
SINCE, ABOVE = date(1, 1, 21), [f"{KEY} above"]
REPLIES = AboutPerson(
    lambda user: numbers_of(
        Reply.objects.visible_to(user, DAY).filter(
            Q(audit__worker=user) | Q(audit__second_worker=user), received_on__gte=SINCE
        ),
        NUMBER,
    )
)


def since_of(on: date) -> date:
    """The first day of the last twelve months."""
    return months_after(on.replace(day=1), -11)


def own_year(user: User, on: date, actions: list[OwnAction] | None = None) -> OwnYear:
    """The last twelve months of one person; four queries however much there is.

    `actions` are the person's own since then, where they have been read.
    """
    since = since_of(on)
    mine = own_work.own_actions(user, since) if actions is None else actions
    replies = REPLIES.rows(user, on, {SINCE: since})
    return OwnYear(
        since,
        (own_audits(user, since, on), own_actions(user, mine, since, on)),
        replies[0][0] if replies else 0,
        taught_to(user, since, on),
    )


def audits_by_grade(user: User) -> "QuerySet[Audit, Any]":
    """The returned audits of a person's own work and those they made, by edition and grade."""
    mine = (
        Audit.objects.own(user.pk, user.council_id)
        .with_blindness(user)
        .filter(state=AuditState.RETURNED, month__gte=SINCE)
        .filter(Q(blind=False) | Q(auditor=user))
    )
    work = Q(worker=user) | Q(second_worker=user)
    return (
        mine.order_by()
        .values_list("version_id", "version__state", "version__checksum", "grade")
        .annotate(work=Count("pk", filter=work), made=Count("pk", filter=Q(auditor=user)))
    )


BY_GRADE = AboutPerson(audits_by_grade)


def own_audits(user: User, since: date, on: date) -> Figure:
    """The returned audits of a person's own work and those they made, by grade; none whose grade is kept from them."""
    rows = BY_GRADE.rows(user, on, {SINCE: since})
    work_by, made_by = Counter[str](), Counter[str]()
    labels: dict[str, tuple[int, str]] = {}
    for version, state, checksum, grade, of_work, made in sorted(rows):
        work_by[grade] += of_work
        made_by[grade] += made
        for one in edition_known(version, state, checksum).policy.grades:
            labels[one.code] = (-one.rank, one.label)
    shown = sorted(
        (code for code in labels if work_by[code] or made_by[code]), key=labels.__getitem__
    )

    def link(grade: str, part: str) -> str:
        narrow = {"state": AuditState.RETURNED, "grade": grade, "since": since.isoformat()}
        return listed("audits", {**narrow, "mine": part})

    table = [
        Row(
            labels[code][1],
            (
                Cell(n=work_by[code], to=link(code, "worker")),
                Cell(n=made_by[code], to=link(code, "auditor")),
            ),
            code=code,
        )
        for code in shown
    ]
    total = Row("All", (Cell(n=work_by.total()), Cell(n=made_by.total())), total=True)
    return Figure(
        code="own-audits",
        title="Audits of your work, and audits you made",
        about=f"Returned audits that count for {since:%B %Y} or later, by the grade that counts now, final or provisional. "
        "Flash audits count too.",
        rows_are="Grade",
        columns=(Column("work", "Of your work"), Column("made", "Made by you")),
        rows=(*table, total) if table else (),
        says=(
            f"{audits_word(work_by.total())} of your work {'has' if work_by.total() == 1 else 'have'} been returned "
            f"since {since:%B %Y}; you made {made_by.total()}.",
        ),
    )


def own_actions(user: User, rows: list[OwnAction], since: date, on: date) -> Figure:
    """A person's own actions: open, overdue, done in time and late."""
    to_do = [one for one in rows if one.state in TO_DO]
    done = [
        one.done_on <= one.due_on
        for one in rows
        if one.state in own_work.DONE and one.done_on and one.done_on >= since and one.due_on
    ]
    open_, overdue = len(to_do), sum(bool(one.due_on and one.due_on < on) for one in to_do)
    to = {"owner": user.pk}
    return Figure(
        code="own-actions",
        title="Your actions",
        about=f"Actions that are yours to do; those done since {since:%B %Y}.",
        rows_are="Action",
        columns=(Column("number", "Actions"),),
        rows=(
            Row("To do", (Cell(n=open_, to=listed("actions", to)),)),
            Row(
                "Of these overdue",
                (Cell(n=overdue, to=listed("actions", {**to, "band": "late"})),),
            ),
            Row("Done in time", (Cell(n=done.count(True)),)),
            Row("Done late", (Cell(n=done.count(False)),)),
        ),
        says=(f"{open_} to do, {overdue} of them overdue.",),
    )


def learning_for(user: User) -> "QuerySet[Activity, Any]":
    """What was taught to everybody or to the units of the person's posts, the newest first, with its themes by name."""
    for_them = Q(unit=None) | Q(Among("unit__path", ABOVE))
    for _, path in posts_of(user, DAY):
        for_them |= Q(unit__path__startswith=path)
    found = Activity.objects.filter(for_them, council=user.council_id, held_on__range=(SINCE, DAY))
    themes = Theme.objects.filter(activities=OuterRef("pk")).values("label")
    labels = ArraySubquery(themes.order_by("label"))
    rows = found.order_by("-held_on", "-pk").values_list("title", "kind", "held_on", labels)
    return rows[:TAUGHT]


TAUGHT_TO = AboutPerson(learning_for)


def taught_to(user: User, since: date, on: date) -> tuple[Taught, ...]:
    """What was taught to everybody or to the units of the person's posts, the newest first; one query."""
    paths = {path for _, path in posts_of(user, on)}
    above = {path[: at + 1] for path in paths for at, sign in enumerate(path) if sign == "/"}
    rows = TAUGHT_TO.rows(user, on, {SINCE: since, ABOVE[0]: sorted(above)})
    return tuple(
        Taught(title, ActivityKind(kind).label, held_on, tuple(themes))
        for title, kind, held_on, themes in rows
    )
