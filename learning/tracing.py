"""Extracts for coding in the trail."""

from collections.abc import Iterable

from core.tracing import Traced, trace
from learning.models import Extract


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The extracts from audits of these children's files."""
    return Extract.objects.filter(audit__case__in=ids).values_list("pk", flat=True)


def references(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The reference of each extract's audit."""
    rows = Extract.objects.filter(pk__in=ids, council=council).exclude(audit=None)
    return {pk: f"from {one}" for pk, one in rows.values_list("pk", "audit__reference")}


trace(Traced("learning.extract", "Extract", ("learning/coding/<int:",), of_cases, references))
