"""Which editions; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from people.models import User


class CalendarDayQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> CalendarDayQuerySet:
        return self.filter(council=user.council_id)

    def changing_working_days(self) -> CalendarDayQuerySet:
        """The rows by which working days differ from the bank holidays."""
        return self.filter(kind__in=("closed", "worked"))

    def in_year(self, year: int) -> CalendarDayQuerySet:
        """What falls into a year, all or part of it."""
        return self.filter(from_on__lte=date(year, 12, 31), to_on__gte=date(year, 1, 1))


class FrameworkVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> FrameworkVersionQuerySet:
        return self.filter(council=user.council_id)

    def published(self) -> FrameworkVersionQuerySet:
        return self.filter(state="published")

    def open_to_audits(self) -> FrameworkVersionQuerySet:
        """Published editions that are not closed."""
        return self.published().exclude(policy__framework__contains={"closed": True})

    def in_force(self, on: date) -> FrameworkVersionQuerySet:
        """Published editions whose day has come and that are not closed, the newest first."""
        return (
            self.open_to_audits()
            .filter(effective_from__lte=on)
            .order_by("-effective_from", "-edition")
        )
