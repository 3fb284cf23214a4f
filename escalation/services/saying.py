"""What the chaser and the stages say: an edition's words filled in. No name ever stands in them (C4-f)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from core.notices import Message
from escalation.climbing import OVERDUE, REMINDER, RUNG
from escalation.models import Escalation
from escalation.points import Chased
from standards.edition import Edition
from standards.messages import LONGEST, Said, say
from standards.policy import Policy

COPY = "This is a copy for your information."
KINDS = {REMINDER: "reminder", OVERDUE: "overdue"}


class Saying:
    """The words of one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.label = f"{edition.council_code} {edition.number}"

    @property
    def policy(self) -> Policy:
        """The edition's rules."""
        return self.edition.policy

    def words(self, event: str, **values: str) -> Said:
        """The words of an event."""
        return say(self.policy, event, edition=self.label, **values)

    def of_step(
        self, thing: Chased, row: Escalation, *, days: int, owner: str, copy: bool = False
    ) -> Message:
        """What is said on a step about something due or late."""
        event = event_of(row.step, hours=thing.due.at is not None)
        said = self.words(
            event,
            item=thing.item,
            case=thing.case,
            due=moment_words(thing.due.at) if thing.due.at else day_words(thing.due.on),
            days_late=f"{days} day{'' if days == 1 else 's'}",
            owner=owner,
            more=COPY if copy else "",
        )
        return Message(
            kind="escalation.rung" if row.step == RUNG else kind_of(event),
            subject=f"Copy: {said.subject}"[:LONGEST] if copy else said.subject,
            text=said.text,
            path=thing.path,
            template=f"{event}, {said.template}",
            planned_at=row.planned_at,
        )

    def of_nobody(self, items: Sequence[tuple[str, str]], posts: str) -> Message:
        """What the QA lead is told where nobody stands for a recipient."""
        item, case = items[0]
        more = len(items) - 1
        said = self.words(
            "nobody_found",
            item=f"{item} and {more} more" if more else item,
            case="" if more else case,
            more=posts,
        )
        return Message(
            kind="escalation.nobody_found",
            subject=said.subject,
            text=said.text,
            path=f"{reverse('escalations')}",
            template=f"nobody_found, {said.template}",
        )


def event_of(step: str, *, hours: bool) -> str:
    """The event of a step; limits in hours have words of their own."""
    if step == RUNG:
        return "rung"
    return f"{KINDS[step]}_hours" if hours else KINDS[step]


def kind_of(event: str) -> str:
    """The kind of a message in the log; what counts in hours is never kept for the morning."""
    name, _, hours = event.partition("_")
    return f"hours.{name}" if hours else f"late.{name}"


def day_words(day: date) -> str:
    """4 May 2026."""
    return f"{day:%-d %B %Y}"


def moment_words(moment: datetime) -> str:
    """4 May 2026 at 14:32, London time."""
    return f"{timezone.localtime(moment):%-d %B %Y at %H:%M}"
