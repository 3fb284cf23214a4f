"""Links for one person without an account: made once, used once, taken back, and gone after their last day (D-G1)."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from audits.models import Audit
from cases.models import CaseFile
from core.moves import Move, Refused
from core.trail import record
from feedback.answers import cleaned
from feedback.models import ContactWarning, Invitation, Reply, Survey
from feedback.models.replies import Way
from feedback.selectors.instruments import instrument_of
from feedback.services.answering import CLOSED, NOTHING, USED
from feedback.services.contact import refuse_unsafe
from feedback.services.replies import Sheet, Subject, record_reply
from feedback.states import ANSWER, DECLINE, REVOKE, InvitationState, Outcome
from people.models import User
from standards.instruments import Instrument
from standards.selectors import in_force

# 256 bits by chance.
CHANCE = 32
LASTS = timedelta(days=30)
USED_STATES = frozenset({InvitationState.ANSWERED, InvitationState.DECLINED})
DECLINED = "Declined on the page"


class NoLink(ValueError):
    """What was shown is no link of ours, or one that has been taken back or is too old: nobody is told which."""


@transaction.atomic
def invite(
    about: Audit | CaseFile | Survey | User,
    instrument_code: str,
    *,
    relation: str = "",
    language: str = "en",
    easy: bool = False,
    by: User | None,
    at: datetime,
) -> tuple[Invitation, str]:
    """A link to one person's answers, and its secret part, which is kept nowhere.

    `by` is nobody where a round asks by itself. Raises PermissionDenied for somebody who does not ask with this
    instrument, and Refused while contact is marked unsafe or where there is nothing to ask.
    """
    on = timezone.localdate(at)
    made = _about(about, instrument_code, on)
    made.relation, made.made_by, made.made_at = relation.strip(), by, at
    instrument = _instrument(made)
    if by is not None and not _may_ask(made, by):
        raise PermissionDenied
    if made.case_id:
        # Whoever warns of contact at this moment finds the link, or the link finds the warning.
        refuse_unsafe(CaseFile.objects.select_for_update().get(pk=made.case_id))
    _check(instrument, language=language, easy=easy)
    secret = secrets.token_urlsafe(CHANCE)
    made.digest, made.language, made.easy = digest_of(secret), language, easy
    last = made.survey.closes_on if made.survey else on + LASTS
    made.expires_at = _end_of(last)
    if made.expires_at <= at:
        raise Refused("This survey is not open.")
    made.save()
    _moved(made, "invite", by=by, at=at)
    return made, secret


def _about(about: Audit | CaseFile | Survey | User, code: str, on: date) -> Invitation:
    """The unsaved invitation: what it is about and its edition. Raises Refused where the framework has no such way."""
    if isinstance(about, Audit):
        made = Invitation(council=about.council, version=about.version, audit=about)
        made.case = about.case
    elif isinstance(about, Survey):
        if not Survey.objects.open_on(on).filter(pk=about.pk).exists():
            raise Refused("This survey is not open.")
        made = Invitation(council=about.council, version=about.version, survey=about)
    else:
        version = in_force(about.council, on) if about.council else None
        if version is None:
            raise Refused("The council has no framework in force.")
        made = Invitation(council=about.council, version=version)
        made.case = about if isinstance(about, CaseFile) else None
        made.user = about if isinstance(about, User) else None
    made.instrument = code
    return made


def _instrument(made: Invitation) -> Instrument:
    try:
        return instrument_of(made)
    except KeyError:
        raise Refused("The framework has no such way of asking.") from None


def _may_ask(made: Invitation, by: User) -> bool:
    """Whoever may record a reply to it may also send a link to it."""
    if made.survey:
        return by.has_perm("feedback.run_survey", made.survey)
    reply = Reply(council=made.council, version=made.version, instrument=made.instrument)
    reply.audit, reply.case = made.audit, made.case
    return by.has_perm("feedback.record_reply", reply)


def _check(instrument: Instrument, *, language: str, easy: bool) -> None:
    """Raise Refused for what cannot be asked by a link."""
    if instrument.anonymous:
        raise Refused("An anonymous survey is answered by links that lead to nobody.")
    if instrument.privacy not in {"identified", "confidential"} or not instrument.fields:
        raise Refused("The framework has no questions to answer by a link.")
    if language not in instrument.languages:
        raise Refused("The questions do not stand in this language.")
    if easy and not instrument.easy_read:
        raise Refused("The questions do not stand in easy read.")


@transaction.atomic
def take_back(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Take a link back that nobody has used; what was written is gone. Raises PermissionDenied, or Refused once used."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not _may_ask(invitation, by):
        raise PermissionDenied
    return _move(invitation, REVOKE, by=by, at=at)


def opened(secret: str, *, at: datetime) -> Invitation:
    """The invitation of a link that can be answered. Raises NoLink, or Refused once it is used or its survey closed."""
    return _usable(Invitation.objects.filter(digest=digest_of(secret)).first(), at)


@transaction.atomic
def keep_draft(secret: str, given: Mapping[str, Any], *, at: datetime) -> dict[str, str]:
    """Keep what somebody has answered so far; gives the faults by field, whose values are not kept."""
    invitation = _usable(_locked(digest_of(secret)), at)
    answers, faults = cleaned(instrument_of(invitation), {**invitation.draft, **given})
    invitation.draft = answers
    invitation.opened_on = invitation.opened_on or timezone.localdate(at)
    invitation.save(update_fields=["draft", "opened_on"])
    return faults


@transaction.atomic
def hand_in(secret: str, *, at: datetime) -> Reply:
    """Hand in what has been answered, and use the link. Raises Refused where nothing is answered."""
    invitation = _usable(_locked(digest_of(secret)), at)
    if not invitation.draft:
        raise Refused(NOTHING)
    return _end(invitation, ANSWER, Outcome.ANSWERED, at)


@transaction.atomic
def decline(secret: str, *, at: datetime) -> Reply:
    """Answer nothing (D-G4): the link is used, and what was written is gone."""
    return _end(_usable(_locked(digest_of(secret)), at), DECLINE, Outcome.DECLINED, at)


def _end(invitation: Invitation, move: Move, outcome: Outcome, at: datetime) -> Reply:
    """Keep the reply and take the step that ends the link."""
    answered = outcome == Outcome.ANSWERED
    sheet = Sheet(
        instrument=invitation.instrument,
        way=Way.LINK,
        outcome=outcome,
        received_on=timezone.localdate(at),
        answers=invitation.draft if answered else {},
        reason="" if answered else DECLINED,
        relation=invitation.relation,
        respondent=invitation.user.name if invitation.user else "",
    )
    about = Subject(invitation.council, invitation.version, invitation.audit, invitation.case)
    reply = record_reply(sheet, about, by=None, at=at, invitation=invitation)
    _move(invitation, move, by=None, at=at)
    return reply


def digest_of(secret: str) -> str:
    """Under what a link is kept. Finding it by its digest takes as long for a near miss as for any other."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _locked(digest: str) -> Invitation | None:
    return Invitation.objects.select_for_update(of=("self",)).filter(digest=digest).first()


def _usable(invitation: Invitation | None, at: datetime) -> Invitation:
    """The invitation, if it can be answered at the moment."""
    if invitation is None or invitation.state == InvitationState.REVOKED:
        raise NoLink
    if invitation.state in USED_STATES:
        raise Refused(USED)
    survey = invitation.survey
    if survey and not Survey.objects.open_on(timezone.localdate(at)).filter(pk=survey.pk).exists():
        raise Refused(CLOSED)
    if invitation.expires_at <= at:
        raise NoLink
    if ContactWarning.objects.standing().filter(case=invitation.case_id).exists():
        raise NoLink
    return invitation


def _move(invitation: Invitation, move: Move, *, by: User | None, at: datetime) -> Invitation:
    move.check(invitation.state)
    invitation.state, invitation.draft = move.target, {}
    invitation.save(update_fields=["state", "draft"])
    _moved(invitation, move.verb, by=by, at=at)
    return invitation


def _moved(invitation: Invitation, verb: str, *, by: User | None, at: datetime) -> None:
    invitation.moves.create(verb=verb, state=invitation.state, by=by, at=at)
    cause = "" if by else "its link" if verb != "invite" else "its day"
    record(
        f"{verb}: link",
        invitation,
        by=by,
        cause=cause,
        at=at,
        council_id=invitation.council_id,
    )


def _end_of(day: date) -> datetime:
    """The moment at which a day in London is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
