"""Who is told what about a loop, in the framework's words or ours (C3-4, C6)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from audits.messages import message_of
from audits.models import Loop
from audits.selectors.closing import authorisers, people_of, seeing
from core.notices import tell
from people.models import User
from people.selectors import line, resolve_all
from standards.policy import ClosingLoop

NEXT_UP = "next manager"
ONLY_YOU = "Only you can authorise it or send it back."
ONE_OF_YOU = "It is for you to authorise it or send it back."


def announce(
    loop: Loop,
    event: str,
    recipients: Iterable[str],
    *,
    at: datetime,
    once: str = "",
    more: str = "",
    due_on: date | None = None,
) -> int:
    """Tell whoever holds the named posts on the day, each once whatever the number of their roles (C6-4)."""
    found = holders(loop, recipients, timezone.localdate(at))
    return send(loop, event, found, at=at, once=once, more=more, due_on=due_on)


def announce_submitted(
    loop: Loop, rule: ClosingLoop, *, once: str, due_on: date, at: datetime
) -> int:
    """Tell whoever authorises the form that it waits for them, and the others to whom it is sent that it is there.

    Whoever authorises it and is sent it has one message, which names both roles (C6-4).
    """
    on = timezone.localdate(at)
    sent = holders(loop, rule.sent_to, on)
    asked = authorising(loop, rule, on)
    ids = {person.pk for person, _ in asked}
    both = [*asked, *(one for one in sent if one[0].pk in ids)]
    others = [one for one in sent if one[0].pk not in ids]
    more = ONLY_YOU if len(ids) == 1 else ONE_OF_YOU
    told = send(loop, "loop_submitted", both, at=at, once=once, more=more, due_on=due_on)
    return told + send(loop, "loop_submitted", others, at=at, once=once, due_on=due_on)


def authorising(loop: Loop, rule: ClosingLoop, on: date) -> list[tuple[User, str]]:
    """Who authorises the form on the day, each with the role by which they do."""
    ids = authorisers(loop, line(loop.council_id, on))
    named = [one for one in holders(loop, [rule.authorised_by], on) if one[0].pk in ids]
    others = ids - {person.pk for person, _ in named}
    above = User.objects.active().filter(pk__in=others).order_by("pk")
    return [*named, *((one, NEXT_UP) for one in above)]


def holders(loop: Loop, recipients: Iterable[str], on: date) -> list[tuple[User, str]]:
    """Who holds the named posts on the day, each with the role; never those whose work was audited."""
    audit = loop.audit
    found = resolve_all(recipients, people=people_of(audit), council=audit.council, on=on)
    workers = {audit.worker_id, audit.second_worker_id}
    return [one for one in found if one[0].pk not in workers]


def send(
    loop: Loop,
    event: str,
    people: Sequence[tuple[User, str]],
    *,
    at: datetime,
    once: str = "",
    more: str = "",
    due_on: date | None = None,
) -> int:
    """Put the event's message in the inbox of each of these people; once per `once`."""
    page = reverse("loop", args=[loop.audit_id])
    kind = f"loop.{event}"
    message = message_of(loop.audit, event, kind=kind, path=page, due_on=due_on, more=more)
    key = f"loop:{loop.pk}:{event}:{once}"
    return tell(seeing(loop.audit, people), message, key=key, at=at)
