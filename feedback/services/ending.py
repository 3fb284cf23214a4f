"""How a link that is used has ended, for whoever sends twice."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from core.moves import Refused
from feedback.models import ContactWarning, Invitation, Ticket
from feedback.services.answering import survey_of
from feedback.services.inviting import USED_STATES, digest_of
from feedback.services.links import TICKET
from feedback.states import InvitationState, Outcome
from feedback.tickets import NoTicket
from standards.instruments import ENGLISH


@dataclass(frozen=True)
class Ending:
    """Whether the link was answered or declined, and the language in which it was sent."""

    outcome: Outcome
    language: str = ENGLISH


def ending_of(link: str, *, at: datetime) -> Ending | None:
    """How a used link has ended; nothing for one that is unknown, unused, too old, taken back, or of a closed survey."""
    return _of_ticket(link, at) if TICKET in link else _of_invitation(link, at)


def _of_ticket(link: str, at: datetime) -> Ending | None:
    try:
        survey, digest = survey_of(link, on=timezone.localdate(at))
    except (NoTicket, Refused):
        return None
    row = Ticket.objects.filter(survey=survey, digest=digest, used=True).first()
    if row is None:
        return None
    return Ending(Outcome.DECLINED if row.declined else Outcome.ANSWERED)


def _of_invitation(link: str, at: datetime) -> Ending | None:
    used = Invitation.objects.filter(state__in=USED_STATES, expires_at__gt=at)
    made = used.filter(digest=digest_of(link)).first()
    # While contact is unsafe nobody else who holds the link learns what became of it.
    if made is None or ContactWarning.objects.standing().filter(case=made.case_id).exists():
        return None
    answered = made.state == InvitationState.ANSWERED
    return Ending(Outcome.ANSWERED if answered else Outcome.DECLINED, made.language)
