"""That something of an audit was raised in personal supervision: a yes or no, and nothing of what was said (H-2)."""

from datetime import datetime

from django.db import transaction

from audits.models import Audit, AuditMove
from audits.services.steps import locked
from audits.states import AuditState
from core.moves import Refused
from core.trail import record
from people.models import User

RAISED = "raise in supervision"
TAKEN_BACK = "not raised in supervision"


@transaction.atomic
def mark_raised(audit: Audit, *, raised: bool, by: User, at: datetime) -> Audit:
    """Tick that the audit was raised in supervision, or take the tick back; the same twice changes nothing.

    Raises PermissionDenied for everybody but the worker's line manager, Refused before the audit is returned.
    """
    audit = locked(audit, by=by, permission="audits.mark_raised")
    if audit.state != AuditState.RETURNED:
        raise Refused("An audit is raised in supervision once it is returned.")
    if audit.raised_in_supervision != raised:
        audit.raised_in_supervision = raised
        audit.save(update_fields=["raised_in_supervision", "changed_at"])
        verb = RAISED if raised else TAKEN_BACK
        AuditMove.objects.create(audit=audit, verb=verb, state=audit.state, by=by, at=at)
        record(verb, audit, by=by, at=at)
    return audit
