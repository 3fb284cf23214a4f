"""Who is told what at each step. The framework names the recipients; the words carry no names (C4-f, C6)."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from audits import visibility
from audits.models import Audit
from audits.selectors import edition_of
from core.notices import Message, tell
from people.models import User
from people.selectors import resolve_all

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

WORDS = {
    "allocated": (
        "An audit has been allocated to you",
        "Audit {reference} of case {case} is yours to carry out. Set a date to meet the {practitioner}. "
        "It is due back by {deadline}.",
    ),
    "preparing": (
        "Please prepare for an audit meeting",
        "The meeting for audit {reference} of case {case} is on {meeting}. "
        "Before then, please complete your part of the form. It helps both of you to get the most from the meeting.",
    ),
    "meeting set": (
        "The date of an audit meeting",
        "The meeting for audit {reference} of case {case} is on {meeting}. "
        "You need not fill in anything before it.",
    ),
    "in_session": (
        "The audit meeting has started",
        "Audit {reference} of case {case} is open for you to fill in together.",
    ),
    "grade_query": (
        "Advice is asked for on a grade",
        "The grade of audit {reference} of case {case} has been queried. Please read the note and give your advice.",
    ),
    "advised": (
        "Advice has been given on the grade",
        "There is advice on the grade of audit {reference} of case {case}. Please carry on together.",
    ),
    "returned": (
        "An audit has been returned",
        "Audit {reference} of case {case} has been returned. Thank you to everybody who took part. "
        "The record and its actions are ready to read.",
    ),
    "reopened": (
        "An audit has been reopened",
        "Audit {reference} of case {case} is open again for changes. The reason is on its page.",
    ),
    "extended": (
        "There is more time for an audit",
        "Audit {reference} of case {case} is now due back by {deadline}.",
    ),
    "excluded": (
        "An audit has been left out",
        "Audit {reference} of case {case} has been left out of the programme. "
        "There is nothing more to do on it. Who left it out, and why, is on its page.",
    ),
    "called_off": (
        "An audit meeting is called off",
        "Audit {reference} of case {case} has been left out, so its meeting does not take place. "
        "You need not prepare any further.",
    ),
    "reassigned": (
        "An audit has been passed to you",
        "Audit {reference} of case {case} is now yours to carry out. Set a date to meet the {practitioner}. "
        "It is due back by {deadline}.",
    ),
    "taken_over": (
        "An audit has been passed to somebody else",
        "Audit {reference} has another auditor now. There is nothing more for you to do on it.",
    ),
    "new_auditor": (
        "An audit has another auditor",
        "Audit {reference} of case {case} has another auditor, who will set a new date for the meeting. "
        "What you have written is kept.",
    ),
    "file_audited": (
        "A file of your team is being audited",
        "Audit {reference} of case {case} has been given out. Who carries it out is on the list of files being audited.",
    ),
}


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
    edition = edition_of(audit)
    recipients = [*(edition.policy.messages.get(step) or ALWAYS.get(step, ())), *also]
    people = {
        "auditor": audit.auditor,
        "worker": audit.worker,
        "second_worker": audit.second_worker,
        "moderator": audit.moderator,
        "former_auditor": former,
    }
    found = resolve_all(recipients, people=people, council=audit.council, on=timezone.localdate(at))
    tool = edition.tools[audit.tool.code]
    nothing_yet = step == "preparing" and not visibility.prepares(tool, visibility.PRACTITIONER)
    subject, text = WORDS["meeting set" if nothing_yet else step]
    meeting = timezone.localtime(audit.meeting_at) if audit.meeting_at else None
    message = Message(
        kind=f"audit.{step}",
        subject=f"{subject}: {audit.reference}",
        text=text.format(
            reference=audit.reference,
            case=audit.case.number,
            practitioner=edition.policy.word("practitioner", "practitioner"),
            deadline=f"{audit.deadline_on:%-d %B %Y}",
            meeting=f"{meeting:%-d %B %Y at %H:%M}" if meeting else "a date to be set",
        ),
        path=path_for(audit, step),
    )
    return tell(found, message, key=f"audit:{audit.pk}:{step}:{once}", at=at)


def path_for(audit: Audit, step: str) -> str:
    """The page that a step's message leads to."""
    if step not in PAGES:
        return reverse("audit", args=[audit.pk])
    return reverse(PAGES[step]) if PAGES[step] else ""
