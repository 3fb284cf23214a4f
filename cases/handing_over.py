"""The cases of somebody who leaves: the council's own case system says who works them next."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Count

from cases.models import CaseFile, Involvement
from people.handing_over import Kind, register
from people.querysets import on_day


def worked(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many open cases each works on the day."""
    rows = Involvement.objects.filter(on_day(on), user__in=people)
    open_now = rows.filter(case__in=CaseFile.objects.open_on(on).values("pk"))
    counted = open_now.order_by().values_list("user")
    return dict(counted.annotate(number=Count("case", distinct=True)))


register(
    Kind(
        "cases",
        "open case",
        "open cases",
        worked,
        why="Who works a case next comes with the next import of cases.",
        page="cases",
    )
)
