"""Which moderations, selections, panels and exercises; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from core import clock
from moderation.states import GONE, OPEN, ModerationState
from people.roles import QA_TEAM
from people.selectors import holds, managed_paths

if TYPE_CHECKING:
    from people.models import User


def of_teams(paths: list[str]) -> Q:
    """Moderations of audits whose team is at or below any of these paths."""
    branch = Q(pk__in=[])
    for path in paths:
        branch |= Q(audit__unit__path__startswith=path)
    return branch


class ModerationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ModerationQuerySet:
        """Moderations that a person may open (H2): all for the QA team; those of their own audits for auditors;

        of their service for managers; those given to them, decided by them or before their panel; and for the
        workers of the audit once the grade is final.
        """
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        worked = Q(audit__worker=user) | Q(audit__second_worker=user)
        own = Q(audit__auditor=user) | (worked & Q(state=ModerationState.FINAL))
        if holds(user, *QA_TEAM, on=on):
            # A worker of the audit who holds a QA post reads it as its worker does.
            return council.filter(own | ~worked)
        asked = Q(pk__in=council.filter(steps__deciders=user).values("pk"))
        sat = Q(pk__in=council.filter(Q(panel__members=user) | Q(panel__chair=user)).values("pk"))
        given = Q(moderator=user) | asked | sat | of_teams(managed_paths(user, on))
        return council.filter(own | (given & ~worked))

    def standing(self) -> ModerationQuerySet:
        """Those that no reopening has ended."""
        return self.exclude(state__in=GONE)

    def open(self) -> ModerationQuerySet:
        """Chosen and not finished."""
        return self.filter(state__in=OPEN)

    def chosen(self) -> ModerationQuerySet:
        """Moderated or to be moderated."""
        return self.filter(state__in=[*OPEN, ModerationState.FINAL])

    def with_audit(self) -> ModerationQuerySet:
        """With the audit, its people and its edition; the edition's own text is read once in each process."""
        return self.select_related(
            "council",
            "moderator",
            "panel",
            "audit__case",
            "audit__council",
            "audit__auditor",
            "audit__worker",
            "audit__second_worker",
            "audit__moderator",
            "audit__unit",
            "audit__tool",
            "audit__version__framework__council",
        ).defer("audit__version__source", "audit__version__policy")


class SelectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> SelectionQuerySet:
        """The council's selections, for its QA team only."""
        council = self.filter(council=user.council_id)
        return council if holds(user, *QA_TEAM, on=on or clock.today()) else council.none()


class PanelQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> PanelQuerySet:
        """The council's panels: all for the QA team, otherwise those that the person sits on."""
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on or clock.today()):
            return council
        mine = council.filter(Q(chair=user) | Q(members=user)).values("pk")
        return council.filter(pk__in=mine)


class CalibrationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> CalibrationQuerySet:
        """The council's exercises: all for the QA team, otherwise those that the person is asked to grade in.

        Nobody opens one on an audit that they made, or on their own work.
        """
        part = Q(audit__auditor=user) | Q(audit__worker=user) | Q(audit__second_worker=user)
        council = self.filter(council=user.council_id).exclude(part)
        if holds(user, *QA_TEAM, on=on or clock.today()):
            return council
        return council.filter(pk__in=council.filter(grades__rater=user).values("pk"))
