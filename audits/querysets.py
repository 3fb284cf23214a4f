"""Which audits and answers; one idea each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from actions.states import UNFINISHED
from audits.states import LOOP_OPEN, WORKING, AuditState, LoopState
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

    def own(self, user: int, council: int | None) -> AuditQuerySet:
        """The audits that a person makes and those of their own work: these they may always open. Both are ids."""
        mine = Q(auditor=user) | Q(worker=user) | Q(second_worker=user)
        return self.filter(mine, council=council)

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

    def with_open_actions(self) -> AuditQuerySet:
        """With `actions_left`, how many of its actions are not signed off, and `next_due_on`, the soonest of them."""
        left = (
            apps.get_model("actions", "Action")
            .objects.filter(source="audit", source_id=OuterRef("pk"), state__in=UNFINISHED)
            .order_by()
            .values("source_id")
        )
        return self.annotate(
            actions_left=Coalesce(Subquery(left.annotate(n=Count("pk")).values("n")), 0),
            next_due_on=Subquery(left.annotate(first=Min("due_on")).values("first")),
        )

    def under_way(self) -> AuditQuerySet:
        return self.filter(state__in=WORKING)

    def with_people(self) -> AuditQuerySet:
        return self.select_related("case", "auditor", "worker", "second_worker", "unit")

    def with_form(self) -> AuditQuerySet:
        """With what opening one audit needs: the child's file, the team, the form and the edition."""
        return self.select_related("case", "unit", "tool", "version").defer(
            "version__source", "version__policy"
        )

    def with_edition(self) -> AuditQuerySet:
        """With the tool and the edition; the edition's own text is read once in each process."""
        return self.select_related("tool", "version__framework__council").defer(
            "version__source", "version__policy"
        )


class AnswerQuerySet(models.QuerySet[Any]):
    def of_question(self, codes: list[str]) -> AnswerQuerySet:
        return self.filter(part__code__in=codes)


class LoopQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> LoopQuerySet:
        """The loops of the audits that a person may open, but none of one that they grade blind."""
        model = apps.get_model("audits", "Audit")
        blind = apps.get_model("audits", "Reader").objects.filter(user=user, blind=True)
        seen = model.objects.visible_to(user, on).exclude(pk__in=blind.values("audit"))
        return self.filter(audit__in=seen.values("pk"))

    def unfinished(self) -> LoopQuerySet:
        """Loops that keep their audit from being closed: one without a second audit ends when it is authorised."""
        ended = Q(state=LoopState.AUTHORISED, reaudit_due_on=None)
        left_out = Q(state=LoopState.LINKED, reaudit__state=AuditState.EXCLUDED)
        return self.filter((Q(state__in=LOOP_OPEN) & ~ended) | left_out)

    def with_audits(self) -> LoopQuerySet:
        return self.select_related(
            "audit__case",
            "audit__worker",
            "audit__auditor",
            "audit__second_worker",
            "audit__unit",
            "audit__council",
            "audit__tool",
            "audit__version__framework__council",
            "reaudit__case",
            "reaudit__auditor",
            "submitted_by",
            "authorised_by",
            "met_manager",
        ).defer("audit__version__source", "audit__version__policy")
