"""Which surveys, invitations and replies; one idea each."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from core import clock
from feedback.states import InvitationState, SurveyState
from people.roles import MANAGERS, QA_TEAM, Role
from people.selectors import holds, roles_of

if TYPE_CHECKING:
    from people.models import User


class SurveyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> SurveyQuerySet:
        """A council's surveys: all for the QA team and who runs them; once closed, for those who read their totals."""
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        roles = list(roles_of(user, on))
        read = Q(sees_totals__overlap=roles, state=SurveyState.CLOSED)
        return council.filter(Q(asked_by__overlap=roles) | read)

    def open_on(self, on: date) -> SurveyQuerySet:
        """Those that take answers on the day."""
        return self.filter(state=SurveyState.OPEN, opens_on__lte=on, closes_on__gte=on)

    def to_open(self, on: date) -> SurveyQuerySet:
        """Planned ones whose first day has come."""
        return self.filter(state=SurveyState.PLANNED, opens_on__lte=on)

    def to_close(self, on: date) -> SurveyQuerySet:
        """Open ones whose last day has passed."""
        return self.filter(state=SurveyState.OPEN, closes_on__lt=on)


class SurveyReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> SurveyReportQuerySet:
        """The reports of the surveys that a person runs, and of others, once shared, those that they may open.

        What a survey of staff said and what comes of it is shared with everybody who holds a post (D-BX22).
        """
        on = on or clock.today()
        council = self.filter(survey__council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        roles = list(roles_of(user, on))
        shared = Q(survey__sees_totals__overlap=roles) | Q(with_staff=True)
        return council.filter(
            Q(survey__asked_by__overlap=roles)
            | (shared & Q(shared_at__isnull=False) if roles else Q(pk=None))
        )


class SummaryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> SummaryQuerySet:
        """A council's summaries: all for its QA team, else by the roles that ask or that read totals."""
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        roles = list(roles_of(user, on))
        return council.filter(Q(asked_by__overlap=roles) | Q(sees_totals__overlap=roles))


class InvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> InvitationQuerySet:
        """The links of the audits and cases that a person may open, and all of a council for its QA team."""
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council.exclude(own_work(user))
        return council.filter(about(user, on))

    def usable(self, at: datetime) -> InvitationQuerySet:
        """Links that are still open."""
        return self.filter(state=InvitationState.SENT, expires_at__gt=at)


class ReplyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ReplyQuerySet:
        """Single answers (H2): to those among the roles named for them who have to do with the audit or the case.

        An audit's own auditor, its workers once it is returned, whoever moderates it, and the managers of its team; of a
        case, those who may open it and hold such a role. The QA team reads a council's, but not about their own work before the return (H-9); what belongs to neither audit
        nor case is read by role alone.
        """
        on = on or clock.today()
        council = self.filter(council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council.exclude(own_work(user))
        roles = roles_of(user, on)
        audits = apps.get_model("audits", "Audit").objects.visible_to(user, on)
        tasks = apps.get_model("audits", "Reader").objects.filter(user=user, part="moderator")
        worked = Q(audit__worker=user) | Q(audit__second_worker=user)
        in_audit = (
            Q(audit__auditor=user, sees_answers__contains=[Role.AUDITOR])
            | Q(worked, audit__state="returned", sees_answers__contains=[Role.PRACTITIONER])
            | Q(audit__in=tasks.values("audit"), sees_answers__contains=[Role.MODERATOR])
            | Q(~worked, sees_answers__overlap=list(roles & MANAGERS))
        )
        cases = apps.get_model("cases", "CaseFile").objects.visible_to(user, on)
        of_case = Q(audit=None) & (Q(case=None) | Q(case__in=cases.values("pk")))
        return council.filter(
            (Q(audit__in=audits.values("pk")) & in_audit)
            | (of_case & Q(sees_answers__overlap=list(roles)))
        )


class PraiseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> PraiseQuerySet:
        """A council's praise: what is shown for everybody who holds a post, the rest for the QA team."""
        on = on or clock.today()
        council = self.filter(reply__council=user.council_id)
        if holds(user, *QA_TEAM, on=on):
            return council
        return council.exclude(shown_at=None) if roles_of(user, on) else self.none()


class ContactWarningQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, on: date | None = None) -> ContactWarningQuerySet:
        """The warnings about the cases that a person may open."""
        cases = apps.get_model("cases", "CaseFile").objects.visible_to(user, on)
        return self.filter(case__in=cases.values("pk"))

    def standing(self) -> ContactWarningQuerySet:
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


def own_work(user: User) -> Q:
    """What is about an audit of a person's own work that is not returned yet."""
    audits = apps.get_model("audits", "Audit").objects.filter(
        Q(worker=user) | Q(second_worker=user)
    )
    return Q(audit__in=audits.exclude(state="returned").values("pk"))


def about(user: User, on: date) -> Q:
    """What is about an audit or a case that a person may open; a worker reads of their audit once it is returned."""
    audits = apps.get_model("audits", "Audit").objects.visible_to(user, on)
    worked = Q(worker=user) | Q(second_worker=user)
    audits = audits.exclude(worked & ~Q(state="returned"))
    cases = apps.get_model("cases", "CaseFile").objects.visible_to(user, on)
    return Q(audit__in=audits.values("pk")) | Q(audit=None, case__in=cases.values("pk"))
