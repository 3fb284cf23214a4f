"""What waits for a person, counted, with the page where it is done (G-60 to G-66). My work lists it one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.states import TO_DO
from audits.models import Audit
from audits.selectors.closing import listed_for, loop_tasks
from audits.states import AuditState
from core.among import NUMBER, numbers_of
from core.counts import waiting
from core.prepared import DAY
from escalation.models import Overdue
from learning.models import Extract
from moderation.selectors.tasks import decisions_waiting
from people.in_general import AboutPerson
from people.models import User
from programme.selectors.post_year import own_rows
from reporting.models import ReportVersion
from reporting.selectors.lists import listed
from reporting.selectors.own_work import OwnAction, OwnAudit, own_actions, own_audits
from reporting.states import ReportState

SOON = timedelta(days=7)
# What the menu counts too, each with the right of those whose duty it is.
COUNTED = {
    "requests": "programme.see_requests",
    "moderations": "moderation.see_moderations",
    "draws": "learning.code",
}
UNFINISHED = (ReportState.DRAFT, ReportState.RESPONSE_APPENDED)


@dataclass(frozen=True)
class Duty:
    """So many things of one kind wait for the person; `late`: some should have been done already."""

    words: str
    number: int
    to: str
    late: bool = False


def texts_to_code(user: User) -> "QuerySet[Extract, Any]":
    """How many texts somebody may read that nobody has coded: a row for each kind of place where they stand."""
    first, *others = (
        numbers_of(part, NUMBER) for part in Extract.objects.waiting().each_place(user, DAY)
    )
    return first.union(*others, all=True)


TEXTS = AboutPerson(texts_to_code)
# Late audits of the teams that somebody manages, and the newest state of each report that they may open.
LATE_AUDITS = AboutPerson(
    lambda user: numbers_of(
        Audit.objects.being_audited(user, DAY).filter(deadline_on__lt=DAY), NUMBER
    )
)
STATES = AboutPerson(
    lambda user: (
        ReportVersion.objects.visible_to(user, DAY)
        .order_by("report_id", "-number")
        .distinct("report_id")
        .values_list("state")
    )
)


def number_of(rows: list[tuple[Any, ...]]) -> int:
    """The number in the one row of a count; nought where nothing was asked."""
    return rows[0][0] if rows else 0


def duties(user: User, on: date, actions: list[OwnAction] | None = None) -> list[Duty]:
    """What waits for a person, by kind, what is late first; kinds of which nothing waits are left out.

    A fixed number of queries for a role, however much there is. `actions` are the person's own, where they have been read.
    """
    found = [one for one in all_duties(user, on, actions) if one.number]
    return sorted(found, key=lambda one: not one.late)


def all_duties(user: User, on: date, actions: list[OwnAction] | None) -> Iterator[Duty]:
    """Every kind of duty that the person's roles know, those of which nothing waits too."""
    yield from own_duties(user, on, actions)
    numbers = waiting(user, [name for name, right in COUNTED.items() if user.has_perm(right)])
    if user.has_perm("programme.see_requests"):
        yield Duty("Requests to decide", numbers.get("requests", 0), reverse("requests"))
    if user.has_perm("moderation.see_moderations"):
        yield Duty("Moderations waiting", numbers.get("moderations", 0), reverse("moderations"))
    if user.has_perm("audits.see_lists"):
        late = number_of(LATE_AUDITS.rows(user, on))
        yield Duty("Late audits of your teams", late, reverse("being-audited"), late=True)
        loops = loop_tasks(user, on)
        yield Duty(
            "Loops to close or authorise",
            len(loops),
            reverse("loops"),
            late=any(one.late for one in loops),
        )
        yield Duty("Audits on your watch list", len(listed_for(user, on)), reverse("watch-list"))
    if user.has_perm("learning.code"):
        yield from team_duties(user, on, numbers.get("draws", 0))


def own_duties(user: User, on: date, actions: list[OwnAction] | None) -> Iterator[Duty]:
    """A person's own audits and actions."""
    yield from audit_duties(user, on)
    mine = own_actions(user, on) if actions is None else actions
    to_do = [one.due_on for one in mine if one.state in TO_DO and one.due_on]
    overdue = sum(day < on for day in to_do)
    soon = sum(on <= day <= on + SOON for day in to_do)
    to = {"owner": user.pk}
    yield Duty(
        "Your actions that are overdue",
        overdue,
        listed("actions", {**to, "band": "late"}),
        late=True,
    )
    yield Duty("Your actions due within a week", soon, listed("actions", {**to, "band": "week"}))
    yield Duty("Disputes to decide", decisions_waiting(user), reverse("my-work"))
    for row in own_rows(user, on):
        left = row.count.required - row.count.done
        yield Duty(
            f"Left to do this quarter as {row.post.type.title.lower()}",
            max(left, 0),
            reverse("my-work"),
        )


def audit_duties(user: User, on: date) -> Iterator[Duty]:
    """The audits that the person makes, those whose worker has to prepare (a self-assessment, say), and the meetings of the next week for
    auditors and workers; one query."""
    rows = own_audits(user)
    mine = [one for one in rows if one.auditor_id == user.pk]
    late = sum(one.deadline_on < on for one in mine)
    theirs = [
        one
        for one in rows
        if one.state == AuditState.PREPARING and user.pk in {one.worker_id, one.second_worker_id}
    ]
    meetings = sum(
        on <= day <= on + SOON
        for one in rows
        if one.state in {AuditState.ALLOCATED, AuditState.PREPARING}
        for day in [met_on(one)]
        if day is not None
    )
    yield Duty("Your audits under way", len(mine) - late, reverse("my-work"))
    yield Duty("Your audits that are late", late, reverse("my-work"), late=True)
    yield Duty(
        "Audits of your work to prepare for",
        len(theirs),
        reverse("my-work"),
        late=any(day is not None and day < on for day in map(met_on, theirs)),
    )
    yield Duty("Your meetings within a week", meetings, reverse("my-work"))


def met_on(one: OwnAudit) -> date | None:
    """The day of an audit's meeting, where there is one."""
    return timezone.localdate(one.meeting_at) if one.meeting_at else None


def team_duties(user: User, on: date, draws: int) -> Iterator[Duty]:
    """What waits for the QA team as a team."""
    yield Duty("Draws waiting", draws, reverse("draws"))
    late = Overdue.objects.visible_to(user, on).count()
    yield Duty("Late and being chased", late, reverse("escalations"), late=True)
    texts = sum(number for (number,) in TEXTS.rows(user, on))
    yield Duty("Texts to code", texts, reverse("coding"))
    reports = sum(state in UNFINISHED for (state,) in STATES.rows(user, on))
    yield Duty("Reports to finish", reports, reverse("reports"))
