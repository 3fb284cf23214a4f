"""A person's own audits under way and own actions, as narrow rows from which their duties and their year are counted."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from actions.models import Action
from actions.states import TO_DO, ActionState
from audits.models import Audit
from audits.states import WORKING
from core.prepared import COUNCIL, DAY, USER, Prepared
from people.models import User

DONE = (ActionState.DONE, ActionState.SIGNED_OFF)


class OwnAction(NamedTuple):
    """One action of a person: to do, or done."""

    state: str
    due_on: date | None
    done_on: date | None


class OwnAudit(NamedTuple):
    """One audit under way that a person makes, or that is of their work."""

    state: str
    auditor_id: int
    worker_id: int
    second_worker_id: int | None
    deadline_on: date
    meeting_at: datetime | None


ACTIONS = Prepared(
    lambda: (
        Action.objects.own(USER, COUNCIL)
        .filter(Q(state__in=TO_DO) | Q(state__in=DONE, done_on__gte=DAY))
        .order_by()
        .values_list("state", "due_on", "done_on")
    )
)
AUDITS = Prepared(
    lambda: (
        Audit.objects.own(USER, COUNCIL)
        .filter(state__in=WORKING)
        .order_by()
        .values_list(*OwnAudit._fields)
    )
)


def own_actions(user: User, since: date) -> list[OwnAction]:
    """A person's own actions: those to do, and those done since a day; one query."""
    rows = ACTIONS.rows({USER: user.pk, COUNCIL: user.council_id, DAY: since})
    return [OwnAction(*row) for row in rows]


def own_audits(user: User) -> list[OwnAudit]:
    """The audits under way that a person makes and those of their own work; one query."""
    return [OwnAudit(*row) for row in AUDITS.rows({USER: user.pk, COUNCIL: user.council_id})]
