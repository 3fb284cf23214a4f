"""Which documents; one idea each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q


class DocumentQuerySet(models.QuerySet[Any]):
    def due(self, at: datetime) -> DocumentQuerySet:
        """Waiting, or left in the middle by a worker that died."""
        return self.filter(Q(state="waiting") | Q(state="making", lease_until__lt=at))
