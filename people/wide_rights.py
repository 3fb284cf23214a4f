"""Posts that carry wide rights: when one is given or ended, the others who look after access are told at once."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from core.notices import Message, tell
from people.models import User
from people.roles import Role
from people.sign_ins import holdings_with

WIDE = frozenset({Role.ADMINISTRATOR, Role.QA_HEAD, Role.QA_OFFICER, Role.SENIOR_LEADER})
WATCHERS = (Role.ADMINISTRATOR, Role.QA_HEAD)


def wide_of(roles: Iterable[str]) -> frozenset[str]:
    """Those of some roles that carry wide rights."""
    return frozenset(roles) & WIDE


def watchers(council_id: int, *, but: Iterable[int | None], at: datetime) -> list[User]:
    """The council's administrators and heads of QA on the day, without some of them, by name."""
    held = holdings_with(WATCHERS, council_id, timezone.localdate(at)).values("user")
    others = User.objects.active().filter(pk__in=held)
    return list(others.exclude(pk__in=[pk for pk in but if pk is not None]).order_by("name", "pk"))


def tell_of_wide_posts(
    council_id: int, *, done: str, number: int = 1, by: User | None, at: datetime
) -> int:
    """Tell every other administrator and head of QA that posts with wide rights were "given" or "ended"; no names.

    Returns how many were told.
    """
    if not number:
        return 0
    what = "A post with wide rights was" if number == 1 else f"{number} posts with wide rights were"
    message = Message(
        kind="people.wide",
        subject=f"{what} {done}",
        text=f"{what} {done} on {timezone.localdate(at):%-d %B %Y}. Look at it under People, access review.",
        path="/people/review/",
        urgent=True,
    )
    people = [(one, "") for one in watchers(council_id, but=[by.pk if by else None], at=at)]
    return tell(people, message, key=f"wide:{done}:{uuid.uuid4()}", at=at)
