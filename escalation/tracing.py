"""Concerns in the trail: that there was something, never who raised what; restricted ones not at all (I-73)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core.tracing import KEPT_FROM, UNSHOWN, Traced, trace
from escalation.models import OfficerEscalation
from people.models import User

CONCERN = "escalation.officerescalation"


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The concerns about these children's cases."""
    return OfficerEscalation.objects.filter(case__in=ids).values_list("pk", flat=True)


def numbers(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The concerns' numbers."""
    rows = OfficerEscalation.objects.filter(pk__in=ids, council=council).values_list("pk", "number")
    return {pk: str(number) for pk, number in rows}


def concern_of(key: UUID) -> int | None:
    """The concern behind the key in its address."""
    return OfficerEscalation.objects.filter(key=key).values_list("pk", flat=True).first()


def not_theirs(user: User) -> "QuerySet[Any, Any]":
    """The concerns of which somebody may not know, which is what they may not open."""
    visible = OfficerEscalation.objects.visible_to(user).values("pk")
    return OfficerEscalation.objects.exclude(pk__in=visible).values("pk")


trace(Traced(CONCERN, "Concern", ("concerns/<uuid:",), of_cases, numbers, concern_of))
UNSHOWN.add("raise-concern")
KEPT_FROM[CONCERN] = not_theirs
