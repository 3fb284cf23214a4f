"""Marking a case whose family it may not be safe to contact."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cases.models import CaseFile
from core.moves import Refused
from core.trail import record
from feedback.models import ContactWarning, Invitation
from feedback.states import REVOKE, InvitationState
from people.models import User

UNSAFE = "Contact is marked unsafe for this case: no link can be made. Speak with the worker or their manager first."


def refuse_unsafe(case: CaseFile | None) -> None:
    """Raise Refused while a contact warning stands for the case."""
    if case is not None and ContactWarning.objects.standing().filter(case=case).exists():
        raise Refused(UNSAFE)


@transaction.atomic
def warn(case: CaseFile, reason: str, *, by: User, at: datetime) -> ContactWarning:
    """Mark that contact is not safe; links to the case that nobody has used are taken back at once.

    Anybody who may open the case may warn. Raises PermissionDenied for others, Refused without a reason.
    """
    if not CaseFile.objects.visible_to(by).filter(pk=case.pk).exists():
        raise PermissionDenied
    if not reason.strip():
        raise Refused("Say why contact is not safe.")
    # Whoever makes a link at this moment finds the warning, or the warning finds the link.
    CaseFile.objects.select_for_update().get(pk=case.pk)
    if standing := ContactWarning.objects.standing().filter(case=case).first():
        return standing
    made = ContactWarning.objects.create(case=case, reason=reason.strip(), by=by, at=at)
    left = Invitation.objects.filter(case=case, state=InvitationState.SENT)
    for invitation in left.select_for_update():
        invitation.state, invitation.draft = REVOKE.target, {}
        invitation.save(update_fields=["state", "draft"])
        invitation.moves.create(verb=REVOKE.verb, state=invitation.state, by=by, at=at)
    record("warn of contact", case, by=by, at=at)
    return made


@transaction.atomic
def lift_warning(warning: ContactWarning, *, by: User, at: datetime) -> ContactWarning:
    """Say that contact is safe again. Raises PermissionDenied for whoever does not manage the case or its QA."""
    warning = ContactWarning.objects.select_for_update(of=("self",)).get(pk=warning.pk)
    if not by.has_perm("feedback.lift_warning", warning):
        raise PermissionDenied
    if warning.lifted_at:
        raise Refused("Contact has been marked safe again already.")
    warning.lifted_by, warning.lifted_at = by, at
    warning.save(update_fields=["lifted_by", "lifted_at"])
    record("lift contact warning", warning.case, by=by, at=at)
    return warning
