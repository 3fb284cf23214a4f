"""Which actions; one idea each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from people.models import User


class ActionQuerySet(models.QuerySet[Any]):
    def raised_by(self, source: str, source_id: int) -> ActionQuerySet:
        return self.filter(source=source, source_id=source_id)

    def standing(self) -> ActionQuerySet:
        return self.exclude(state="withdrawn")

    def owned_by(self, user: User) -> ActionQuerySet:
        return self.filter(owner=user, state="open")
