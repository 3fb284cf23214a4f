"""What somebody who leaves has in reports that are still written, and the tokens that read with their rights."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Count

from people.handing_over import Kind, register
from reporting.models import ApiToken, Recommendation


def recommended(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many recommendations of unpublished reports name each as the owner."""
    rows = Recommendation.objects.filter(action=None, owner__in=people).order_by()
    return dict(rows.values_list("owner").annotate(number=Count("pk")))


def tokens(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many tokens of each can still be used."""
    rows = ApiToken.objects.usable(on).filter(made_by__in=people).order_by()
    return dict(rows.values_list("made_by").annotate(number=Count("pk")))


register(
    Kind(
        "recommendations",
        "recommendation in a report being written",
        "recommendations in reports being written",
        recommended,
        why="The QA team names another owner while it writes the report.",
        page="reports",
    )
)
register(
    Kind(
        "tokens",
        "token for another tool",
        "tokens for other tools",
        tokens,
        why="It reads nothing once the post has ended. The QA head makes a new one.",
        page="tokens",
    )
)
