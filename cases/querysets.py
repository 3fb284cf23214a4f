"""Which case files; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from people.querysets import on_day

if TYPE_CHECKING:
    from people.models import User


class CaseFileQuerySet(models.QuerySet[Any]):
    def open_on(self, on: date) -> CaseFileQuerySet:
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=on), opened_on__lte=on)

    def worked_by(self, user: User, on: date) -> CaseFileQuerySet:
        return self.filter(on_day(on, "involvements__"), involvements__user=user).distinct()
