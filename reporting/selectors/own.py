"""A person's own year: their audits, their actions, what families said, what was taught (G-60). Nobody else's numbers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from actions.models import Action
from actions.states import ActionState
from audits.models import Audit
from audits.states import AuditState
from feedback.models import Reply
from learning.models import Activity
from people.models import User
from people.selectors import posts_of
from reporting.figure import Cell, Column, Figure, Row
from reporting.selectors.graded import audits_word
from reporting.selectors.lists import listed
from standards.deadlines import months_after

# How much is shown of what was taught.
TAUGHT = 5


@dataclass(frozen=True)
class OwnYear:
    """What a person's page shows of the last twelve months."""

    since: date
    figures: tuple[Figure, ...]
    replies: int
    taught: tuple[Activity, ...]


def own_year(user: User, on: date) -> OwnYear:
    """The last twelve months of one person; six queries however much there is."""
    since = months_after(on.replace(day=1), -11)
    replies = Reply.objects.visible_to(user, on).filter(
        Q(audit__worker=user) | Q(audit__second_worker=user), received_on__gte=since
    )
    return OwnYear(
        since,
        (own_audits(user, since, on), own_actions(user, since, on)),
        replies.count(),
        taught_to(user, since, on),
    )


def own_audits(user: User, since: date, on: date) -> Figure:
    """The returned audits of a person's own work and those they made, by grade; none whose grade is kept from them."""
    mine = (
        Audit.objects.visible_to(user, on)
        .with_blindness(user)
        .filter(state=AuditState.RETURNED, month__gte=since)
        .filter(Q(blind=False) | Q(auditor=user))
    )
    work = Q(worker=user) | Q(second_worker=user)
    rows = list(
        mine.order_by()
        .values("grade", "version__policy__grades")
        .annotate(work=Count("pk", filter=work), made=Count("pk", filter=Q(auditor=user)))
    )
    work_by, made_by = Counter[str](), Counter[str]()
    labels: dict[str, tuple[int, str]] = {}
    for row in rows:
        work_by[row["grade"]] += row["work"]
        made_by[row["grade"]] += row["made"]
        for grade in row["version__policy__grades"]:
            labels[grade["code"]] = (-grade["rank"], grade["label"])
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


def own_actions(user: User, since: date, on: date) -> Figure:
    """A person's own actions: open, overdue, done in time and late."""
    own = Action.objects.visible_to(user, on).filter(owner=user)
    done = Q(state__in=[ActionState.DONE, ActionState.SIGNED_OFF], done_on__gte=since)
    found = own.aggregate(
        open=Count("pk", filter=Q(pk__in=own.to_do().values("pk"))),
        overdue=Count("pk", filter=Q(pk__in=own.to_do().filter(due_on__lt=on).values("pk"))),
        in_time=Count("pk", filter=done & Q(done_on__lte=F("due_on"))),
        late=Count("pk", filter=done & Q(done_on__gt=F("due_on"))),
    )
    to = {"owner": user.pk}
    return Figure(
        code="own-actions",
        title="Your actions",
        about=f"Actions that are yours to do; those done since {since:%B %Y}.",
        rows_are="Action",
        columns=(Column("number", "Actions"),),
        rows=(
            Row("To do", (Cell(n=found["open"], to=listed("actions", to)),)),
            Row(
                "Of these overdue",
                (Cell(n=found["overdue"], to=listed("actions", {**to, "band": "late"})),),
            ),
            Row("Done in time", (Cell(n=found["in_time"]),)),
            Row("Done late", (Cell(n=found["late"]),)),
        ),
        says=(f"{found['open']} to do, {found['overdue']} of them overdue.",),
    )


def taught_to(user: User, since: date, on: date) -> tuple[Activity, ...]:
    """What was taught to everybody or to the units of the person's posts, the newest first."""
    paths = [path for _, path in posts_of(user, on)]
    for_them = Q(unit=None)
    for path in paths:
        above = [path[: at + 1] for at, sign in enumerate(path) if sign == "/"]
        for_them |= Q(unit__path__in=above) | Q(unit__path__startswith=path)
    found = Activity.objects.filter(for_them, council=user.council_id, held_on__range=(since, on))
    return tuple(found.prefetch_related("themes").order_by("-held_on", "-pk")[:TAUGHT])
