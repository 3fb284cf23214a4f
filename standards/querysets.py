"""Which editions; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from people.models import User


class FrameworkVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> FrameworkVersionQuerySet:
        return self.filter(council=user.council_id)

    def published(self) -> FrameworkVersionQuerySet:
        return self.filter(state="published")

    def in_force(self, on: date) -> FrameworkVersionQuerySet:
        """Published editions whose day has come, the newest first."""
        return (
            self.published().filter(effective_from__lte=on).order_by("-effective_from", "-edition")
        )
