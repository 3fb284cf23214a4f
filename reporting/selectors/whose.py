"""Whose actions, replies, steps and concerns count in a scope: the council's, or what its reader may open."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from actions.models import Action
from actions.querysets import UNSEEN, ActionQuerySet
from escalation.models import Escalation, OfficerEscalation
from escalation.querysets import ConcernQuerySet
from feedback.models import Reply
from feedback.querysets import ReplyQuerySet
from people.models import PostHolding, User
from people.selectors import below
from reporting.selectors.in_general import kept_from
from reporting.selectors.scope import Scope


def actions(scope: Scope) -> ActionQuerySet:
    """The actions that were open at some time by the day of reading and were not withdrawn.

    The query is long: it is built once for the figures of a scope, and asked with more conditions.
    """
    key = ("actions",)
    if key not in scope.kept:
        scope.kept[key] = _actions(scope)
    found: ActionQuerySet = scope.kept[key].all()  # type: ignore[attr-defined]
    return found


def _actions(scope: Scope) -> ActionQuerySet:
    found: ActionQuerySet = Action.objects.filter(council=scope.council)
    if scope.reader is not None:
        found = Action.objects.visible_to(scope.reader, scope.on, kept_from(scope))
    if scope.service is not None:
        found = found.filter(unit__path__startswith=scope.service.path)
    found = found.standing().exclude(UNSEEN).filter(opened_on__lte=scope.on)
    return found


def replies(scope: Scope) -> ReplyQuerySet:
    """What came of asking people, received in the scope's months."""
    found: ReplyQuerySet = Reply.objects.filter(council=scope.council)
    if scope.reader is not None:
        found = Reply.objects.visible_to(scope.reader, scope.on)
    if scope.service is not None:
        path = scope.service.path
        found = found.filter(Q(audit__unit__path__startswith=path) | of_case(path))
    until = min(scope.last_on, scope.on)
    found = found.filter(received_on__range=(scope.first_on, until))
    return found


def of_case(path: str) -> Q:
    """Replies about a case of a unit or one below it that belong to no audit."""
    return Q(audit=None, case__unit__path__startswith=path)


def concerns(scope: Scope) -> ConcernQuerySet:
    """The concerns raised in the scope's months, but for restricted ones, which nobody counts.

    A concern belongs to the service of the case or of the manager, where it has one.
    """
    found: ConcernQuerySet = OfficerEscalation.objects.filter(council=scope.council)
    if scope.reader is not None:
        found = OfficerEscalation.objects.visible_to(scope.reader, scope.on)
    if scope.service is not None:
        people = seated(scope.service.path, scope.on)
        found = found.filter(
            Q(case__unit__path__startswith=scope.service.path) | Q(case=None, worker__in=people)
        )
    found = found.filter(
        restricted=False,
        raised_at__date__range=(scope.first_on, scope.last_on),
        raised_at__lte=scope.at,
    )
    return found


def steps(scope: Scope) -> QuerySet[Escalation]:
    """The steps that were taken about late things in the scope's months; of a reader, about their own and their people's."""
    found = Escalation.objects.filter(
        council=scope.council,
        fired_at__date__range=(scope.first_on, scope.last_on),
        fired_at__lte=scope.at,
    )
    if scope.reader is not None and not sees_all(scope.reader):
        found = found.filter(late__in={scope.reader.pk, *below(scope.reader, scope.on)})
    if scope.service is not None:
        found = found.filter(late__in=seated(scope.service.path, scope.on))
    return found


def sees_all(user: User) -> bool:
    """Whether a person reads the figures of the whole council."""
    return user.has_perm("reporting.see_grades")


def seated(path: str, on: date) -> QuerySet[PostHolding, dict[str, Any]]:
    """The ids of those who hold a post in a unit or below it on a day."""
    return (
        PostHolding.objects.current(on).filter(post__unit__path__startswith=path).values("user_id")
    )


def with_months(scope: Scope, first_on: date, last_on: date) -> Scope:
    """The same scope in other months."""
    return replace(scope, first_on=first_on, last_on=last_on)
