"""Which actions; one idea each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, When
from django.utils import timezone

from actions.bands import Band
from actions.points import hidden_from
from actions.states import TO_DO, UNFINISHED, ActionState
from core import clock
from people.roles import QA_TEAM
from people.selectors import below, holds, managed_paths

if TYPE_CHECKING:
    from people.models import User


# What has never been open: drafts, and those withdrawn as drafts.
UNSEEN = Q(state=ActionState.DRAFT) | Q(state=ActionState.WITHDRAWN, opened_on=None)


def within(paths: list[str]) -> Q:
    """Actions about work of units at or below any of these paths; none for no path."""
    branch = Q(pk__in=[])
    for path in paths:
        branch |= Q(unit__path__startswith=path)
    return branch


def stemming_from(source: str, ids: Any) -> Q:
    """A condition on actions: those that things of a source raised, and those that took their place later.

    `ids` are the ids of the things, or a query for them. An action takes the place of another after a look at its
    impact, however often; it keeps which one it all began with.
    """
    return Q(source=source, source_id__in=ids) | Q(
        instead_of__source=source, instead_of__source_id__in=ids
    )


def sees_all(user: User, on: date, kept: Collection[int]) -> bool:
    """Whether a person may open every action of their council; `kept` are those that are kept from them."""
    return not kept and holds(user, *QA_TEAM, on=on)


class ActionQuerySet(models.QuerySet[Any]):
    def visible_to(
        self, user: User, on: date | None = None, kept: Collection[int] | None = None
    ) -> ActionQuerySet:
        """The actions a person may open: their own to do, those they recorded, all of the council for the QA team;

        for managers those of their units, and those of the people below them or about their work; and those that
        they are asked to sign off or to answer for. What was never open is its recorder's and the QA team's.
        `kept` are the ids of those that are kept from the person, where they have been read already.
        """
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        mine = Q(owner=user) & ~UNSEEN
        hidden = hidden_from(user) if kept is None else Q(pk__in=kept)
        if holds(user, *QA_TEAM, on=on):
            return council.filter(mine | ~hidden)
        asked = apps.get_model("actions", "ImpactAnswer").objects.filter(
            action=OuterRef("pk"), asked__contains=[user.pk]
        )
        given: Any = Q(asked__contains=[user.pk]) | Exists(asked)
        if juniors := below(user, on):
            given |= Q(owner__in=juniors) | Q(worker__in=juniors)
        if paths := managed_paths(user, on):
            given |= within(paths)
        readable = ~UNSEEN & given
        return council.filter(mine | ((Q(recorded_by=user) | readable) & ~hidden))

    def own(self, user: int, council: int | None) -> ActionQuerySet:
        """A person's own actions that were ever open: these they may always see. Both are ids."""
        return self.filter(owner=user, council=council).exclude(UNSEEN)

    def raised_by(self, source: str, source_id: int) -> ActionQuerySet:
        return self.filter(source=source, source_id=source_id)

    def stemming_from(self, source: str, ids: Any) -> ActionQuerySet:
        """The actions that things of a source raised, and those in their place since a look at their impact."""
        return self.filter(stemming_from(source, ids))

    def roots(self, source: str) -> models.QuerySet[Any, Any]:
        """The ids of the things of a source that these actions stem from, also by way of a look at their impact."""
        return (
            self.filter(Q(source=source) | Q(instead_of__source=source))
            .annotate(
                root=Case(
                    When(source=source, then=F("source_id")), default=F("instead_of__source_id")
                )
            )
            .values_list("root", flat=True)
        )

    def standing(self) -> ActionQuerySet:
        return self.exclude(state=ActionState.WITHDRAWN)

    def to_do(self) -> ActionQuerySet:
        """Open or under way: their owners still have to do them."""
        return self.filter(state__in=TO_DO)

    def late(self, at: datetime) -> ActionQuerySet:
        """Those still to be done that are overdue: after their moment, or from the day after their date (T-7)."""
        by_day = Q(due_at=None, due_on__lt=timezone.localdate(at))
        return self.to_do().filter(by_day | Q(due_at__lt=at))

    def unfinished(self) -> ActionQuerySet:
        """To be done, or done and not signed off yet."""
        return self.filter(state__in=UNFINISHED)

    def each_theme(self) -> models.QuerySet[Any, Any]:
        """Each theme that any of these actions has, once, in no order."""
        each = Func(F("themes"), function="unnest", output_field=models.CharField())
        rows = self.order_by().exclude(themes=[]).annotate(each=each)
        return rows.values_list("each").distinct()

    def used_themes(self) -> list[str]:
        """The themes that these actions have, by name."""
        return sorted(theme for (theme,) in self.each_theme())

    def owned_by(self, user: User | int) -> ActionQuerySet:
        return self.to_do().filter(owner=user)

    def in_band(self, band: Band, on: date) -> ActionQuerySet:
        """Those still to be done whose date lies in a band of the tracker."""
        first, last = band.days(on)
        found = self.to_do()
        if first is not None:
            found = found.filter(due_on__gte=first)
        return found if last is None else found.filter(due_on__lte=last)

    def with_people(self) -> ActionQuerySet:
        """With everybody and everything that a line about it names."""
        return self.select_related("council", "case", "unit", "worker", "auditor", "owner")

    def with_edition(self) -> ActionQuerySet:
        """With the edition; its own text is read once in each process."""
        return self.select_related("version__framework__council").defer(
            "version__source", "version__policy"
        )


class ImpactQuerySet(models.QuerySet[Any]):
    def waiting(self) -> ImpactQuerySet:
        """Asked and not answered."""
        return self.filter(answer="")

    def with_actions(self) -> ImpactQuerySet:
        """With the action, its people and its edition."""
        people = ("council", "case", "unit", "worker", "auditor", "owner")
        return self.select_related(
            *(f"action__{one}" for one in people), "action__version__framework__council"
        ).defer("action__version__source", "action__version__policy")

    def asked_of(self, user: User) -> ImpactQuerySet:
        """Those that a person is asked to answer; never about an action of their own."""
        return self.filter(asked__contains=[user.pk]).exclude(action__owner=user)


class SavedViewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """One's own only."""
        return self.filter(user=user)
