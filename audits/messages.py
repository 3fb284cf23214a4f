"""Who is told what at each step: the framework's recipients, its words or ours, no name and no grade (C4-f, C6)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from audits import visibility
from audits.models import Audit
from audits.selectors import edition_of
from audits.selectors.reading import kept_line
from core.notices import Message, tell
from people.models import User
from people.selectors import resolve_all
from standards.messages import say

# Recipients where a framework's file names none for a step that its parties must hear of.
PARTIES = ("auditor", "worker", "second_worker")
WORKERS = ("worker", "second_worker")
ALWAYS = {
    "in_session": WORKERS,
    "advised": PARTIES,
    "reopened": PARTIES,
    "extended": ("auditor",),
    "excluded": ("auditor",),
    "called_off": WORKERS,
    "reassigned": ("auditor",),
    "taken_over": ("former_auditor",),
    "new_auditor": WORKERS,
    "file_audited": ("worker.line_manager",),
}
# Steps whose reader may not open the audit: the page that they may open instead; none where there is none.
PAGES = {"taken_over": "", "file_audited": "being-audited"}


def announce(
    audit: Audit,
    step: str,
    *,
    at: datetime,
    once: str = "",
    former: User | None = None,
    also: Iterable[str] = (),
) -> int:
    """Put the step's message in the inbox of everybody whom the framework names for it; once per `once`.

    `former` is the auditor before another took over; `also` are further recipients, such as a trigger's.
    """
    found, message, key = said_at(audit, step, at=at, once=once, former=former, also=also)
    return tell(found, message, key=key, at=at)


def said_at(
    audit: Audit,
    step: str,
    *,
    at: datetime,
    once: str = "",
    former: User | None = None,
    also: Iterable[str] = (),
) -> tuple[list[tuple[User, str]], Message, str]:
    """Who is told what at a step, and what makes it one message."""
    edition = edition_of(audit)
    recipients = [*(edition.policy.messages.get(step) or ALWAYS.get(step, ())), *also]
    people = {
        "auditor": audit.auditor,
        "worker": audit.worker,
        "second_worker": audit.second_worker,
        "moderator": audit.moderator,
        "former_auditor": former,
    }
    on = timezone.localdate(at)
    found = resolve_all(
        recipients, people=people, council=audit.council, on=on, tree=kept_line(audit, on)
    )
    tool = edition.tools[audit.tool.code]
    nothing_yet = step == "preparing" and not visibility.prepares(tool, visibility.PRACTITIONER)
    message = message_of(
        audit,
        "audit_meeting_set" if nothing_yet else f"audit_{step}",
        kind=f"audit.{step}",
        path=path_for(audit, step),
        due_on=audit.deadline_on,
    )
    return found, message, f"audit:{audit.pk}:{step}:{once}"


def message_of(
    audit: Audit, event: str, *, kind: str, path: str, due_on: date | None = None, more: str = ""
) -> Message:
    """What is said about an audit at an event, in the words of its edition or ours; the log keeps whose (C6-2, C6-3)."""
    edition = edition_of(audit)
    meeting = timezone.localtime(audit.meeting_at) if audit.meeting_at else None
    said = say(
        edition.policy,
        event,
        edition=f"edition {edition.number}",
        item=f"{edition.policy.word('audit', 'audit').capitalize()} {audit.reference}",
        case=audit.case.number,
        due=f"{due_on:%-d %B %Y}" if due_on else "",
        meeting=f"{meeting:%-d %B %Y at %H:%M}" if meeting else "a date to be set",
        practitioner=edition.policy.word("practitioner", "practitioner"),
        more=more,
    )
    return Message(kind, said.subject, said.text, path, template=said.template)


def path_for(audit: Audit, step: str) -> str:
    """The page that a step's message leads to."""
    if step not in PAGES:
        return reverse("audit", args=[audit.pk])
    return reverse(PAGES[step]) if PAGES[step] else ""
