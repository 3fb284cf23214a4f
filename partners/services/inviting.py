"""Inviting a partner to one audit's tool and meeting; taking the link back; sending a new one (H-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audits.models import Audit
from core.moves import Move, Refused
from core.sealed import seal
from core.trail import record
from partners.models import PartnerInvitation
from partners.selectors import sections_of
from partners.states import RENEW, WITHDRAW, InvitationState
from people.models import User

LONGEST = timedelta(days=180)
CAUSE = "a partner's link"


@dataclass(frozen=True)
class Asked:
    """Who is invited, to which sections, until when, and what they are told of the meeting and the child."""

    name: str
    agency: str
    email: str
    sections: Sequence[str]
    last_day: date
    place: str = ""
    reference: str = ""
    tells_case: bool = False


@transaction.atomic
def invite(audit: Audit, asked: Asked, *, by: User, at: datetime) -> PartnerInvitation:
    """Keep an invitation; a link is made and mailed after it.

    Raises PermissionDenied for whoever is not of the QA team or has a part in the audit; Refused once the audit is
    returned or left out, for no section of its tool, and for a last day that has gone or lies too far away.
    """
    audit = Audit.objects.select_for_update().get(pk=audit.pk)
    if not by.has_perm("partners.invite_partner", audit):
        raise PermissionDenied
    if not audit.under_way:
        raise Refused("Partners are invited while the audit is under way.")
    _check_day(asked.last_day, at)
    found = [one.code for one in sections_of(audit) if one.code in asked.sections]
    if not found or len(found) != len(set(asked.sections)):
        raise Refused("Choose the sections from the list.")
    made = PartnerInvitation(
        council_id=audit.council_id,
        audit=audit,
        agency=asked.agency,
        sections=found,
        place=asked.place,
        reference=asked.reference,
        tells_case=asked.tells_case,
        last_day=asked.last_day,
        made_by=by,
        made_at=at,
    )
    made.name = seal(asked.name, about=made.sealed_about("name"))
    made.email = seal(asked.email, about=made.sealed_about("email"))
    made.save()
    moved(made, "invite", by=by, at=at)
    return made


@transaction.atomic
def withdraw(invitation: PartnerInvitation, *, by: User, at: datetime) -> PartnerInvitation:
    """Take an invitation back: its link works no more, and what was said is not shown."""
    invitation = _locked(invitation, by)
    return _move(invitation, WITHDRAW, by=by, at=at)


@transaction.atomic
def renew(
    invitation: PartnerInvitation, *, last_day: date, by: User, at: datetime
) -> PartnerInvitation:
    """Have a new link sent, after which the old one works no more; the partner may change what they said.

    Raises PermissionDenied and Refused as `invite` does.
    """
    invitation = _locked(invitation, by)
    if not invitation.audit.under_way:
        raise Refused("Partners are invited while the audit is under way.")
    _check_day(last_day, at)
    invitation.last_day, invitation.handed_in_at = last_day, None
    invitation.sent_at = invitation.next_try_at = invitation.taken_until = None
    invitation.failures = 0
    return _move(invitation, RENEW, by=by, at=at)


def _locked(invitation: PartnerInvitation, by: User) -> PartnerInvitation:
    found = PartnerInvitation.objects.select_for_update(of=("self",)).select_related("audit")
    row: PartnerInvitation = found.get(pk=invitation.pk)
    if not by.has_perm("partners.invite_partner", row.audit):
        raise PermissionDenied
    return row


def _check_day(last_day: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if last_day < today:
        raise Refused("The last day has gone.")
    if last_day > today + LONGEST:
        raise Refused("A link lasts half a year at the most.")


def _move(
    invitation: PartnerInvitation, move: Move, *, by: User, at: datetime
) -> PartnerInvitation:
    move.check(invitation.state)
    invitation.state, invitation.digest = InvitationState(move.target), None
    invitation.save()
    moved(invitation, move.verb, by=by, at=at)
    return invitation


def moved(invitation: PartnerInvitation, verb: str, *, by: User | None, at: datetime) -> None:
    """Leave the step in the list of steps and in the trail; without a person it was the partner's link."""
    invitation.moves.create(verb=verb, state=invitation.state, by=by, at=at)
    cause = "" if by else CAUSE
    council = invitation.council_id
    record(f"{verb}: partner", invitation, by=by, cause=cause, at=at, council_id=council)
