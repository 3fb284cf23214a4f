"""Who is told what about a moderation. No message says a grade or a name (C4-f, C6)."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from core.notices import Message, tell
from moderation.models import Moderation
from moderation.selectors.people import rule_of
from people.models import User
from people.selectors import resolve_all

QA = ("council.qa_officer", "council.qa_head")
# Who hears of a step whatever the framework's file says.
ALWAYS = {
    "assigned": ("moderator",),
    "nobody": QA,
    "agreed": ("auditor",),
    "disagreed": ("auditor",),
    "meeting": ("auditor", "moderator"),
    "settled": ("auditor", "worker", "second_worker", "moderator"),
    "asked": ("auditor", "moderator"),
    "decided": ("auditor", "worker", "second_worker", "moderator"),
    "sent_back": ("auditor",),
    "leftover": QA,
    "called_off": ("moderator",),
}
WORDS = {
    "assigned": (
        "An audit to moderate",
        "Audit {reference} of case {case} has been given to you to moderate.",
    ),
    "nobody": (
        "An audit waits for a moderator",
        "The moderator named for audit {reference} of case {case} may not moderate it. Please name another.",
    ),
    "agreed": (
        "An audit has been moderated",
        "The moderation of audit {reference} of case {case} is finished. Its page shows what came of it.",
    ),
    "disagreed": (
        "A meeting about a grade is needed",
        "The moderator of audit {reference} of case {case} does not agree with its grade. Auditor and "
        "moderator meet, talk it over and record what they agree.",
    ),
    "meeting": (
        "A meeting about a grade has been recorded",
        "The meeting about the grade of audit {reference} of case {case} has been recorded by one of you. "
        "Please record your own view of it.",
    ),
    "settled": (
        "A grade has been agreed",
        "Auditor and moderator have agreed the grade of audit {reference} of case {case}.",
    ),
    "asked": (
        "A grade is to be decided",
        "The grade of audit {reference} of case {case} was not agreed. It has been passed up for a decision.",
    ),
    "decide": (
        "Please decide on a grade",
        "Auditor and moderator of audit {reference} of case {case} could not agree its grade. "
        "Please read both views and decide.",
    ),
    "decided": (
        "A grade has been decided",
        "The grade of audit {reference} of case {case} has been decided. Its page shows the decision.",
    ),
    "taken_away": (
        "An audit has been given to another moderator",
        "Audit {reference} of case {case} has been given to somebody else to moderate. You need do nothing more. "
        "What you had written is not passed on.",
    ),
    "called_off": (
        "A moderation is over",
        "Audit {reference} of case {case} has been opened again for its auditor, so its moderation is over. You "
        "need do nothing more. What you had saved is kept.",
    ),
    "sent_back": (
        "An audit has been sent back",
        "The panel has sent audit {reference} of case {case} back to you. The reason is on its page.",
    ),
    "leftover": (
        "What stays of an earlier grade",
        "The moderation of audit {reference} of case {case} has changed a grade that had set something off. "
        "Please decide what stays of it.",
    ),
}
# Steps whose readers open the moderation; the others open the audit, from which it is one link away.
AT_MODERATION = frozenset(
    {"assigned", "nobody", "disagreed", "meeting", "asked", "decide", "leftover", "called_off"}
)
# A step whose readers can open neither any more.
NOWHERE = frozenset({"taken_away"})


def announce(
    moderation: Moderation,
    step: str,
    *,
    at: datetime,
    once: str = "",
    also: Iterable[str] = (),
    people: Iterable[tuple[User, str]] = (),
) -> int:
    """Put a step's message in the inbox of everybody who must hear of it; once per `once`.

    `also` are further recipients by name, `people` persons with the words for their part.
    """
    audit = moderation.audit
    names = [*ALWAYS.get(step, ()), *also]
    parts = {
        "auditor": audit.auditor,
        "worker": audit.worker,
        "second_worker": audit.second_worker,
        "moderator": moderation.moderator,
    }
    on = timezone.localdate(at)
    found = [*resolve_all(names, people=parts, council=audit.council, on=on), *people]
    subject, text = WORDS[step]
    message = Message(
        kind=f"moderation.{step}",
        subject=f"{subject}: {audit.reference}",
        text=text.format(reference=audit.reference, case=audit.case.number),
        path=path_of(moderation, step),
    )
    return tell(found, message, key=f"moderation:{moderation.pk}:{step}:{once}", at=at)


def path_of(moderation: Moderation, step: str) -> str:
    """The page that the message of a step opens; none where its reader could not open it."""
    if step in NOWHERE:
        return ""
    if step in AT_MODERATION:
        return reverse("moderation", args=[moderation.pk])
    return reverse("audit", args=[moderation.audit_id])


def agreed(moderation: Moderation, *, at: datetime) -> int:
    """Say that the moderator agreed, to whom the framework says."""
    return announce(moderation, "agreed", at=at, also=rule_of(moderation.audit).agree_tell)


def disagreed(moderation: Moderation, *, at: datetime) -> int:
    """Call the auditor to a meeting, and tell whom the framework says."""
    return announce(moderation, "disagreed", at=at, also=rule_of(moderation.audit).disagree_tell)
