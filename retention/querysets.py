"""Which runs, holds and requests; one idea each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core import clock
from people.roles import Role
from people.selectors import holds
from retention.states import RequestState, RunState

if TYPE_CHECKING:
    from people.models import User

OVERSEE = (Role.QA_OFFICER, Role.QA_HEAD, Role.SENIOR_LEADER)
# How long a finished file is there to be downloaded, and how often a worker tries.
KEPT_DAYS = 28
TRIES = 3


class RunQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> RunQuerySet:
        """The council's runs, for the QA team, senior leaders and administrators (who see counts only, H-14)."""
        if not holds(user, *OVERSEE, Role.ADMINISTRATOR, on=clock.today()):
            return self.none()
        return self.filter(council=user.council_id)

    def due(self, now: datetime) -> RunQuerySet:
        """Approved and not begun, or left in the middle by a worker that died, by the computer's clock."""
        return self.filter(
            Q(state=RunState.APPROVED) | Q(state=RunState.RUNNING, lease_until__lt=now)
        )


class ItemQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> ItemQuerySet:
        """Each thing that is due, with its reference: for the QA team and senior leaders, never administrators."""
        if not holds(user, *OVERSEE, on=clock.today()):
            return self.none()
        return self.filter(run__council=user.council_id)


class KeptBackQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> KeptBackQuerySet:
        """The council's holds, for the QA team and senior leaders."""
        if not holds(user, *OVERSEE, on=clock.today()):
            return self.none()
        return self.filter(council=user.council_id)

    def standing(self, on: date) -> KeptBackQuerySet:
        """Those that hold on a day: begun, not over, not lifted."""
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on, lifted_at=None)


class SubjectRequestQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> SubjectRequestQuerySet:
        """The council's requests, for its QA heads and senior leaders. The file itself is for who asked alone."""
        if not holds(user, Role.QA_HEAD, Role.SENIOR_LEADER, on=clock.today()):
            return self.none()
        return self.filter(council=user.council_id)

    def light(self) -> SubjectRequestQuerySet:
        """Without what is large."""
        return self.defer("gathered", "content")

    def due(self, now: datetime) -> SubjectRequestQuerySet:
        """Waiting for a worker, or left in the middle by one that died, by the computer's clock."""
        return self.filter(
            Q(lease_until=None) | Q(lease_until__lt=now),
            state__in=[RequestState.GATHERING, RequestState.FINISHING],
        )

    def outlived(self, at: datetime) -> SubjectRequestQuerySet:
        """Files whose time is over: so many days since they were made."""
        over = at - timedelta(days=KEPT_DAYS)
        return self.filter(
            Q(ready_at__lt=over) | Q(ready_at=None, made_at__lt=over),
            state__in=[RequestState.REVIEW, RequestState.READY, RequestState.FAILED],
        )
