"""Which files; one idea each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from actions.models import Action
from audits.models import Audit, Reader
from audits.states import SESSION_BEGUN
from core import clock
from evidence.states import BUSY, STANDING, FileState
from people.roles import QA_TEAM
from people.selectors import holds

if TYPE_CHECKING:
    from people.models import User


class StoredFileQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime) -> StoredFileQuerySet:
        """To be checked now, by the computer's clock: waiting, or left in the middle by a worker that died."""
        waits = Q(state=FileState.WAITING) & (Q(next_try_at=None) | Q(next_try_at__lte=now))
        return self.filter(waits | Q(state=FileState.CHECKING, lease_until__lt=now))

    def unchecked_since(self, at: datetime) -> StoredFileQuerySet:
        """Uploaded before a moment, and still to be checked."""
        return self.filter(state__in=BUSY, uploaded_at__lt=at)

    def ready(self) -> StoredFileQuerySet:
        """Those of which a file must be there."""
        return self.filter(state=FileState.READY)


class AttachmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> AttachmentQuerySet:
        """What belongs to the audits and actions that a person may open; their own always, others' once it is checked

        and its uploader has confirmed that names and faces are hidden. Before an audit's meeting its parties
        see their own only (B3-1): just the QA team, where it has no part in the audit, sees all.
        Who grades an audit blind sees what the worker gave: the auditor's may say or explain the grade.
        """
        on = on or clock.today()
        mine = Q(file__uploaded_by=user)
        met = Q(audit=None) | Q(audit__state__in=SESSION_BEGUN)
        if holds(user, *QA_TEAM, on=on):
            party = Q(audit__auditor=user) | Q(audit__worker=user) | Q(audit__second_worker=user)
            met |= ~party
        shown = Q(anonymised=True, file__state=FileState.READY) & met
        places = Q(audit__in=Audit.objects.visible_to(user, on).values("pk")) | Q(
            action__in=Action.objects.visible_to(user, on).values("pk")
        )
        blind = Reader.objects.filter(user=user, blind=True)
        of_the_worker = Q(file__uploaded_by=F("audit__worker")) | Q(
            file__uploaded_by=F("audit__second_worker")
        )
        shown &= ~Q(audit__in=blind.values("audit")) | of_the_worker
        return self.filter(places, mine | shown, file__council=user.council_id)

    def of(self, place: Audit | Action) -> AttachmentQuerySet:
        """Those of one audit or action."""
        name = "audit" if isinstance(place, Audit) else "action"
        return self.filter(**{name: place})

    def listed(self) -> AttachmentQuerySet:
        """With their files and who sent them, without the bytes; not those that were removed."""
        return (
            self.exclude(file__state=FileState.REMOVED)
            .select_related("file__uploaded_by")
            .defer("file__raw")
            .order_by("pk")
        )

    def standing(self) -> AttachmentQuerySet:
        """Those that count towards how many there may be."""
        return self.filter(file__state__in=STANDING)
