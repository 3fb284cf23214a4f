"""Which documents; one idea each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


class DocumentQuerySet(models.QuerySet[Any]):
    def due(self, at: datetime) -> DocumentQuerySet:
        """Waiting, or left in the middle by a worker that died."""
        return self.filter(Q(state="waiting") | Q(state="making", lease_until__lt=at))

    def visible_to(self, user: User) -> DocumentQuerySet:
        """What the person asked for themselves."""
        return self.filter(asked_by=user, council=user.council_id)
