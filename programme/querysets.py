"""Which rows of the programme; one idea each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core import clock
from people.roles import MANAGERS, QA_TEAM, Role
from people.selectors import holds, line, managed_paths
from programme.dates import below

if TYPE_CHECKING:
    from people.models import User

READERS = (*QA_TEAM, Role.SENIOR_LEADER)


class YearQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> YearQuerySet:
        """The council's programmes, for everybody who holds a post in it."""
        return self.filter(council=user.council_id) if user.is_active else self.none()


class SlotQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> SlotQuerySet:
        """All for the QA team and senior leaders; one's own and one's teams' for everybody else."""
        on = on or clock.today()
        council = self.filter(year__council=user.council_id)
        if holds(user, *READERS, on=on):
            return council
        mine = Q(post__holdings__in=user.holdings.current(on))
        for path in managed_paths(user, on):
            mine |= Q(post__unit__path__startswith=path)
        return council.filter(pk__in=council.filter(mine).values("pk"))

    def of_quarter(self, first_on: date, last_on: date) -> SlotQuerySet:
        """What is owed in periods that begin in these days, both included."""
        return self.filter(first_on__gte=first_on, first_on__lte=last_on)

    def open(self) -> SlotQuerySet:
        """Neither filled by an audit nor done or excused by hand."""
        return self.filter(audit=None, done_on=None, excused_why="")


class ThemeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ThemeQuerySet:
        """The themes of the council's programmes."""
        return self.filter(year__council=user.council_id) if user.is_active else self.none()


class DrawQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> DrawQuerySet:
        """The council's draws, for its QA team only: they hold case numbers."""
        council = self.filter(council=user.council_id)
        return council if holds(user, *QA_TEAM, on=on or clock.today()) else council.none()

    def open_to_words(self, user: User, on: date | None = None) -> DrawQuerySet:
        """Draws that wait for two people's words, for the QA team and senior leaders; without pool and result."""
        council = self.waiting_for_words(user.council_id)
        may = holds(user, *READERS, on=on or clock.today())
        return (council if may else council.none()).defer("pool", "result")

    def waiting_for_words(self, council_id: int | None) -> DrawQuerySet:
        """A council's draws that wait for two people's words."""
        return self.filter(council=council_id, state="frozen", seed_kind="two_people")


class PlanQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> PlanQuerySet:
        """The plans of the council's draws, for its QA team only."""
        council = self.filter(draw__council=user.council_id)
        return council if holds(user, *QA_TEAM, on=on or clock.today()) else council.none()

    def due(self, at: datetime) -> PlanQuerySet:
        """Waiting, or left in the middle by a worker that died."""
        return self.filter(Q(state="waiting") | Q(state="working", lease_until__lt=at))


class AwayQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> AwayQuerySet:
        """Who of the council is away, for its QA team only."""
        council = self.filter(user__council=user.council_id)
        return council if holds(user, *QA_TEAM, on=on or clock.today()) else council.none()

    def touching(self, first: date, last: date) -> AwayQuerySet:
        """Those that share a day with these, both ends included."""
        return self.filter(from_on__lte=last, to_on__gte=first)


def people_below(user: User, on: date) -> frozenset[int]:
    """The people who sit below a manager on a day; nobody for somebody who manages nobody."""
    if user.council_id is None or not holds(user, *MANAGERS, on=on):
        return frozenset()
    return below(line(user.council_id, on), user.pk)


class DateChangeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> DateChangeQuerySet:
        """All for the QA team; one's own, and those of auditors below oneself, for everybody else."""
        on = on or clock.today()
        council = self.filter(audit__council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        mine = Q(asked_by=user) | Q(audit__auditor=user)
        return council.filter(mine | Q(audit__auditor__in=people_below(user, on)))

    def with_audit(self) -> DateChangeQuerySet:
        """With its people and its audit's edition; the edition's own text is read once in each process."""
        return self.select_related(
            "asked_by",
            "decided_by",
            "audit__auditor",
            "audit__council",
            "audit__tool",
            "audit__version__framework__council",
        ).defer("audit__version__source", "audit__version__policy")

    def open(self) -> DateChangeQuerySet:
        """Asked for and not decided."""
        return self.filter(state="asked")
