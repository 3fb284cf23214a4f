"""Which case files; one idea each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from cases.kinds import kinds_of
from core import clock
from people.querysets import on_day
from people.roles import QA_TEAM
from people.selectors import holds, managed_paths

if TYPE_CHECKING:
    from people.models import User


class CaseFileQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> CaseFileQuerySet:
        """The QA team sees the council's files, managers those of their units, workers those they work now."""
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        now = Q(involvements__to_on=None) | Q(involvements__to_on__gte=on)
        mine = Q(
            pk__in=council.filter(
                now, involvements__user=user, involvements__from_on__lte=on
            ).values("pk")
        )
        for path in managed_paths(user, on):
            mine |= Q(unit__path__startswith=path)
        return council.filter(mine)

    def open_on(self, on: date) -> CaseFileQuerySet:
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=on), opened_on__lte=on)

    def worked_by(self, user: User, on: date) -> CaseFileQuerySet:
        return self.filter(on_day(on, "involvements__"), involvements__user=user).distinct()


class ImportRunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> ImportRunQuerySet:
        """The council's imports, of the kinds that this person imports."""
        return self.filter(council=user.council_id, kind__in=kinds_of(user))

    def listed(self, *kinds: str) -> ImportRunQuerySet:
        """Those of some kinds, newest first, without what is large."""
        found = self.filter(kind__in=kinds).order_by("-id")
        return found.defer("content", "faults").select_related("uploaded_by")

    def due(self, at: datetime) -> ImportRunQuerySet:
        """Waiting for a worker, or left in the middle by one that died."""
        return self.filter(
            Q(state__in=["waiting", "confirmed"])
            | Q(state__in=["checking", "writing"], lease_until__lt=at)
        )

    def stale(self, at: datetime) -> ImportRunQuerySet:
        """Files still kept after a day."""
        return self.filter(content__isnull=False, uploaded_at__lt=at - timedelta(hours=24))
