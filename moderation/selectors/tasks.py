"""What moderation asks a person to do next, for their start page."""

from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from audits.models import Reader
from audits.selectors import Task
from moderation.models import CalibrationGrade, DisputeStep, Moderation
from moderation.states import CalibrationState, ModerationState
from people.models import User

# No framework gives a moderation a limit; tasks are put in order as if they were due after so many days.
USUAL_DAYS = 28
WORDS = {
    ModerationState.IN_MODERATION: "Moderate the audit",
    ModerationState.DISAGREED: "Meet about the grade and record it",
    ModerationState.DISPUTED: "Decide on the grade",
}


def tasks(user: User, on: date) -> list[Task]:
    """The moderations and calibrations that wait for this person; two queries whatever their number."""
    return [*moderations(user, on), *calibrations(user, on)]


def moderations(user: User, on: date) -> list[Task]:
    """What waits for the person as moderator, as auditor after a disagreement, and as decider."""
    S = ModerationState
    mine = (
        Q(moderator=user, state__in=[S.IN_MODERATION, S.DISAGREED])
        | Q(audit__auditor=user, state=S.DISAGREED)
        | Q(pk__in=open_decisions(user))
    )
    found = Moderation.objects.filter(mine, council=user.council_id).select_related("audit__case")
    return [
        Task(
            WORDS[S(one.state)],
            f"Audit {one.audit.reference}, case {one.audit.case.number}",
            timezone.localdate(one.view_at or one.assigned_at or one.chosen_at)
            + timedelta(days=USUAL_DAYS),
            reverse("moderation", args=[one.pk]),
            late=False,
        )
        for one in found.order_by("pk")[:200]
    ]


def open_decisions(user: User) -> "QuerySet[DisputeStep, int]":
    """The ids of the moderations whose present rung this person decides and may still read."""
    asked = DisputeStep.objects.filter(
        deciders=user,
        moderation__audit__readers__user=user,
        moderation__audit__readers__part=Reader.Part.DECIDER,
        decided_at=None,
        rung=F("moderation__rung"),
        moderation__state=ModerationState.DISPUTED,
    )
    return asked.values_list("moderation_id", flat=True)


def calibrations(user: User, on: date) -> list[Task]:
    """The exercises in which this person still has to grade."""
    found = CalibrationGrade.objects.filter(
        rater=user, grade="", calibration__state=CalibrationState.OPEN
    ).select_related("calibration")
    return [
        Task(
            "Grade this audit on your own",
            f"Calibration: {one.calibration.title}",
            one.calibration.closes_on,
            reverse("calibration", args=[one.calibration_id]),
            one.calibration.closes_on < on,
        )
        for one in found.order_by("pk")[:50]
    ]
