"""The concerns that somebody who leaves has raised. One kept between its raiser and the named handler stays with them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Count, QuerySet

from escalation.models import OfficerEscalation
from escalation.services.handing import hand_over
from escalation.states import ConcernState
from people.handing_over import Kind, Outcome, each, register
from people.models import User

REASON = "The officer leaves their post."


def raised(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many open concerns each is the officer of, without what is kept confidential."""
    rows = open_ones().filter(officer__in=people).order_by().values_list("officer")
    return dict(rows.annotate(number=Count("pk")))


def open_ones() -> QuerySet[OfficerEscalation]:
    """Open concerns that may pass to another officer."""
    return OfficerEscalation.objects.filter(state=ConcernState.OPEN, restricted=False)


def hand_concerns(person: User, to: User, *, by: User, at: datetime) -> Outcome:
    """Give somebody's concerns to another who may raise such a one."""
    found = list(open_ones().filter(officer=person).order_by("pk"))
    return each(found, lambda one: hand_over(one, to, reason=REASON, by=by, at=at))


register(Kind("concerns", "open concern", "open concerns", raised, hand_concerns, page="concerns"))
