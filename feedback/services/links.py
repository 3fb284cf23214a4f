"""One door for both kinds of link: tickets of anonymous surveys, and invitations of somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from core.moves import Refused
from feedback.selectors.instruments import instrument_of
from feedback.services import answering, inviting
from feedback.services.inviting import NoLink
from feedback.tickets import NoTicket
from people.models import Council
from standards.instruments import ENGLISH, Instrument

# It stands in every ticket and in no invitation's secret.
TICKET = "~"
# No link of ours is longer.
LONGEST = 200


@dataclass(frozen=True)
class Opened:
    """What a link leads to: who asks what until which day, and what has been answered so far."""

    council: Council
    instrument: Instrument
    title: str
    last_day: date
    draft: Mapping[str, Any] = field(default_factory=dict)
    language: str = ENGLISH
    easy: bool = False


def open_link(link: str, *, at: datetime) -> Opened:
    """What a link leads to. Raises NoLink, or Refused once it is used or closed."""
    if len(link) > LONGEST:
        raise NoLink
    if TICKET in link:
        return _ticket(link, at)
    made = inviting.opened(link, at=at)
    return Opened(
        made.council,
        instrument_of(made),
        "",
        timezone.localdate(made.expires_at - timedelta(seconds=1)),
        made.draft,
        made.language,
        made.easy,
    )


def _ticket(link: str, at: datetime) -> Opened:
    try:
        survey, draft = answering.draft_of(link, on=timezone.localdate(at))
    except NoTicket:
        raise NoLink from None
    return Opened(survey.council, instrument_of(survey), survey.title, survey.closes_on, draft)


def keep(link: str, given: Mapping[str, Any], *, at: datetime) -> dict[str, str]:
    """Keep what has been answered so far; gives the faults by field."""
    if TICKET in link:
        return answering.keep_draft(link, given, on=timezone.localdate(at))
    return inviting.keep_draft(link, given, at=at)


def hand_in(link: str, *, at: datetime) -> None:
    """Hand in what has been answered. Raises Refused where nothing is."""
    if TICKET not in link:
        inviting.hand_in(link, at=at)
    elif not answering.draft_of(link, on=timezone.localdate(at))[1]:
        raise Refused(inviting.NOTHING)
    else:
        answering.hand_in(link, on=timezone.localdate(at))


def decline(link: str, *, at: datetime) -> None:
    """Answer nothing."""
    if TICKET in link:
        answering.decline(link, on=timezone.localdate(at))
    else:
        inviting.decline(link, at=at)
