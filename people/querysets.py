"""Which units, posts and people; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


def on_day(on: date, prefix: str = "") -> Q:
    """Rows with from_on <= on <= to_on, both ends included; an open end has no end."""
    return Q(**{f"{prefix}from_on__lte": on}) & (
        Q(**{f"{prefix}to_on": None}) | Q(**{f"{prefix}to_on__gte": on})
    )


class OrgUnitQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> OrgUnitQuerySet:
        return self.filter(council=user.council_id)

    def within(self, paths: list[str]) -> OrgUnitQuerySet:
        """The units at or below any of these paths."""
        if not paths:
            return self.none()
        branch = Q()
        for path in paths:
            branch |= Q(path__startswith=path)
        return self.filter(branch)


class PostQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> PostQuerySet:
        return self.filter(council=user.council_id)


class AccessReviewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> AccessReviewQuerySet:
        return self.filter(council=user.council_id)


class PostHoldingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> PostHoldingQuerySet:
        return self.filter(post__council=user.council_id)

    def going_on(self, on: date) -> PostHoldingQuerySet:
        """Held on the day, or to be taken up after it."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=on))

    def current(self, on: date) -> PostHoldingQuerySet:
        return self.filter(on_day(on))

    def with_role(self, *roles: str) -> PostHoldingQuerySet:
        return self.filter(post__type__roles__overlap=list(roles))


class UserQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> UserQuerySet:
        """One's own council's people."""
        return self.filter(council=user.council_id)

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def holding(self, role: str, on: date) -> UserQuerySet:
        """People who hold a post with this role on the day."""
        return self.filter(
            on_day(on, "holdings__"), holdings__post__type__roles__contains=[role]
        ).distinct()
