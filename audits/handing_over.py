"""The audits of the work of somebody who leaves: they go on with the auditor, or are left out."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from audits.models import Audit
from people.handing_over import Kind, register


def of_their_work(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many audits under way look at the work of each."""
    rows = Audit.objects.under_way()
    found = Counter(rows.filter(worker__in=people).values_list("worker", flat=True))
    found.update(rows.filter(second_worker__in=people).values_list("second_worker", flat=True))
    return found


register(
    Kind(
        "audited",
        "audit of their work",
        "audits of their work",
        of_their_work,
        why="It stays theirs. The auditor goes on with it, or the QA team leaves it out.",
        page="audits",
    )
)
