"""The blind rounds of coding that wait for somebody who leaves."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from learning.models import BlindRound
from people.handing_over import Kind, register


def to_code(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many rounds of each are not finished."""
    rows = BlindRound.objects.filter(shown_at=None).order_by()
    found = Counter(rows.filter(first__in=people).values_list("first", flat=True))
    found.update(rows.filter(second__in=people).values_list("second", flat=True))
    return found


register(
    Kind(
        "coding",
        "round of blind coding",
        "rounds of blind coding",
        to_code,
        why="A round is coded by the two people it was drawn for. The QA team starts another.",
        page="blind-rounds",
    )
)
