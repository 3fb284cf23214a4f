"""Which documents; one idea each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from core import clock
from people.roles import QA_TEAM, Role
from people.selectors import holds, roles_of
from reporting.states import WITH_LEADERS

if TYPE_CHECKING:
    from people.models import User


class DocumentQuerySet(models.QuerySet[Any]):
    def due(self, at: datetime) -> DocumentQuerySet:
        """Waiting, or left in the middle by a worker that died."""
        return self.filter(Q(state="waiting") | Q(state="making", lease_until__lt=at))

    def visible_to(self, user: User) -> DocumentQuerySet:
        """What the person asked for themselves."""
        return self.filter(asked_by=user, council=user.council_id)


def oversees(user: User, on: date) -> bool:
    """Whether the person answers for practice and is not of the QA team: a senior leader or a head of service."""
    return holds(user, Role.SENIOR_LEADER, Role.HEAD_OF_SERVICE, on=on) and not holds(
        user, *QA_TEAM, on=on
    )


class ReportVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ReportVersionQuerySet:
        """All of a council for its QA team; for senior leaders and heads of service from `with management` on.

        Everybody else opens what was published and sent to them, while they hold a post.
        """
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        sent = Q(state="published", readers__user=user)
        if oversees(user, on):
            return council.filter(Q(state__in=WITH_LEADERS) | sent).distinct()
        return council.filter(sent) if roles_of(user, on) else council.none()

    def due(self, at: datetime) -> ReportVersionQuerySet:
        """Those that something has still to be made for, and nobody is at it."""
        free = Q(lease_until=None) | Q(lease_until__lt=at)
        return self.exclude(work="").filter(free, fault="").exclude(state="failed")

    def failed(self) -> ReportVersionQuerySet:
        """Those of which something could not be made, and which nothing newer has replaced."""
        newer = self.model.objects.filter(
            report=models.OuterRef("report"), number__gt=models.OuterRef("number")
        )
        return self.exclude(fault="").exclude(models.Exists(newer))

    def light(self) -> ReportVersionQuerySet:
        """Without what it was built from, which is large."""
        return self.defer("figures", "commentary", "about")


class ReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ReportQuerySet:
        """The reports of which a person may open some version."""
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        versions = apps.get_model("reporting", "ReportVersion").objects.visible_to(user, on)
        return council.filter(pk__in=versions.order_by().values("report"))


class RenditionQuerySet(models.QuerySet[Any]):
    def light(self) -> RenditionQuerySet:
        """Without the file itself."""
        return self.defer("content")


class AnnotationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> AnnotationQuerySet:
        """The notes of the person's council."""
        return self.filter(council=user.council_id)

    def standing(self, council_id: int, figure: str, at: datetime) -> AnnotationQuerySet:
        """The notes beside one figure as they stood at a moment."""
        return self.of_all_figures(council_id, at).filter(figure=figure)

    def of_all_figures(self, council_id: int, at: datetime) -> AnnotationQuerySet:
        """The notes beside all figures as they stood at a moment."""
        left = Q(removed_at=None) | Q(removed_at__gt=at)
        return self.filter(left, council=council_id, at__lte=at)


def kept_from(user: User) -> Q:
    """Which audits, with their blindness, no pack may show to the person: those that they must still grade blind,

    and those of their own work that have not come back to them.
    """
    worked = Q(worker=user) | Q(second_worker=user)
    return (Q(blind=True) & ~Q(auditor=user)) | (worked & ~Q(state="returned"))


class PackQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> PackQuerySet:
        """All of a council for its QA team; for senior leaders those that are for them and were shared.

        Nobody opens a pack that holds an audit which is still kept from them.
        """
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council.without_kept(user)
        if holds(user, Role.SENIOR_LEADER, on=on):
            return council.filter(shared_at__isnull=False, kind="slt").without_kept(user)
        return council.none()

    def without_kept(self, user: User) -> PackQuerySet:
        """Those without an audit that is kept from the person."""
        audits = apps.get_model("audits", "Audit").objects.filter(council=user.council_id)
        kept = audits.with_blindness(user).filter(kept_from(user)).order_by()
        items = apps.get_model("reporting", "PackItem").objects.filter(
            pack=models.OuterRef("pk"), audit__in=kept.values("pk")
        )
        return self.exclude(models.Exists(items))

    def due(self, at: datetime) -> PackQuerySet:
        """Waiting, or left in the middle by a worker that died."""
        return self.filter(Q(state="waiting") | Q(state="making", lease_until__lt=at))

    def light(self) -> PackQuerySet:
        """Without the file itself."""
        return self.defer("content")


class ApiTokenQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ApiTokenQuerySet:
        """A council's tokens, for its administrators and its head of QA."""
        on = on or clock.today()
        if holds(user, Role.ADMINISTRATOR, Role.QA_HEAD, on=on):
            return self.filter(council=user.council_id)
        return self.none()

    def usable(self, on: date) -> ApiTokenQuerySet:
        """Those that nobody has revoked and that have not ended."""
        return self.filter(revoked_at=None, expires_on__gte=on)
