"""Who signs and who answers goes with the posts: whoever holds one today is asked, whoever has left it no more."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actions.messages import announce
from actions.models import Action, ImpactAnswer
from actions.points import BY_ROOM
from actions.selectors import signers_of
from actions.services.doing import ask_next, holders
from actions.services.impact import who_is_asked
from actions.services.steps import who_signs
from actions.states import UNFINISHED, ActionState
from core.jobs import Step
from escalation.services.tally import Tally
from people.models import Council
from people.organisation import Line
from people.selectors import line

BATCH = 500


def ask_holders(at: datetime, step_done: Step) -> int:
    """See to every unfinished action and every open question; returns for how many somebody else is asked now."""
    tally, on = Tally(step_done), timezone.localdate(at)
    for council_id in Council.objects.order_by("pk").values_list("pk", flat=True):
        tree = line(council_id, on)
        for pk in moved_signers(council_id, tree):
            with tally.apart(f"action {pk}"):
                tally.add(ask_signers(pk, at=at))
        for pk in moved_answerers(council_id, tree):
            with tally.apart(f"question {pk}"):
                tally.add(ask_answerers(pk, tree, at=at))
    return tally.end()


def moved_signers(council_id: int, tree: Line) -> list[int]:
    """The ids of a council's unfinished actions that other people sign off today; those of a room are its own."""
    found = Action.objects.unfinished().filter(council=council_id).exclude(kind__in=BY_ROOM)
    rows = found.with_people().with_edition().order_by("pk").iterator(chunk_size=BATCH)
    return [one.pk for one in rows if set(one.asked) != signers_of(one, tree)]


@transaction.atomic
def ask_signers(pk: int, *, at: datetime) -> int:
    """Put down who signs one action off today; while it waits for a signature, whoever is new to it is told."""
    found = Action.objects.with_people().with_edition().select_for_update(of=("self",))
    action = found.get(pk=pk)
    now = who_signs(action, at)
    if action.state not in UNFINISHED or set(action.asked) == set(now):
        return 0
    action.asked = now
    action.save(update_fields=["asked"])
    if action.state == ActionState.DONE:
        ask_next(action, at=at)
    return 1


def moved_answerers(council_id: int, tree: Line) -> list[int]:
    """The ids of a council's open questions that other people answer today."""
    rows = (
        ImpactAnswer.objects.waiting()
        .filter(council=council_id)
        .with_actions()
        .order_by("pk")
        .iterator(chunk_size=BATCH)
    )
    return [one.pk for one in rows if set(one.asked) != set(who_is_asked(one.action, tree).people)]


@transaction.atomic
def ask_answerers(pk: int, tree: Line, *, at: datetime) -> int:
    """Put down who answers one question today; whoever is new to it is told."""
    row = ImpactAnswer.objects.with_actions().select_for_update(of=("self",)).get(pk=pk)
    step = who_is_asked(row.action, tree)
    if row.answer or set(row.asked) == set(step.people):
        return 0
    row.asked = list(step.people)
    row.save(update_fields=["asked"])
    once = f"r{row.round}"
    announce(row.action, "impact_check", holders(step), once=once, at=at, due_on=row.due_on)
    return 1
