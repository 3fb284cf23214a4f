"""The actions of an audit: recorded while it is filled, opened when it is returned."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.services import Plan, change_action, raise_action, withdraw_action
from audits import selectors
from audits.models import Audit
from audits.services.returning import SOURCE
from audits.services.steps import locked
from audits.states import WORKING, AuditState
from core.moves import Refused
from people.models import User


def check_open(audit: Audit) -> None:
    """Actions are recorded from preparing until the return."""
    if audit.state not in WORKING or audit.state == AuditState.ALLOCATED:
        raise Refused("Actions can be recorded while the audit is being filled.")


def checked_plan(audit: Audit, plan: Plan, *, on: date) -> Plan:
    """The plan with its kind's words; Refused with what to put right (C1-1, C1-5)."""
    policy = selectors.edition_of(audit).policy
    kinds = {kind.code: kind.label for kind in policy.actions.kinds}
    problems = plan.problems(kinds, on=on)
    if plan.owner is not None and plan.owner.council_id != audit.council_id:
        problems.append("Choose who will do it from the list.")
    if problems:
        raise Refused("The action is not complete.", problems)
    return plan


@transaction.atomic
def record_action(audit: Audit, plan: Plan, *, by: User, at: datetime) -> Action:
    """Record an action of this audit; the auditor does it with the worker beside them (B5-10)."""
    audit = locked(audit, by=by, permission="audits.record_action")
    check_open(audit)
    plan = checked_plan(audit, plan, on=timezone.localdate(at))
    kinds = {kind.code: kind.label for kind in selectors.edition_of(audit).policy.actions.kinds}
    return raise_action(
        plan,
        kind_label=kinds[plan.kind],
        council=audit.council,
        case=audit.case,
        source=(SOURCE, audit.pk),
        by=by,
        at=at,
    )


@transaction.atomic
def change_recorded(audit: Audit, action: Action, plan: Plan, *, by: User, at: datetime) -> Action:
    """Change a recorded action before the return."""
    audit = locked(audit, by=by, permission="audits.record_action")
    check_open(audit)
    belongs(audit, action)
    plan = checked_plan(audit, plan, on=timezone.localdate(at))
    kinds = {kind.code: kind.label for kind in selectors.edition_of(audit).policy.actions.kinds}
    return change_action(action, plan, kind_label=kinds[plan.kind], by=by, at=at)


@transaction.atomic
def remove_recorded(audit: Audit, action: Action, *, by: User, at: datetime) -> None:
    """Withdraw a recorded action before the return; it stays in the history."""
    audit = locked(audit, by=by, permission="audits.record_action")
    check_open(audit)
    belongs(audit, action)
    withdraw_action(action, reason="Removed before the audit was returned.", by=by, at=at)


def belongs(audit: Audit, action: Action) -> None:
    """Raise PermissionDenied unless this audit raised the action."""
    if (action.source, action.source_id) != (SOURCE, audit.pk):
        raise PermissionDenied
