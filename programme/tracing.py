"""Requests about an audit's date, and draws, in the trail. What is done to a plan's row is done to its case."""

from collections.abc import Iterable

from core.tracing import Traced, trace
from programme.models import DateChange, Draw


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The requests about audits of these children's files."""
    return DateChange.objects.filter(audit__case__in=ids).values_list("pk", flat=True)


def references(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The reference of each request's audit."""
    rows = DateChange.objects.filter(pk__in=ids, audit__council=council).values_list(
        "pk", "audit__reference"
    )
    return {pk: f"about {reference}" for pk, reference in rows}


def numbers(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The draws' numbers."""
    rows = Draw.objects.filter(pk__in=ids, council=council).values_list("pk", "number")
    return {pk: str(number) for pk, number in rows}


trace(Traced("programme.datechange", "Request", ("requests/<int:",), of_cases, references))
trace(Traced("programme.draw", "Draw", ("draws/<int:",), references=numbers))
