"""What actions tell the rooms below: which are due soon or late (C4-2, C4-8, B7-1), and which are kept from whom."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from actions.models import Action
from actions.points import kept_ids
from actions.querysets import ActionQuerySet
from actions.selectors import action_path
from core.notices import HIDDEN as HIDDEN_PAGES
from escalation.climbing import BEFORE
from escalation.points import CHASED, HIDDEN, HOURS, LATE, Chased
from escalation.selectors import look_ahead
from people.models import User
from standards.deadlines import Due
from standards.models import FrameworkVersion
from standards.selectors import edition

BATCH = 500


def late_actions(
    council_id: int, at: datetime, pks: Collection[int] | None = None
) -> Iterator[Chased]:
    """Everything still to be done that is due soon or overdue, or of these actions what still is to be done (C4-c)."""
    if pks is not None:
        return chased(Action.objects.to_do().filter(pk__in=pks), council_id, at)
    until = look_ahead(council_id, timezone.localdate(at))
    return chased(Action.objects.to_do().filter(due_on__lte=until), council_id, at)


def actions_in_hours(
    council_id: int, at: datetime, pks: Collection[int] | None = None
) -> Iterator[Chased]:
    """Only what is due at a moment that is near or past, for the check of every few minutes."""
    found = Action.objects.to_do().filter(due_at__lte=at + BEFORE)
    return chased(found if pks is None else found.filter(pk__in=pks), council_id, at)


def in_force(council_id: int, at: datetime) -> FrameworkVersion | None:
    """The council's edition on the day; its own text is read once in each process."""
    found = FrameworkVersion.objects.filter(council=council_id).in_force(timezone.localdate(at))
    return found.select_related("framework__council").defer("source", "policy").first()


def chased(found: ActionQuerySet, council_id: int, at: datetime) -> Iterator[Chased]:
    """Each action of a council with its date, its people and its edition's ladder.

    One that keeps no edition goes by the one in force; where there is none it is not chased. The ladder counts
    from the due date, or where the framework says so from the day the action was set (J-37); a new date or a new
    round is a new start (C4-c, C4-d).
    """
    present = cache(lambda: in_force(council_id, at))
    rows = found.filter(council=council_id).select_related("case").with_edition().order_by("pk")
    for action in rows.iterator(chunk_size=BATCH):
        version = action.version or present()
        if version is None:
            continue
        ladder = edition(version).policy.late_ladder("due", "set")
        set_on = action.set_on or timezone.localdate(action.recorded_at)
        yield Chased(
            kind="action",
            pk=action.pk,
            item=action.title,
            case=action.case.number if action.case else "",
            path=action_path(action),
            due=Due(action.due_on, action.due_at),
            anchor_on=set_on if ladder and ladder.anchor == "set" else action.due_on,
            late_id=action.owner_id,
            people={
                "owner": action.owner_id,
                "worker": action.worker_id,
                "auditor": action.auditor_id,
            },
            ladder=ladder,
            version_id=version.pk,
        )


def late_now(council_id: int, at: datetime) -> "QuerySet[Any, Any]":
    """The ids of a council's actions that are overdue at a moment."""
    return Action.objects.late(at).filter(council=council_id).values("pk")


def kept_from(user: User) -> "QuerySet[Any, Any]":
    """The ids of the actions that must not be shown to a person, but for their own to do."""
    hidden = Action.objects.filter(pk__in=kept_ids(user), council=user.council_id)
    return hidden.exclude(owner=user).values_list("pk", flat=True)


def pages_kept_from(user: User) -> list[str]:
    """The pages of those actions."""
    return [action_path(Action(pk=pk)) for pk in kept_from(user)]


CHASED["action"] = late_actions
HOURS["action"] = actions_in_hours
LATE["action"] = late_now
HIDDEN["action"] = kept_from
HIDDEN_PAGES.append(pages_kept_from)
