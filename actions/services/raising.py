"""Actions that no audit raised: from a meeting, an observation, a panel and the like (C1-1). They are open at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from actions.models import Action
from actions.plans import About, Plan
from actions.selectors import units_for
from actions.services.recording import open_one, raise_action
from actions.words import RECORDED_HERE
from cases.models import CaseFile
from core.moves import Refused
from people.models import OrgUnit, User
from standards.models import FrameworkVersion
from standards.policy import ActionRules
from standards.selectors import calendar_of, edition

# Where a council has no framework yet.
KINDS = {"improve": "Improve practice"}
NO_ROW = 0


@dataclass(frozen=True)
class Occasion:
    """What an action comes from, in words without a child's name; the team, the worker and the case it is about.

    `row` is the id of what raised it, where a room above keeps that.
    """

    source: str
    label: str
    unit: OrgUnit
    worker: User | None = None
    case: CaseFile | None = None
    row: int = NO_ROW


@transaction.atomic
def raise_by_hand(
    plan: Plan,
    occasion: Occasion,
    *,
    version: FrameworkVersion | None,
    by: User,
    at: datetime,
    form_token: UUID | None = None,
) -> Action:
    """Record an action and open it. By the QA team for every unit, by managers for theirs.

    `form_token` is that of the form: one that is sent twice records one action, and gives the first.
    Raises PermissionDenied for anybody else; Refused with everything that is missing or not SMART.
    """
    if not by.has_perm("actions.record_any"):
        raise PermissionDenied
    if form_token and (first := sent_before(form_token, by)):
        return first
    on = timezone.localdate(at)
    if not units_for(by, on).filter(pk=occasion.unit.pk).exists():
        raise PermissionDenied
    rules = edition(version).policy.actions if version else None
    plan = plan.in_class(rules) if rules else plan
    kinds = {one.code: one.label for one in rules.kinds} if rules else KINDS
    if problems := faults(plan, occasion, rules, kinds, by=by, at=at):
        raise Refused("The action is not complete.", problems)
    council = occasion.unit.council
    about = About(unit=occasion.unit, worker=occasion.worker, version=version, label=occasion.label)
    action = raise_action(
        plan,
        kind_label=kinds[plan.kind],
        council=council,
        case=occasion.case,
        source=(occasion.source, occasion.row),
        by=by,
        at=at,
        about=about,
        anchors=dict.fromkeys(("meeting", "returned", "moderated", "due"), at),
        form_token=form_token,
    )
    open_one(action, by=by, at=at, anchors={})
    return action


def sent_before(form_token: UUID, by: User) -> Action | None:
    """What this person has recorded with the same form; two that are sent at once wait for each other here."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return Action.objects.filter(recorded_by=by, form_token=form_token).first()


def faults(
    plan: Plan,
    occasion: Occasion,
    rules: ActionRules | None,
    kinds: dict[str, str],
    *,
    by: User,
    at: datetime,
) -> list[str]:
    """Everything that is missing; every clock of a class starts with the recording."""
    now = dict.fromkeys(("raised", "meeting", "returned", "moderated", "due"), at)
    found = plan.problems(
        kinds,
        on=timezone.localdate(at),
        rules=rules,
        anchors=now,
        calendar=calendar_of(occasion.unit.council_id),
    )
    people = [one for one in (plan.owner, occasion.worker) if one is not None]
    if any(one.council_id != occasion.unit.council_id for one in people):
        found.append("Choose who will do it from the list.")
    if not occasion.row and occasion.source not in dict(RECORDED_HERE):
        found.append("Choose where it comes from.")
    if not occasion.label.strip():
        found.append("Say which one it was.")
    return found
