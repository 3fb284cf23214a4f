"""Handing a concern over to another officer, so that it does not hang on one person."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.notices import tell
from core.trail import record
from escalation.models import OfficerEscalation
from escalation.selectors.concerns import OFFICER, successors
from escalation.services.concern_messages import message
from escalation.services.concerns import lasting, locked, move
from people.models import User

NOT_THEM = (
    "Choose somebody who may raise such a concern, whom it is not about and who is not asked now."
)


@transaction.atomic
def hand_over(
    concern: OfficerEscalation, to: User, *, reason: str, by: User, at: datetime
) -> OfficerEscalation:
    """Make somebody else the officer of an open concern, with a reason; they are told.

    Refused for whoever may not raise such a concern, whom it is about, or who is to answer at the present stage.
    """
    concern = locked(concern, by=by, permission="escalation.hand_over_concern")
    stage = lasting(concern)
    if to.pk not in {one.pk for one, _ in successors(concern, timezone.localdate(at))}:
        raise Refused(NOT_THEM)
    if not reason.strip():
        raise Refused("Say why it is handed over.")
    before, concern.officer = concern.officer_id, to
    concern.save(update_fields=["officer"])
    move(concern, "hand over", by=by, at=at, stage=stage, reason=reason.strip())
    detail = {"stage": stage.index, "from": before, "to": to.pk}
    record("hand over concern", concern, by=by, at=at, detail=detail)
    key = f"concern:{concern.pk}:handed over:{at.isoformat()}"
    tell([(to, OFFICER)], message(stage, "stage_handed_over"), key=key, at=at)
    return concern
