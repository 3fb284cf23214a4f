"""Recording actions. Whatever raises one calls these verbs and has asked who may first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from actions.models import Action, ActionMove
from actions.states import OPEN, WITHDRAW, ActionState
from cases.models import CaseFile
from core.trail import record
from people.models import Council, User

# Words that are no date (C1-5; BF-Live: SMART). The date field is a real date; these catch them in the text.
NO_DATE = re.compile(
    r"\b(asap|a\.s\.a\.p\.?|as soon as possible|ongoing|on-going)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Plan:
    """What somebody means to do: what, why, who (a named person), when (a real date), and its kind."""

    kind: str
    what: str
    why: str
    owner: User | None
    due_on: date | None

    def problems(self, kinds: Mapping[str, str], *, on: date) -> list[str]:
        """What is missing or not SMART, in words for the screen."""
        return [
            words
            for wrong, words in (
                (not self.what.strip(), "Enter what will be done."),
                (
                    bool(NO_DATE.search(self.what)),
                    "Say when it will be done as a date, not “ASAP” or “ongoing”.",
                ),
                (self.owner is None, "Choose who will do it."),
                (self.due_on is None, "Enter the date by which it will be done."),
                (self.due_on is not None and self.due_on < on, "The date must be today or later."),
                (self.kind not in kinds, "Choose what kind of action it is."),
            )
            if wrong
        ]


@transaction.atomic
def raise_action(
    plan: Plan,
    *,
    kind_label: str,
    council: Council,
    case: CaseFile | None,
    source: tuple[str, int],
    by: User,
    at: datetime,
) -> Action:
    """Record a draft action for what raised it: `source` is a kind and an id, such as ("audit", 12)."""
    action = Action(
        council=council,
        case=case,
        source=source[0],
        source_id=source[1],
        recorded_by=by,
        recorded_at=at,
    )
    _fill(action, plan, kind_label)
    ActionMove.objects.create(action=action, verb="record", state=action.state, by=by, at=at)
    record("record action", action, by=by, at=at)
    return action


@transaction.atomic
def change_action(action: Action, plan: Plan, *, kind_label: str, by: User, at: datetime) -> Action:
    """Change what was recorded; the earlier wording stays in the row history."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    _fill(action, plan, kind_label)
    record("change action", action, by=by, at=at)
    return action


def _fill(action: Action, plan: Plan, kind_label: str) -> None:
    if plan.owner is None or plan.due_on is None:
        raise ValueError("an action needs an owner and a date")
    action.kind, action.kind_label = plan.kind, kind_label
    action.what, action.why = plan.what.strip(), plan.why.strip()
    action.owner, action.due_on = plan.owner, plan.due_on
    action.save()


@transaction.atomic
def withdraw_action(action: Action, *, reason: str, by: User, at: datetime) -> None:
    """Take an action back, with a reason; the row stays."""
    action = Action.objects.select_for_update().get(pk=action.pk)
    WITHDRAW.check(action.state)
    action.state = WITHDRAW.target
    action.save(update_fields=["state"])
    ActionMove.objects.create(
        action=action, verb=WITHDRAW.verb, state=action.state, by=by, at=at, reason=reason
    )
    record("withdraw action", action, by=by, at=at)


@transaction.atomic
def open_drafts(source: str, source_id: int, *, by: User, at: datetime) -> int:
    """Open every draft action of one source; returns how many. Doing it again opens nothing more."""
    drafts = (
        Action.objects.raised_by(source, source_id)
        .filter(state=ActionState.DRAFT)
        .select_for_update()
    )
    for action in drafts:
        OPEN.check(action.state)
        action.state = OPEN.target
        action.save(update_fields=["state"])
        ActionMove.objects.create(action=action, verb=OPEN.verb, state=action.state, by=by, at=at)
        record("open action", action, by=by, at=at)
    return len(drafts)
