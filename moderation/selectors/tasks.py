"""What moderation asks a person to do next, for their start page."""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from audits.models import Audit, Reader
from audits.selectors import Task
from core.addresses import address_of
from core.prepared import COUNCIL, USER, Prepared
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


def waiting_moderations() -> "QuerySet[Moderation, Any]":
    """What waits for somebody as moderator, as auditor after a disagreement, and as decider."""
    S = ModerationState
    mine = (
        Q(moderator=USER, state__in=[S.IN_MODERATION, S.DISAGREED])
        | Q(audit__in=Audit.objects.filter(auditor=USER).values("pk"), state=S.DISAGREED)
        | Q(pk__in=open_decisions(USER))
    )
    # The states are said once more, so that the database looks at none that is finished.
    found = Moderation.objects.filter(mine, council=COUNCIL, state__in=list(WORDS))
    audit = Audit.objects.filter(pk=OuterRef("audit"))
    return found.order_by("pk").values_list(
        "pk",
        "state",
        Subquery(audit.values("reference")),
        Subquery(audit.values("case__number")),
        Coalesce("view_at", "assigned_at", "chosen_at"),
    )[:200]


MODERATIONS = Prepared(waiting_moderations)
CALIBRATIONS = Prepared(
    lambda: (
        CalibrationGrade.objects.filter(
            rater=USER, grade="", calibration__state=CalibrationState.OPEN
        )
        .order_by("pk")
        .values_list("calibration_id", "calibration__title", "calibration__closes_on")[:50]
    )
)


def moderations(user: User, on: date) -> list[Task]:
    """What waits for the person as moderator, as auditor after a disagreement, and as decider."""
    rows = MODERATIONS.rows({USER: user.pk, COUNCIL: user.council_id})
    return [
        Task(
            WORDS[ModerationState(state)],
            f"Audit {reference}, case {case}",
            timezone.localdate(since) + timedelta(days=USUAL_DAYS),
            address_of("moderation", pk),
            late=False,
        )
        for pk, state, reference, case, since in rows
    ]


def open_decisions(user: User | int) -> "QuerySet[DisputeStep, int]":
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


DECISIONS = Prepared(lambda: open_decisions(USER).distinct())


def decisions_waiting(user: User) -> int:
    """How many disputes this person decides now; one query."""
    return len(DECISIONS.rows({USER: user.pk}))


def calibrations(user: User, on: date) -> list[Task]:
    """The exercises in which this person still has to grade."""
    return [
        Task(
            "Grade this audit on your own",
            f"Calibration: {title}",
            closes_on,
            address_of("calibration", pk),
            closes_on < on,
        )
        for pk, title, closes_on in CALIBRATIONS.rows({USER: user.pk})
    ]
