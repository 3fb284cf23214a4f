"""Giving actions to somebody else: one, or all of a person who leaves (C1-11)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from actions.messages import key_of, message_about
from actions.models import Action, ActionMove
from actions.points import BY_ROOM
from actions.selectors import owner_is_gone, share_line, signers_of
from actions.services.steps import locked
from core.moves import Refused
from core.notices import tell_all
from core.trail import record_all
from people.handing_over import Outcome as Handed
from people.models import User
from people.organisation import Line

MOST = 500
HANDED_OVER = "Whoever had it leaves their post."
NOT_YOURS = "You may not give this one to somebody else."
OF_ITS_ROOM = (
    "It stands for something with a page of its own and stays with whoever finishes it there. "
    "It can be given to somebody else once its owner has left or holds no post any more."
)
# For whoever gets an entry of a room above: it is the post that decides there, not the name on the tracker.
BY_POST = "It is finished on a page of its own, by whoever holds the post that the framework names for it."


@dataclass(frozen=True)
class Outcome:
    """What came of giving many actions to somebody: those given, and those that were not, with why."""

    given: tuple[Action, ...]
    refused: tuple[tuple[Action, str], ...]

    @property
    def by_post(self) -> bool:
        """Whether any of those given is finished on a page of its own, by whoever holds the post for it."""
        return any(one.kind in BY_ROOM for one in self.given)


@transaction.atomic
def reassign(action: Action, owner: User, *, reason: str, by: User, at: datetime) -> Action:
    """Give one action to another owner, who is told. By the QA team, and by managers within their units.

    Refused for somebody of another council or who has left, once the action is done, and without a reason. What
    stands for something with a page of its own goes to somebody else only when its owner is gone.
    """
    action = locked(action, by=by, permission="actions.reassign_action")
    if not reason.strip():
        raise Refused("Give the reason.")
    if words := why_not(action, owner):
        raise Refused(words)
    tree = share_line([action], timezone.localdate(at))
    give([action], owner, tree, reason=reason.strip(), by=by, at=at)
    return action


@transaction.atomic
def reassign_many(
    ids: Sequence[int], owner: User, *, reason: str, by: User, at: datetime
) -> Outcome:
    """Give several actions to one person. Those that cannot be given are listed with the reason; the others are.

    Where any of the ids is not to be seen by `by`, nothing at all is changed. Refused for none, or for too many.
    The number of queries does not grow with the actions, but for entries of rooms above.
    """
    wanted = set(ids)
    if not wanted or len(wanted) > MOST:
        raise Refused(f"Choose between 1 and {MOST} actions.")
    if not reason.strip():
        raise Refused("Give the reason.")
    seen = Action.objects.visible_to(by).filter(pk__in=wanted).with_people().with_edition()
    found = list(seen.select_for_update(of=("self",)).order_by("pk"))
    if len(found) != len(wanted):
        raise PermissionDenied
    on = timezone.localdate(at)
    tree = share_line(found, on)
    given: list[Action] = []
    refused: list[tuple[Action, str]] = []
    for action in found:
        if not by.has_perm("actions.reassign_action", action):
            kept = action.kind in BY_ROOM and not owner_is_gone(action, on)
            refused.append((action, OF_ITS_ROOM if kept else NOT_YOURS))
        elif words := why_not(action, owner):
            refused.append((action, words))
        else:
            given.append(action)
    give(given, owner, tree, reason=reason.strip(), by=by, at=at)
    return Outcome(tuple(given), tuple(refused))


@transaction.atomic
def hand_over(person: User, to: User, *, by: User, at: datetime) -> Handed:
    """Give everything that somebody who leaves still has to do to another; what cannot go stays, with the reason.

    By the QA team, by managers, and by whoever keeps the posts while the person leaves; nobody reads an action for it.
    """
    rows = Action.objects.owned_by(person).with_people().with_edition()
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    tree = share_line(found, timezone.localdate(at))
    given: list[Action] = []
    left: Counter[str] = Counter()
    for action in found:
        if not by.has_perm("actions.reassign_action", action):
            left[OF_ITS_ROOM if action.kind in BY_ROOM else NOT_YOURS] += 1
        elif words := why_not(action, to):
            left[words] += 1
        else:
            given.append(action)
    give(given, to, tree, reason=HANDED_OVER, by=by, at=at)
    return Handed(len(given), left)


def why_not(action: Action, owner: User) -> str:
    """Why an action cannot go to this person, in words; empty when it can."""
    if owner.council_id != action.council_id or not owner.is_active:
        return "Choose who will do it from the list."
    if not action.to_do:
        return "It is not open any more."
    if owner.pk == action.owner_id:
        return "It is theirs already."
    return ""


def give(
    actions: Sequence[Action], owner: User, tree: Line, *, reason: str, by: User, at: datetime
) -> None:
    """Put the actions into somebody's hands: others sign them off now, and the new owner is told of each."""
    for one in actions:
        one.owner = owner
        one.asked = sorted(signers_of(one, tree))
    Action.objects.bulk_update(actions, ["owner", "asked"])
    ActionMove.objects.bulk_create(
        ActionMove(action=one, verb="reassign", state=one.state, by=by, at=at, reason=reason)
        for one in actions
    )
    record_all("reassign action", actions, by=by, at=at)
    counted = ActionMove.objects.filter(action__in=actions).order_by().values_list("action")
    moves = dict(counted.annotate(number=Count("pk")))
    event = "action_assigned"
    tell_all(
        (
            (
                [(owner, "owner")],
                message_about(one, event, more=BY_POST if one.kind in BY_ROOM else ""),
                key_of(one, event, f"to:{owner.pk}:{moves[one.pk]}"),
            )
            for one in actions
        ),
        at=at,
    )
