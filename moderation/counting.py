"""What the menu counts for a person."""

from django.db.models import Q

from core import clock
from core.counts import COUNTS
from moderation.models import Moderation
from moderation.states import ModerationState
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds


def moderations_waiting(user: User) -> int:
    """How many moderations are in this person's hands; for the QA team also those that nobody has been given."""
    mine = Q(moderator=user, state=ModerationState.IN_MODERATION)
    if holds(user, *QA_TEAM, on=clock.today()):
        mine |= Q(state=ModerationState.AWAITING)
    return Moderation.objects.filter(mine, council=user.council_id).count()


COUNTS["moderations"] = moderations_waiting
