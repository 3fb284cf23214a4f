"""Audits in the trail."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from audits.models import Audit, Reader
from core.tracing import CASE_FINDERS, KEPT_FROM, Traced, trace
from people.models import User


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The audits of these children's files."""
    return Audit.objects.filter(case__in=ids).values_list("pk", flat=True)


def references(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The audits' references."""
    return dict(Audit.objects.filter(pk__in=ids, council=council).values_list("pk", "reference"))


def by_reference(reader: User, typed: str) -> Iterable[int]:
    """The case of the audit with this reference in the reader's council."""
    found = Audit.objects.filter(council=reader.council_id, reference__iexact=typed)
    return found.values_list("case", flat=True)


def graded_blind(user: User) -> "QuerySet[Any, Any]":
    """What was done to an audit would tell its grade to whoever grades it blind."""
    return Reader.objects.filter(user=user, blind=True).values("audit")


CASE_FINDERS.append(by_reference)
trace(Traced("audits.audit", "Audit", ("audits/<int:",), of_cases, references))
KEPT_FROM["audits.audit"] = graded_blind
