"""Which themes, extracts, rounds and activities; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from actions.models import Action, ImpactAnswer
from audits.models import Audit, Loop, Reader
from audits.states import AuditState
from core import clock
from feedback.models import Reply, Summary
from learning.states import Source
from moderation.models import MeetingRecord, Moderation, ModerationItem, Panel
from people.roles import QA_TEAM, Role
from people.selectors import holds

if TYPE_CHECKING:
    from people.models import User

# Who sees which themes there are and what was done about them: the QA team and those who lead services.
LEADERS = QA_TEAM | {Role.SENIOR_LEADER, Role.HEAD_OF_SERVICE}


class ThemeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ThemeQuerySet:
        """The themes of a council, for its QA team and those who lead its services."""
        council = self.filter(council=user.council_id)
        return council if holds(user, *LEADERS, on=on or clock.today()) else council.none()

    def in_use(self) -> ThemeQuerySet:
        """Those that can be given."""
        return self.filter(state__in=["used", "new"])


class ExtractQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ExtractQuerySet:
        """What a member of the QA team may read and code: never of an audit in which they have a part, never of one

        that they still have to grade blind, and never what they may not open where it stands.
        """
        on = on or clock.today()
        seen = Q()
        for place in readable(user, on):
            seen |= place
        return self.free_of_part(user, on).filter(seen)

    def each_place(self, user: User, on: date) -> list[ExtractQuerySet]:
        """The texts that `visible_to` gives, for each kind of place where a text stands: a few of one kind are found

        without looking through all that the person may open of another.
        """
        found = self.free_of_part(user, on)
        return [found.filter(place) for place in readable(user, on)]

    def free_of_part(self, user: User, on: date) -> ExtractQuerySet:
        """For a member of the QA team those of no audit in which they have a part, nor of one that they grade blind."""
        council = self.filter(council=user.council_id)
        if not holds(user, *QA_TEAM, on=on):
            return council.none()
        part = Q(auditor=user) | Q(worker=user) | Q(second_worker=user)
        audits = Audit.objects.filter(pk=OuterRef("audit"), council=user.council_id)
        kept = audits.filter(
            part
            | ~Q(state=AuditState.RETURNED)
            | Q(Exists(Reader.objects.filter(audit=OuterRef("pk"), user=user, blind=True)))
        )
        return council.filter(~Exists(kept))

    def waiting(self) -> ExtractQuerySet:
        """Those that nobody has coded or laid aside yet."""
        return self.filter(done_at=None)

    def free(self) -> ExtractQuerySet:
        """Those that are in no blind round under way."""
        items = apps.get_model("learning", "BlindItem").objects.filter(settled_at=None)
        return self.exclude(pk__in=items.values("extract"))


class RoundQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> RoundQuerySet:
        """The council's blind rounds, for its QA team."""
        council = self.filter(council=user.council_id)
        return council if holds(user, *QA_TEAM, on=on or clock.today()) else council.none()


class ActivityQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ActivityQuerySet:
        """The council's learning activities, for its QA team and those who lead its services."""
        council = self.filter(council=user.council_id)
        return council if holds(user, *LEADERS, on=on or clock.today()) else council.none()


def readable(user: User, on: date) -> list[Q]:
    """The places that a person may open, each kind by itself; the answers of an audit are kept by the audit."""
    moderations = Exists(Moderation.objects.visible_to(user, on).filter(pk=OuterRef("moderation")))
    actions = Exists(Action.objects.visible_to(user, on).filter(pk=OuterRef("action")))
    rows: dict[str, Any] = {
        Source.MODERATION: ModerationItem.objects.filter(moderations),
        Source.MEETING: MeetingRecord.objects.filter(moderations),
        Source.PANEL: Panel.objects.visible_to(user, on),
        Source.REPLY: Reply.objects.visible_to(user, on),
        Source.SUMMARY: Summary.objects.visible_to(user, on),
        Source.IMPACT: ImpactAnswer.objects.filter(actions),
        Source.LOOP: Loop.objects.visible_to(user, on),
    }
    # Asked of one text at a time, so that no query looks through every reply and action there ever was.
    return [
        Q(source=Source.AUDIT, audit__isnull=False),
        *(
            Q(Exists(seen.filter(pk=OuterRef("source_id"))), source=source)
            for source, seen in rows.items()
        ),
    ]
