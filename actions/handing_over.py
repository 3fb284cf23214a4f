"""What somebody who leaves has to do: their actions."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Count

from actions.models import Action
from actions.services.reassigning import hand_over
from people.handing_over import Kind, register


def to_do(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many actions each has still to do."""
    rows = Action.objects.to_do().filter(owner__in=people).order_by().values_list("owner")
    return dict(rows.annotate(number=Count("pk")))


register(
    Kind("actions", "action to do", "actions to do", to_do, hand_over, page="reassign-actions")
)
