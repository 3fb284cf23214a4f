"""Which notes a person may open; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from core import clock
from people.line_managers import line_reports
from people.selectors import line_of

if TYPE_CHECKING:
    from people.models import User


class NoteQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> NoteQuerySet:
        """A worker's own notes; and of the people whom somebody line-manages on the day, those that they wrote

        themselves or that the worker has shared with them. Nobody else's, whatever their post (SC-27, H-8).
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        reports = line_reports(line_of(user, on or clock.today()), user.pk)
        shared = (
            apps.get_model("supervision", "Share").objects.standing().filter(note=OuterRef("pk"))
        )
        kept = Q(author=user) | Exists(shared.filter(reader=user))
        return self.filter(Q(worker=user) | (Q(worker__in=reports) & kept), council=user.council_id)

    def newest(self) -> NoteQuerySet:
        """Those for which no correction stands in."""
        return self.filter(corrected_by=None)


class ShareQuerySet(models.QuerySet[Any]):
    def standing(self) -> ShareQuerySet:
        """Those that the worker has not ended."""
        return self.filter(ended_at=None)

    def visible_to(self, user: User) -> ShareQuerySet:
        """What a worker shares of their own notes."""
        return self.filter(note__worker=user, note__council=user.council_id)
