"""Moderations in the trail."""

from collections.abc import Iterable

from core.tracing import Traced, trace
from moderation.models import Calibration, Moderation, Panel


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The moderations of audits of these children's files."""
    return Moderation.objects.filter(audit__case__in=ids).values_list("pk", flat=True)


def references(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The reference of each moderated audit."""
    rows = Moderation.objects.filter(pk__in=ids, council=council).values_list(
        "pk", "audit__reference"
    )
    return {pk: f"of {reference}" for pk, reference in rows}


def calibrations_of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The calibrations in which an audit of these children's files was graded."""
    return Calibration.objects.filter(audit__case__in=ids).values_list("pk", flat=True)


def panel_numbers(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The panels' numbers."""
    rows = Panel.objects.filter(pk__in=ids, council=council).values_list("pk", "number")
    return {pk: str(number) for pk, number in rows}


trace(Traced("moderation.moderation", "Moderation", ("moderation/<int:",), of_cases, references))
trace(
    Traced(
        "moderation.calibration",
        "Calibration",
        ("moderation/calibrations/<int:",),
        calibrations_of_cases,
    )
)
trace(Traced("moderation.panel", "Panel", ("moderation/panels/<int:",), references=panel_numbers))
