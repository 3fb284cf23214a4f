"""What the menu counts for a person."""

from typing import Any

from django.db.models import Q

from core import clock
from core.counts import COUNTS, Count
from core.prepared import COUNCIL, USER
from moderation.models import Moderation
from moderation.states import ModerationState
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds


def kind(user: User) -> str:
    """Whether those that nobody has been given count too, as they do for the QA team."""
    return "team" if holds(user, *QA_TEAM, on=clock.today()) else "own"


def moderations_waiting(kind: str) -> Any:
    """The moderations in a person's hands; for the QA team also those that nobody has been given."""
    mine = Q(moderator=USER, state=ModerationState.IN_MODERATION)
    if kind == "team":
        mine |= Q(state=ModerationState.AWAITING)
    return Moderation.objects.filter(mine, council=COUNCIL)


COUNTS["moderations"] = Count(kind, moderations_waiting)
