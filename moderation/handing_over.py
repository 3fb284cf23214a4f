"""What somebody who leaves has to moderate, to grade, or to chair."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Count

from moderation.models import CalibrationGrade, Moderation, Panel
from moderation.services.assigning import assign
from moderation.states import CalibrationState, PanelState
from people.handing_over import Kind, Outcome, each, register
from people.models import User


def to_moderate(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many moderations each has in hand."""
    rows = Moderation.objects.open().filter(moderator__in=people).order_by()
    return dict(rows.values_list("moderator").annotate(number=Count("pk")))


def hand_moderations(person: User, to: User, *, by: User, at: datetime) -> Outcome:
    """Give somebody's moderations to another who may moderate these audits."""
    found = list(Moderation.objects.open().filter(moderator=person).order_by("chosen_at", "pk"))
    return each(found, lambda one: assign(one, to, by=by, at=at))


def to_grade(people: Collection[int], on: date) -> Mapping[int, int]:
    """How many exercises wait for a grade of each."""
    rows = CalibrationGrade.objects.filter(
        rater__in=people, grade="", calibration__state=CalibrationState.OPEN
    )
    return dict(rows.order_by().values_list("rater").annotate(number=Count("pk")))


def on_panels(people: Collection[int], on: date) -> Mapping[int, int]:
    """On how many planned panels each sits."""
    rows = Panel.objects.filter(state=PanelState.PLANNED).order_by()
    found = Counter(rows.filter(chair__in=people).values_list("chair", flat=True))
    found.update(rows.filter(members__in=people).values_list("members", flat=True))
    return {pk: number for pk, number in found.items() if pk in set(people)}


register(
    Kind(
        "moderations",
        "moderation",
        "moderations",
        to_moderate,
        hand_moderations,
        page="moderations",
    )
)
register(
    Kind(
        "grading",
        "grading exercise",
        "grading exercises",
        to_grade,
        why="Nobody grades for somebody else. The QA team takes them out of the exercise.",
        page="calibrations",
    )
)
register(
    Kind(
        "panels",
        "planned panel",
        "planned panels",
        on_panels,
        why="The QA team changes who sits on it.",
        page="panels",
    )
)
