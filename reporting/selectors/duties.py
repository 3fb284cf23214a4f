"""What waits for a person, counted, with the page where it is done (G-60 to G-66). My work lists it one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.urls import reverse

from actions.models import Action
from audits.models import Audit
from audits.selectors.closing import listed_for, loop_tasks
from audits.states import WORKING, AuditState
from core.counts import waiting_for
from escalation.models import Overdue
from learning.models import Extract
from moderation.selectors.tasks import open_decisions
from people.models import User
from programme.selectors.post_year import own_rows
from reporting.models import ReportVersion
from reporting.selectors.lists import listed
from reporting.states import ReportState

SOON = timedelta(days=7)
UNFINISHED = (ReportState.DRAFT, ReportState.RESPONSE_APPENDED)


@dataclass(frozen=True)
class Duty:
    """So many things of one kind wait for the person; `late`: some should have been done already."""

    words: str
    number: int
    to: str
    late: bool = False


def duties(user: User, on: date) -> list[Duty]:
    """What waits for a person, by kind, what is late first; kinds of which nothing waits are left out.

    A fixed number of queries for a role, however much there is.
    """
    found = [one for one in all_duties(user, on) if one.number]
    return sorted(found, key=lambda one: not one.late)


def all_duties(user: User, on: date) -> Iterator[Duty]:
    """Every kind of duty that the person's roles know, those of which nothing waits too."""
    yield from own_duties(user, on)
    if user.has_perm("programme.see_requests"):
        yield Duty("Requests to decide", waiting_for(user, "requests"), reverse("requests"))
    if user.has_perm("moderation.see_moderations"):
        yield Duty("Moderations waiting", waiting_for(user, "moderations"), reverse("moderations"))
    if user.has_perm("audits.see_lists"):
        late = Audit.objects.being_audited(user, on).filter(deadline_on__lt=on).count()
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
        yield from team_duties(user, on)


def own_duties(user: User, on: date) -> Iterator[Duty]:
    """A person's own audits and actions."""
    mine = Audit.objects.visible_to(user, on).filter(state__in=WORKING, auditor=user)
    open_, late = mine.count(), mine.filter(deadline_on__lt=on).count()
    yield Duty("Your audits under way", open_ - late, reverse("my-work"))
    yield Duty("Your audits that are late", late, reverse("my-work"), late=True)
    yield from session_duties(user, on)
    actions = Action.objects.visible_to(user, on).to_do().filter(owner=user)
    overdue = actions.filter(due_on__lt=on).count()
    soon = actions.filter(due_on__range=(on, on + SOON)).count()
    to = {"owner": user.pk}
    yield Duty(
        "Your actions that are overdue",
        overdue,
        listed("actions", {**to, "band": "late"}),
        late=True,
    )
    yield Duty("Your actions due within a week", soon, listed("actions", {**to, "band": "week"}))
    yield Duty("Disputes to decide", open_decisions(user).distinct().count(), reverse("my-work"))
    for row in own_rows(user, on):
        left = row.count.required - row.count.done
        yield Duty(
            f"Left to do this quarter as {row.post.type.title.lower()}",
            max(left, 0),
            reverse("my-work"),
        )


def session_duties(user: User, on: date) -> Iterator[Duty]:
    """The audits whose worker has to prepare (a self-assessment, say), and the meetings of the next week for auditors and workers; one query."""
    theirs = Q(worker=user) | Q(second_worker=user)
    soon = Q(meeting_on__range=(on, on + SOON))
    preparing = Q(state=AuditState.PREPARING)
    found = (
        Audit.objects.visible_to(user, on)
        .filter(theirs | Q(auditor=user), state__in=(AuditState.ALLOCATED, AuditState.PREPARING))
        .annotate(meeting_on=TruncDate("meeting_at"))
        .order_by()
        .aggregate(
            prepare=Count("pk", filter=theirs & preparing, distinct=True),
            late=Count("pk", filter=theirs & preparing & Q(meeting_on__lt=on), distinct=True),
            meetings=Count("pk", filter=soon, distinct=True),
        )
    )
    yield Duty(
        "Audits of your work to prepare for",
        found["prepare"],
        reverse("my-work"),
        late=bool(found["late"]),
    )
    yield Duty("Your meetings within a week", found["meetings"], reverse("my-work"))


def team_duties(user: User, on: date) -> Iterator[Duty]:
    """What waits for the QA team as a team."""
    draws = waiting_for(user, "draws")
    yield Duty("Draws waiting", draws, reverse("draws"))
    late = Overdue.objects.visible_to(user, on).count()
    yield Duty("Late and being chased", late, reverse("escalations"), late=True)
    texts = Extract.objects.visible_to(user, on).filter(done_at=None).count()
    yield Duty("Texts to code", texts, reverse("coding"))
    newest = ReportVersion.objects.visible_to(user, on).order_by("report_id", "-number")
    states = newest.distinct("report_id").values_list("state", flat=True)
    reports = sum(state in UNFINISHED for state in states)
    yield Duty("Reports to finish", reports, reverse("reports"))
