"""Which late things and which concerns; one idea each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value

from core import clock
from escalation.points import HIDDEN, LATE
from escalation.states import LASTING
from people.roles import QA_TEAM
from people.selectors import held_posts, holds, named, roles_of

if TYPE_CHECKING:
    from people.models import User


class OverdueQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> OverdueQuerySet:
        """What is late in the council, for its QA team; for others what they may hold back by their role.

        What its room keeps from a person is left out for everybody.
        """
        roles = roles_of(user, on or clock.today())
        council = self.filter(council=user.council_id)
        for kind, kept in HIDDEN.items():
            council = council.exclude(kind=kind, subject_id__in=kept(user))
        return council if roles & QA_TEAM else council.filter(paused_by__overlap=sorted(roles))

    def still_late(self, council_id: int, at: datetime) -> OverdueQuerySet:
        """Without what its room says is not late any more: finished, left out, or given another date (C4-c, C4-d)."""
        found = self
        for kind, late in LATE.items():
            found = found.filter(~Q(kind=kind) | Q(subject_id__in=late(council_id, at)))
        return found

    def with_held(self) -> OverdueQuerySet:
        """With `held`: whether a rung of it, or its whole ladder, is held back for the day it was due."""
        holds_back = apps.get_model("escalation", "Hold").objects.standing()
        same = {name: OuterRef(name) for name in ("kind", "subject_id", "due_on")}
        return self.annotate(held=Exists(holds_back.filter(**same)))


class HoldQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> HoldQuerySet:
        """The council's holds, for its QA team; for others their own."""
        council = self.filter(council=user.council_id)
        team = holds(user, *QA_TEAM, on=on or clock.today())
        return council if team else council.filter(by=user)

    def standing(self) -> HoldQuerySet:
        return self.filter(let_go_at=None)


class ConcernQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ConcernQuerySet:
        """What a person raised, was told of or may solve; for the QA team all but the restricted ones (I-73).

        Whoever was told by a post sees it as long as they hold the post; while a stage lasts so does whoever took
        the post over (H-8). The worker whom it is about sees it only where they were told.
        """
        on = on or clock.today()
        if not user.is_active:
            return self.none()
        council = self.filter(council=user.council_id)
        people = apps.get_model("escalation", "StagePerson").objects.meant(user, on)
        told = people.filter(stage__concern=OuterRef("pk"))
        mine = Q(officer=user) | Exists(told.filter(user=user))
        others = Q(Exists(told.filter(stage__state__in=LASTING)))
        others |= Q(solvers__overlap=sorted(named(user, on)))
        if holds(user, *QA_TEAM, on=on):
            others |= Q(restricted=False)
        about_me = Q(worker__isnull=False, worker=user)
        return council.filter(mine | (others & ~about_me))


class StagePersonQuerySet(models.QuerySet[Any]):
    def meant(self, user: User, on: date) -> StagePersonQuerySet:
        """The rows that mean a person on the day: told as themselves, or by a post that they hold by then (H-8)."""
        return self.meaning(user, sorted(held_posts(user, on)))

    def meaning(self, user: User | int, posts: list[int] | Value) -> StagePersonQuerySet:
        """The rows that mean whoever holds these posts."""
        return self.filter(Q(user=user, posts=[]) | Q(posts__overlap=posts))

    def to_answer(self, user: User, on: date) -> StagePersonQuerySet:
        """The rows by which a stage that lasts is this person's to answer on the day; a copy is not.

        Neither the officer nor, by a post of theirs, the worker whom it is about is asked.
        """
        return self.asking(user, sorted(held_posts(user, on)))

    def asking(self, user: User | int, posts: list[int] | Value) -> StagePersonQuerySet:
        """The rows by which a stage that lasts is for whoever holds these posts to answer."""
        about_me = Q(stage__concern__worker__isnull=False, stage__concern__worker=user)
        asked = self.meaning(user, posts).filter(part="to", stage__state__in=LASTING)
        return asked.filter(Q(user=user) | ~about_me).exclude(stage__concern__officer=user)
