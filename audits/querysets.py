"""Which audits and answers; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from audits.states import WORKING, AuditState
from core import clock
from people.roles import QA_TEAM
from people.selectors import holds, managed_paths

if TYPE_CHECKING:
    from people.models import User


def within(paths: list[str]) -> Q:
    """Audits of children whose team is at or below any of these paths; none for no path."""
    branch = Q(pk__in=[])
    for path in paths:
        branch |= Q(unit__path__startswith=path)
    return branch


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> AuditQuerySet:
        """The audits a person may open: their own, all for the QA team, returned ones for managers of the service
        and for whoever has a task on them, such as their moderator.

        What they see within one is a further question (audits/visibility.py).
        """
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        mine = Q(auditor=user) | Q(worker=user) | Q(second_worker=user)
        given = Q(
            Exists(
                apps.get_model("audits", "Reader").objects.filter(audit=OuterRef("pk"), user=user)
            )
        )
        paths = managed_paths(user, on)
        if paths:
            given |= within(paths)
        return council.filter(mine | (Q(state=AuditState.RETURNED) & given))

    def with_blindness(self, user: User) -> AuditQuerySet:
        """With `blind`: whether the auditor's grades and reasons must not be sent to this person yet.

        A party to the audit knows them, so it never holds for one.
        """
        unseen = apps.get_model("audits", "Reader").objects.filter(
            audit=OuterRef("pk"), user=user, blind=True
        )
        return self.annotate(blind=Exists(unseen))

    def being_audited(self, user: User, on: date) -> AuditQuerySet:
        """Audits under way of files in the teams that the person manages (I-15)."""
        return self.filter(
            within(managed_paths(user, on)), council=user.council_id, state__in=WORKING
        )

    def under_way(self) -> AuditQuerySet:
        return self.filter(state__in=WORKING)

    def with_people(self) -> AuditQuerySet:
        return self.select_related("case", "auditor", "worker", "second_worker", "unit")

    def with_edition(self) -> AuditQuerySet:
        """With the tool and the edition; the edition's own text is read once in each process."""
        return self.select_related("tool", "version__framework__council").defer(
            "version__source", "version__policy"
        )


class AnswerQuerySet(models.QuerySet[Any]):
    def of_question(self, codes: list[str]) -> AnswerQuerySet:
        return self.filter(part__code__in=codes)
