"""Tickets of anonymous surveys: links of which nothing is kept before they are used, and then only a digest.

A ticket is a chance number and the survey's, signed with the service's key. Nobody who reads the database can tell
whether one has been given out, or to whom; once it is used, the digest of its chance keeps it from being used again.
"""

import hashlib
import secrets
from dataclasses import dataclass

from django.core import signing

SALT = "feedback.ticket"
# 128 bits by chance.
CHANCE = 16
# The links that staff get for themselves are not taken back with those that were given out.
STAFF = 0


class NoTicket(ValueError):
    """What was shown is no ticket of ours."""


@dataclass(frozen=True)
class Ticket:
    """What a link holds: its survey, the series in which it was given out, and the digest under which it is kept."""

    survey: int
    series: int
    digest: str


def new_ticket(survey_id: int, series: int = STAFF) -> str:
    """A link's secret part for one answer to a survey.

    `series` is the survey's when the link is given out to others: a new one takes all earlier links back at once, as
    single ones stand nowhere. The links that staff get for themselves are of none.
    """
    # Not `signing.dumps`, which would write the moment into it.
    signed = signing.Signer(salt=SALT).sign_object(
        [survey_id, series, secrets.token_urlsafe(CHANCE)]
    )
    return signed.replace(":", "~")


def read_ticket(ticket: str) -> Ticket:
    """What a link holds. Raises NoTicket for anything that is none of ours.

    It says nothing of when it was made: a survey says itself until when it is open.
    """
    try:
        found = signing.Signer(salt=SALT).unsign_object(ticket.replace("~", ":"))
        survey_id, series, chance = found
    except (signing.BadSignature, ValueError, TypeError):
        raise NoTicket from None
    digest = hashlib.sha256(f"{survey_id}:{chance}".encode()).hexdigest()
    return Ticket(survey_id, series, digest)
