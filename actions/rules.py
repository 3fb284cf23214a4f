"""Who may do what with an action. Nobody signs off, extends, withdraws or judges their own (C1-7)."""

from typing import Any

import rules

from actions.models import Action, ImpactAnswer
from actions.points import BY_ROOM
from actions.selectors import owner_is_gone, standing, tree_of
from actions.states import ActionState
from core import clock
from people.models import User
from people.roles import MANAGERS, QA_TEAM
from people.rules import hands_their_work_over, is_qa
from people.selectors import holds, managed_paths


def _same(user: User, action: Action | None) -> bool:
    return action is not None and user.council_id == action.council_id


@rules.predicate
def is_its_owner(user: User, action: Action | None) -> bool:
    """is to do it"""
    return _same(user, action) and action is not None and user.pk == action.owner_id


@rules.predicate
def is_its_recorder(user: User, action: Action | None) -> bool:
    """has recorded it"""
    return _same(user, action) and action is not None and user.pk == action.recorded_by_id


@rules.predicate
def is_a_draft(user: User, action: Action | None) -> bool:
    """has it before them as a draft"""
    return action is not None and action.state == ActionState.DRAFT


@rules.predicate
def is_qa_of_its_council(user: User, action: Action | None) -> bool:
    """is of the QA team of its council"""
    return _same(user, action) and holds(user, *QA_TEAM, on=clock.today())


@rules.predicate
def signs_next(user: User, action: Action | None) -> bool:
    """is asked to sign it off next"""
    if action is None or not _same(user, action):
        return False
    step = standing(action, clock.today()).next
    return step is not None and user.pk in step.people


@rules.predicate
def signs_it(user: User, action: Action | None) -> bool:
    """is one of those who sign it off"""
    return (
        action is not None
        and _same(user, action)
        and user.pk in standing(action, clock.today()).signers
    )


@rules.predicate
def is_above(user: User, action: Action | None) -> bool:
    """is above its owner or its worker in the line of management"""
    if action is None or not _same(user, action):
        return False
    tree = tree_of(action, clock.today())
    return any(pk and tree.manages(user.pk, pk) for pk in (action.owner_id, action.worker_id))


@rules.predicate
def manages_its_unit(user: User, action: Action | None) -> bool:
    """manages the team or service it is about"""
    if action is None or action.unit is None or not _same(user, action):
        return False
    return any(action.unit.path.startswith(one) for one in managed_paths(user, clock.today()))


@rules.predicate
def is_asked_for_impact(user: User, action: Action | None) -> bool:
    """is asked, in its present round, whether it made a difference"""
    if action is None or not _same(user, action) or action.state != ActionState.SIGNED_OFF:
        return False
    found = ImpactAnswer.objects.waiting().asked_of(user)
    return found.filter(action=action, round=action.round).exists()


@rules.predicate
def stands_for_more(user: User, action: Action | None) -> bool:
    """sees to something that is finished on a page of its own"""
    return action is not None and action.kind in BY_ROOM


@rules.predicate
def has_lost_its_owner(user: User, action: Action | None) -> bool:
    """finds it without an owner who works here and holds a post"""
    return action is not None and owner_is_gone(action, clock.today())


@rules.predicate
def hands_its_owners_work_over(user: User, action: Action | None) -> bool:
    """is an administrator or the QA head, where its owner leaves a post or has left"""
    return action is not None and bool(hands_their_work_over(user, action.owner))


@rules.predicate
def manages_people(user: User, subject: Any = None) -> bool:
    """manages people"""
    return holds(user, *MANAGERS, on=clock.today())


rules.add_perm("actions.do_action", is_its_owner & ~stands_for_more)
rules.add_perm("actions.sign_off", signs_next & ~is_its_owner)
rules.add_perm(
    "actions.change_date", (signs_it | is_qa_of_its_council) & ~is_its_owner & ~stands_for_more
)
rules.add_perm(
    "actions.withdraw_action",
    (signs_it & ~is_its_owner & ~stands_for_more) | (is_a_draft & is_its_recorder),
)
rules.add_perm("actions.review_action", is_above & ~is_its_owner)
rules.add_perm("actions.answer_impact", is_asked_for_impact & ~is_its_owner)
rules.add_perm(
    "actions.reassign_action",
    (is_qa_of_its_council | is_above | manages_its_unit | hands_its_owners_work_over)
    & ~is_its_owner
    & (~stands_for_more | has_lost_its_owner),
)
rules.add_perm("actions.record_any", is_qa | manages_people)
rules.add_perm("actions.see_supervision", manages_people)
rules.add_perm("actions.reassign_any", is_qa | manages_people)
