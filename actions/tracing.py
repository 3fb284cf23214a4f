"""Actions in the trail."""

from collections.abc import Iterable

from actions.models import Action
from core.tracing import Traced, trace


def of_cases(ids: Iterable[int]) -> Iterable[int]:
    """The actions for these children."""
    return Action.objects.filter(case__in=ids).values_list("pk", flat=True)


def references(ids: Iterable[int], council: int | None) -> dict[int, str]:
    """The number of each action's case, where it has one."""
    rows = Action.objects.filter(pk__in=ids, council=council).exclude(case=None)
    return {pk: f"case {number}" for pk, number in rows.values_list("pk", "case__number")}


trace(Traced("actions.action", "Action", ("actions/<int:",), of_cases, references))
