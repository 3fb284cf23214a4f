"""What the daily run does with concerns: it tells people, and never moves anything (C5-2)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.jobs import Step
from escalation.models import OfficerEscalation, Stage
from escalation.selectors.concerns import (
    LASTING,
    ladder_of,
    stages_left,
    stages_over,
    stages_waiting,
)
from escalation.services.concern_messages import announce, nobody_there, tell_left, tell_officer
from escalation.services.concerns import move, tell_stage
from escalation.services.tally import Tally
from escalation.states import ConcernState, StageState


def join_holders(at: datetime, step: Step) -> int:
    """Tell whoever holds a post of a waiting stage by now; returns how many, but for what stands in no count."""
    tally = Tally(step)
    for pk in stages_waiting():
        with tally.apart(f"stage {pk}"):
            tally.add(join(pk, at=at))
    return tally.end()


@transaction.atomic
def join(pk: int, *, at: datetime) -> int:
    """Put down the present holders of one stage's posts who are new to it, each once."""
    stage = waiting(pk)
    if stage is None:
        return 0
    concern, before = stage.concern, stage.unfound
    new = tell_stage(stage, ladder_of(concern).rungs[stage.index], timezone.localdate(at))
    if stage.unfound and stage.unfound != before:
        nobody_there(stage, at=at)
    if not new:
        return 0
    announce(stage, "stage_opened", new, at=at)
    move(concern, "join", by=None, at=at, stage=stage)
    return 0 if concern.restricted else len(new)


def prompt_officers(at: datetime, step: Step) -> int:
    """Tell each officer whose stage has run out; returns how many, but for what stands in no count."""
    tally = Tally(step)
    for pk in stages_over(timezone.localdate(at)):
        with tally.apart(f"stage {pk}"):
            tally.add(prompt(pk, at=at))
    return tally.end()


@transaction.atomic
def prompt(pk: int, *, at: datetime) -> int:
    """Tell the officer of one stage, unless they were told of this date or it has changed meanwhile."""
    stage = waiting(pk)
    if stage is None or stage.due_on is None or stage.due_on >= timezone.localdate(at):
        return 0
    if not tell_officer(stage, "stage_over", at=at):
        return 0
    concern = stage.concern
    move(concern, "prompt", by=None, at=at, stage=stage, old_due_on=stage.due_on)
    return 0 if concern.restricted else 1


def prompt_successors(at: datetime, step: Step) -> int:
    """Tell of each concern whose officer has left, once; returns how many, but for what stands in no count."""
    tally = Tally(step)
    for pk in stages_left():
        with tally.apart(f"stage {pk}"):
            tally.add(prompt_successor(pk, at=at))
    return tally.end()


@transaction.atomic
def prompt_successor(pk: int, *, at: datetime) -> int:
    """Tell whoever stands in for the officer who has left, unless they were told or it was handed over meanwhile."""
    stage = lasting(pk, LASTING)
    if stage is None or stage.concern.officer.is_active or not tell_left(stage, at=at):
        return 0
    return 0 if stage.concern.restricted else 1


def waiting(pk: int) -> Stage | None:
    """A stage that still waits for its answer, its concern kept from others until the transaction ends."""
    return lasting(pk, frozenset({StageState.OPEN}))


def lasting(pk: int, states: frozenset[StageState]) -> Stage | None:
    """A stage of an open concern in one of some states, the concern kept from others until the transaction ends."""
    locked = OfficerEscalation.objects.select_for_update().get(stages=pk)
    found = Stage.objects.select_related(
        "concern__council",
        "concern__version__framework__council",
        "concern__officer",
        "concern__worker",
        "concern__case",
    )
    stage = found.defer("concern__version__source", "concern__version__policy").get(pk=pk)
    still = locked.state == ConcernState.OPEN and stage.state in states
    return stage if still else None
