"""Actions from feedback: what a complaint has to set right, and the next steps after a survey (D-BX20, D-BX22)."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from actions.models import Action
from actions.plans import Plan
from actions.services.raising import Occasion, raise_by_hand
from feedback.models import Reply, Survey
from people.models import OrgUnit, User
from standards.models import FrameworkVersion

REPLY, SURVEY = "reply", "survey"


@transaction.atomic
def act_on(
    found: Reply | Survey,
    plan: Plan,
    unit: OrgUnit,
    *,
    version: FrameworkVersion | None,
    by: User,
    at: datetime,
    form_token: UUID | None = None,
) -> Action:
    """Record and open an action that a reply or a survey sets off. Raises as `raise_by_hand`, and PermissionDenied for
    somebody who may not open the reply or the survey."""
    if not type(found).objects.visible_to(by).filter(pk=found.pk).exists():
        raise PermissionDenied
    if isinstance(found, Reply):
        label = f"Feedback of {found.received_on:%-d %B %Y}"
        # Whose a confidential reply is, is for the QA team only: its action stands in the tracker.
        case = None if found.privacy == "confidential" else found.case
        occasion = Occasion(REPLY, label, unit, case=case, row=found.pk)
    else:
        occasion = Occasion(SURVEY, found.title[:160], unit, row=found.pk)
    return raise_by_hand(plan, occasion, version=version, by=by, at=at, form_token=form_token)
