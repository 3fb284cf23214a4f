"""The programme's work in the background."""

from celery import shared_task

from core import clock
from programme.models import AllocationPlan
from programme.services import plans


@shared_task
def work_out_plan(plan_id: int) -> bool:
    """Work one allocation plan out."""
    return plans.work_out(plan_id, at=clock.now())


@shared_task
def work_out_waiting() -> int:
    """Work out the plans that still wait, because a bell was missed or a worker died; returns how many."""
    waiting = AllocationPlan.objects.due(clock.now()).values_list("pk", flat=True)[:20]
    return sum(plans.work_out(pk, at=clock.now()) for pk in list(waiting))
