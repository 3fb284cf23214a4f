"""Which invitations; one idea each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from audits.states import AuditState
from core import clock
from core.querysets import NOTICE_TRIES
from partners.states import InvitationState
from people.roles import QA_TEAM
from people.selectors import holds

if TYPE_CHECKING:
    from people.models import User


class PartnerInvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> PartnerInvitationQuerySet:
        """Those of the audits in which somebody takes part; all of the council for its QA team."""
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on or clock.today()):
            return council
        return council.filter(
            Q(audit__auditor=user) | Q(audit__worker=user) | Q(audit__second_worker=user)
        )

    def good_on(self, day: date) -> PartnerInvitationQuerySet:
        """Those whose link works on the day: neither taken back nor over, of an audit that is not left out."""
        return (
            self.filter(last_day__gte=day)
            .exclude(state=InvitationState.WITHDRAWN)
            .exclude(audit__state=AuditState.EXCLUDED)
        )

    def to_send(self, day: date, now: datetime) -> PartnerInvitationQuerySet:
        """Those whose link is still to go out and is in no worker's hands."""
        return self.good_on(day).filter(
            Q(taken_until=None) | Q(taken_until__lte=now),
            Q(next_try_at=None) | Q(next_try_at__lte=now),
            sent_at=None,
            failures__lt=NOTICE_TRIES,
        )
