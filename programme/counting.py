"""What the menu counts for a person."""

from core import clock
from core.counts import COUNTS
from people.models import User
from programme.models import Draw
from programme.selectors.changes import waiting


def requests_waiting(user: User) -> int:
    """How many requests wait for this person's decision."""
    return len(waiting(user, clock.today()))


def draws_waiting(user: User) -> int:
    """How many draws wait for two people's words and do not have this person's."""
    return Draw.objects.open_to_words(user).exclude(shares__by=user).count()


COUNTS["draws"] = draws_waiting
COUNTS["requests"] = requests_waiting
