"""The actions of an audit: recorded while it is filled, opened when it is returned."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.services import Plan, change_action, raise_action, withdraw_action
from actions.states import ActionState
from audits import selectors
from audits.models import Audit
from audits.services.returning import SOURCE
from audits.services.steps import locked
from audits.states import WORKING, AuditState
from core.moves import Refused
from people.models import User
from standards.selectors import calendar_of


def check_open(audit: Audit) -> None:
    """Actions are recorded from preparing until the return."""
    if audit.state not in WORKING or audit.state == AuditState.ALLOCATED:
        raise Refused("Actions can be recorded while the audit is being filled.")


def anchors_for(audit: Audit, since: datetime) -> dict[str, datetime]:
    """The moments that limits of this audit's actions count from, as far as they have come; recorded at `since`."""
    found = selectors.anchors_of(audit)
    if audit.state != AuditState.RETURNED:
        found.pop("returned", None)
    return {**found, "raised": since}


def checked_plan(audit: Audit, plan: Plan, *, since: datetime, at: datetime) -> Plan:
    """The plan in its class; Refused with what to put right (C1-1, C1-3, C1-5). `since` is when it was recorded."""
    rules = selectors.edition_of(audit).policy.actions
    plan = plan.in_class(rules)
    problems = plan.problems(
        {kind.code: kind.label for kind in rules.kinds},
        on=timezone.localdate(at),
        rules=rules,
        anchors=anchors_for(audit, since),
        calendar=calendar_of(audit.council_id),
    )
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
    plan = checked_plan(audit, plan, since=at, at=at)
    kinds = {kind.code: kind.label for kind in selectors.edition_of(audit).policy.actions.kinds}
    return raise_action(
        plan,
        kind_label=kinds[plan.kind],
        council=audit.council,
        case=audit.case,
        source=(SOURCE, audit.pk),
        by=by,
        at=at,
        about=selectors.about_of(audit),
        anchors=anchors_for(audit, at),
    )


@transaction.atomic
def change_recorded(audit: Audit, action: Action, plan: Plan, *, by: User, at: datetime) -> Action:
    """Change a recorded action before the return."""
    audit = locked(audit, by=by, permission="audits.record_action")
    check_open(audit)
    belongs(audit, action)
    since = action.recorded_at
    plan = checked_plan(audit, plan, since=since, at=at)
    kinds = {kind.code: kind.label for kind in selectors.edition_of(audit).policy.actions.kinds}
    anchors = anchors_for(audit, since)
    return change_action(action, plan, kind_label=kinds[plan.kind], by=by, at=at, anchors=anchors)


@transaction.atomic
def remove_recorded(audit: Audit, action: Action, *, by: User, at: datetime) -> None:
    """Withdraw a recorded action before the return; it stays in the history."""
    audit = locked(audit, by=by, permission="audits.record_action")
    check_open(audit)
    belongs(audit, action)
    withdraw_action(action, reason="Removed before the audit was returned.", by=by, at=at)


def belongs(audit: Audit, action: Action) -> None:
    """Raise PermissionDenied unless this audit raised the action, Refused once it is open: then it has its own page."""
    if (action.source, action.source_id) != (SOURCE, audit.pk):
        raise PermissionDenied
    if action.state != ActionState.DRAFT:
        raise Refused("This action is open already. What changes about it stands on its own page.")
