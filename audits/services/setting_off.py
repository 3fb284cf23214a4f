"""What an audit sets off by itself becomes an action with an owner and a real date (B4, C2, J-46, J-64)."""

from datetime import datetime

from django.utils import timezone

from actions.models import Action
from actions.services import Plan, record_draft
from audits.models import Audit
from audits.selectors import about_of, anchors_of
from audits.selectors.closing import people_of
from audits.selectors.reading import kept_line
from core.trail import record
from people.models import User
from people.selectors import acting, resolve_all
from standards.deadlines import Due, due
from standards.policy import Limit
from standards.selectors import calendar_of

SOURCE = "audit"
HEAD = ("council.qa_head",)
WORDS = {"task": "Task", "follow_up": "Follow-up", "loop": "Closing the loop"}


def due_of(audit: Audit, limit: Limit, *, at: datetime) -> Due:
    """When something with this limit is due, in the council's calendar (J-46, J-64).

    A limit from the meeting counts from the day the parties met, the others from what sets it off.
    """
    since = anchors_of(audit)["meeting"] if limit.anchor == "meeting" else at
    return due(limit.duration, since, calendar_of(audit.council_id))


def give_action(
    audit: Audit,
    kind: str,
    what: str,
    owner_name: str,
    limit: Limit,
    *,
    code: str,
    by: User,
    at: datetime,
) -> Action | None:
    """Give what an audit sets off to whoever holds the post on the day, with its date, as a draft action.

    Where nobody holds it, it goes to the head of QA, who gives it to somebody (C4-e); the trail says so.
    None where there is no head of QA either.
    """
    on = timezone.localdate(at)
    tree = kept_line(audit, on)
    found = resolve_all(
        [owner_name], people=people_of(audit), council=audit.council, on=on, tree=tree
    )
    if not found:
        detail = {"task": code}
        record("find nobody for task", audit, by=by, at=at, detail=detail)
        found = resolve_all(HEAD, people={}, council=audit.council, on=on, tree=tree)
    owner = acting(found, on)
    if owner is None:
        return None
    until = due_of(audit, limit, at=at)
    return record_draft(
        Plan(kind=kind, what=what, why="", owner=owner, due_on=until.on, due_at=until.at),
        kind_label=WORDS[kind],
        council=audit.council,
        case=audit.case,
        source=(SOURCE, audit.pk),
        by=by,
        at=at,
        about=about_of(audit),
        anchors=anchors_of(audit),
    )
