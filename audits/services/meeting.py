"""The meeting: setting its date, and starting it once everybody has prepared."""

from datetime import datetime

from django.db import transaction

from audits import selectors
from audits.completeness import SESSION
from audits.messages import announce
from audits.models import Audit
from audits.services.steps import locked, take
from audits.states import SET_MEETING, START_SESSION
from core.moves import Refused
from people.models import User

MODES = {"in_person": "In person", "video": "By video", "telephone": "By telephone"}


@transaction.atomic
def set_meeting(audit: Audit, *, meeting_at: datetime, mode: str, by: User, at: datetime) -> Audit:
    """Set or move the meeting; the workers are asked to prepare, and told again when it moves.

    Raises PermissionDenied if `by` is not the auditor, Refused once the meeting has begun.
    """
    audit = locked(audit, by=by, permission="audits.set_meeting")
    SET_MEETING.check(audit.state)
    if mode not in MODES:
        raise Refused("Choose how you will meet.")
    audit.meeting_at, audit.meeting_mode = meeting_at, mode
    take(audit, SET_MEETING, by=by, at=at, fields=("meeting_at", "meeting_mode"))
    announce(audit, "preparing", at=at, once=f"{meeting_at:%Y%m%d%H%M}")
    return audit


@transaction.atomic
def start_session(audit: Audit, *, by: User, at: datetime) -> Audit:
    """Open the joint sections. Refused, naming who still has what to do, until all have prepared (B2-9)."""
    audit = locked(audit, by=by, permission="audits.start_session")
    START_SESSION.check(audit.state)
    if problems := selectors.missing_in_words(audit, gate=SESSION):
        raise Refused("The meeting cannot start yet.", problems)
    audit.session_at = at
    take(audit, START_SESSION, by=by, at=at, fields=("session_at",))
    announce(audit, "in_session", at=at)
    return audit
