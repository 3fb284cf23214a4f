"""Who is told what about a concern. No message says a name or what the concern is (C4-f, C6)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from core.notices import Message, tell
from escalation.models import OfficerEscalation, Stage
from escalation.selectors.concerns import standing_in
from escalation.selectors.late import recipient_words
from escalation.services.saying import COPY, Saying, day_words, moment_words
from people.models import User
from people.selectors import resolve_all
from standards.selectors import edition

HAND_OVER = "Whoever raised it has left: it can be handed over to another officer on its page."


def message(stage: Stage, event: str, *, more: str = "") -> Message:
    """The message of one event. What is restricted stands in nobody's log but its reader's inbox."""
    concern = stage.concern
    until = moment_words(stage.due_at) if stage.due_at else ""
    until = until or (day_words(stage.due_on) if stage.due_on else "")
    if event in {"stage_opened", "stage_reopened"} and not until:
        event = "stage_opened_no_limit"
    said = Saying(edition(concern.version)).words(
        event,
        item=concern.words,
        # What the officer typed may be anything; only a number that is a case's goes out.
        case=concern.case.number if concern.case else "",
        due=until,
        more=more,
    )
    return Message(
        kind=f"escalation.{event}",
        subject=said.subject[:200],
        text=said.text,
        path=reverse("concern", args=[concern.key]),
        template=f"{event}, {said.template}",
        urgent=True,
        restricted=concern.restricted,
    )


def announce(
    stage: Stage, event: str, people: Iterable[tuple[User, str]], *, at: datetime, more: str = ""
) -> int:
    """Tell people of an event of a stage, each once for its date; returns how many messages were new."""
    people = list(people)
    key = f"concern:{stage.concern_id}:{stage.index}:{event}:{stage.due_on or ''}:{once(stage, at)}"
    said = message(stage, event)
    said = replace(said, text=f"{said.text} {more}".strip())
    to = [one for one in people if not one[1].startswith("copy: ")]
    copies = [one for one in people if one[1].startswith("copy: ")]
    new = tell(to, said, key=key, at=at)
    if copies:
        copy = replace(said, subject=f"Copy: {said.subject}"[:200], text=f"{said.text} {COPY}")
        new += tell(copies, copy, key=f"{key}:copy", at=at)
    return new


def tell_officer(stage: Stage, event: str, *, at: datetime) -> int:
    """Tell the officer of an event of a stage, or whoever stands in for one who has left."""
    concern = stage.concern
    people = standing_in(concern, timezone.localdate(at))
    gone = not concern.officer.is_active and not concern.restricted
    return announce(stage, event, people, at=at, more=HAND_OVER if gone else "")


def tell_left(stage: Stage, *, at: datetime) -> int:
    """Tell whoever stands in for an officer who has left, each once; returns how many messages were new."""
    concern = stage.concern
    people = standing_in(concern, timezone.localdate(at))
    key = f"concern:{concern.pk}:left:{concern.officer_id}"
    return tell(people, message(stage, "stage_left"), key=key, at=at)


def once(stage: Stage, at: datetime) -> str:
    """The day on which a step can be said again; a stage without a date may be answered more than once."""
    return "" if stage.due_on else timezone.localdate(at).isoformat()


def nobody_there(stage: Stage, *, at: datetime) -> None:
    """Say that nobody holds a post of this stage: to the QA lead, or if it is restricted to its officer."""
    concern: OfficerEscalation = stage.concern
    posts = ", ".join(recipient_words(name) for name in stage.unfound)
    on = timezone.localdate(at)
    if concern.restricted:
        lead = standing_in(concern, on)
    else:
        lead = resolve_all(["council.qa_head"], people={}, council=concern.council, on=on)
    key = f"concern:{concern.pk}:{stage.index}:nobody"
    tell(lead, message(stage, "nobody_found", more=posts), key=key, at=at)
