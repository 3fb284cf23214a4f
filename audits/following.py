"""What audits tell the rooms below: which are late, where an action came from, which actions are kept from whom."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.points import BY_ROOM, HIDDEN, PLACES
from audits.models import Audit, Reader
from audits.points import TASKS
from audits.selectors import LOOP, Task, edition_of
from audits.selectors.closing import loop_tasks
from core.notices import HIDDEN as HIDDEN_PAGES
from escalation.points import CHASED, HOURS, LATE, Chased
from escalation.selectors import look_ahead
from escalation.selectors.concerns import waiting_for
from people.models import User
from standards.deadlines import Due


def late_audits(
    council_id: int, at: datetime, pks: Collection[int] | None = None
) -> Iterator[Chased]:
    """The audits under way that are due soon or overdue, with the ladder of their edition (C4-1, C4-8).

    With ids those of these audits that are still under way.
    """
    found = Audit.objects.under_way().filter(council=council_id)
    if pks is None:
        found = found.filter(deadline_on__lte=look_ahead(council_id, timezone.localdate(at)))
    else:
        found = found.filter(pk__in=pks)
    rows = found.select_related("case").with_edition().order_by("pk")
    for audit in rows.iterator(chunk_size=500):
        policy = edition_of(audit).policy
        yield Chased(
            kind="audit",
            pk=audit.pk,
            item=f"{policy.word('audit', 'audit').capitalize()} {audit.reference}",
            case=audit.case.number,
            path=reverse("audit", args=[audit.pk]),
            due=Due(audit.deadline_on),
            anchor_on=audit.deadline_on,
            late_id=audit.auditor_id,
            people={
                "auditor": audit.auditor_id,
                "owner": audit.auditor_id,
                "worker": audit.worker_id,
                "second_worker": audit.second_worker_id,
                "moderator": audit.moderator_id,
            },
            ladder=policy.late_ladder("deadline"),
            version_id=audit.version_id,
        )


def late_now(council_id: int, at: datetime) -> "QuerySet[Any, Any]":
    """The ids of a council's audits that are under way and overdue at a moment."""
    late = Audit.objects.under_way().filter(deadline_on__lt=timezone.localdate(at))
    return late.filter(council=council_id).values("pk")


def place(audit_id: int, user: User) -> str:
    """The page of the audit that raised an action, for who may open it."""
    found = Audit.objects.visible_to(user).filter(pk=audit_id).exists()
    return reverse("audit", args=[audit_id]) if found else ""


def kept_from(user: User) -> Q:
    """The actions of an audit are kept from whoever grades it blind: their classes and dates tell the grade."""
    blind = Reader.objects.filter(user=user, blind=True).values("audit")
    return Q(source="audit", source_id__in=blind)


def pages_kept_from(user: User) -> list[str]:
    """The pages of an audit, which messages lead to: who was told tells its grade to whoever grades it blind."""
    ids = Reader.objects.filter(user=user, blind=True).values_list("audit", flat=True)
    return [reverse(name, args=[pk]) for pk in ids for name in ("audit", "loop")]


def concern_tasks(user: User, on: date) -> list[Task]:
    """The concerns that wait for a person's answer or decision, for their start page."""
    return [
        Task(one.words, one.about, one.on, reverse("concern", args=[one.key]), one.late)
        for one in waiting_for(user, on)
    ]


CHASED["audit"] = late_audits
HOURS["audit"] = lambda council_id, at, pks=None: iter(())  # audits are due by the day
LATE["audit"] = late_now
PLACES["audit"] = place
HIDDEN.append(kept_from)
HIDDEN_PAGES.append(pages_kept_from)
TASKS.append(loop_tasks)
TASKS.append(concern_tasks)
BY_ROOM.add(LOOP)
