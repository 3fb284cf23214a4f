"""Changes after allocation: more time, left out, another auditor. The programme has asked who may."""

from datetime import date, datetime

from django.db import transaction

from audits.messages import announce
from audits.models import Audit, AuditMove, Presence
from audits.services.loops import make_room
from audits.services.steps import take
from audits.states import EXCLUDE, REASSIGN, WORKING, AuditState
from core.moves import Refused
from core.trail import record
from people.models import User

EXTEND = "extend"


def kept(audit: Audit) -> Audit:
    """The audit, locked for this transaction."""
    return Audit.objects.select_for_update().get(pk=audit.pk)


def given(reason: str) -> str:
    """A reason in words. Refused without one."""
    if not reason.strip():
        raise Refused("Give the reason.")
    return reason.strip()


def said(day: date) -> str:
    """4 May 2026."""
    return f"{day:%-d %B %Y}"


@transaction.atomic
def extend_deadline(
    audit: Audit, *, deadline_on: date, reason: str, by: User, at: datetime
) -> Audit:
    """Give the audit a later deadline; the old one stays in its history (B2-3).

    Refused once the audit is returned or left out, for a day that is not later, and without a reason.
    """
    audit, words = kept(audit), given(reason)
    if audit.state not in WORKING:
        raise Refused("There is no more time to give: the audit is no longer under way.")
    if deadline_on <= audit.deadline_on:
        raise Refused(f"Choose a day after {said(audit.deadline_on)}, when the audit is due now.")
    story = f"Due back by {said(deadline_on)} instead of {said(audit.deadline_on)}. {words}"
    audit.deadline_on = deadline_on
    audit.save(update_fields=["deadline_on", "changed_at"])
    AuditMove.objects.create(
        audit=audit, verb=EXTEND, state=audit.state, by=by, at=at, reason=story
    )
    record(EXTEND, audit, by=by, at=at, detail={"deadline_on": deadline_on.isoformat()})
    announce(audit, "extended", at=at, once=str(audit.moves.count()))
    return audit


def remember(audit: Audit, verb: str, *, by: User, at: datetime) -> None:
    """Keep in the audit's history that something was asked or refused; it changes nothing itself.

    The reasons stay with the request: not everybody who reads the history is meant by them.
    """
    AuditMove.objects.create(audit=audit, verb=verb, state=audit.state, by=by, at=at)
    record(verb, audit, by=by, at=at)


@transaction.atomic
def exclude_audit(audit: Audit, *, reason: str, by: User, at: datetime) -> Audit:
    """Leave the audit out for good; it can only be read from then on (B2-4).

    Refused once its meeting has begun, and without a reason. The workers are told where a meeting had been set. The
    loop whose second audit it was waits for another one (C3-7).
    """
    audit, words = kept(audit), given(reason)
    EXCLUDE.check(audit.state)
    prepared = audit.state == AuditState.PREPARING
    take(audit, EXCLUDE, by=by, at=at, reason=words)
    announce(audit, "excluded", at=at)
    if prepared:
        announce(audit, "called_off", at=at)
    make_room(audit, by=by, at=at)
    return audit


@transaction.atomic
def reassign_audit(audit: Audit, *, auditor: User, reason: str, by: User, at: datetime) -> Audit:
    """Give the audit to another auditor, who sets a new meeting; the deadline stays (B2-5).

    What the former auditor wrote is kept; they are told, and no longer find the audit unless they may
    open it for another reason. Refused once the meeting has begun, and without a reason.
    """
    audit, words = kept(audit), given(reason)
    REASSIGN.check(audit.state)
    if auditor.pk in {audit.auditor_id, audit.worker_id, audit.second_worker_id}:
        raise Refused("Choose somebody who has no part in this audit yet.")
    former, prepared = audit.auditor, audit.state == AuditState.PREPARING
    audit.auditor, audit.meeting_at, audit.meeting_mode = auditor, None, ""
    fields = ("auditor", "meeting_at", "meeting_mode")
    story = f"From {former.name} to {auditor.name}. {words}"
    take(audit, REASSIGN, by=by, at=at, reason=story, fields=fields)
    Presence.objects.filter(audit=audit, user=former).delete()
    once = str(audit.moves.count())
    announce(audit, "reassigned", at=at, once=once)
    announce(audit, "taken_over", at=at, once=once, former=former)
    if prepared:
        announce(audit, "new_auditor", at=at, once=once)
    return audit
