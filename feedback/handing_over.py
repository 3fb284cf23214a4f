"""What somebody who leaves has begun to say about surveys."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Count

from feedback.models import SurveyReport
from people.handing_over import Kind, register


def unshared(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many reports of surveys each has written and not shared."""
    rows = SurveyReport.objects.filter(shared_at=None, written_by__in=people).order_by()
    return dict(rows.values_list("written_by").annotate(number=Count("pk")))


register(
    Kind(
        "survey-reports",
        "report of a survey, not shared yet",
        "reports of surveys, not shared yet",
        unshared,
        why="Whoever runs the survey goes on with it; the words are kept.",
        page="surveys",
    )
)
