"""Who may see what is late and hold a rung back, and who does what with a concern. State is asked elsewhere."""

from typing import Any

import rules

from core import clock
from escalation.models import Hold, OfficerEscalation, Overdue
from escalation.selectors.concerns import answers, solves
from people.models import User
from people.roles import MANAGERS, QA_TEAM, Role
from people.rules import hands_their_work_over, is_qa, is_qa_head
from people.selectors import holds

# Who finds concerns in the menu. The page itself is for everybody: it lists what they may open.
CONCERNED = (
    *QA_TEAM,
    *MANAGERS,
    Role.PRACTITIONER,
    Role.REVIEWING_OFFICER,
    Role.REPORT_READER,
)


@rules.predicate
def is_of_its_council(user: User, one: Any) -> bool:
    """is of its council"""
    return one is not None and user.council_id == one.council_id


@rules.predicate
def may_pause_its_ladder(user: User, one: Overdue | None) -> bool:
    """holds a role that may hold this ladder back"""
    return one is not None and holds(user, *one.paused_by, on=clock.today())


@rules.predicate
def has_it_in_hand(user: User, one: Overdue | None) -> bool:
    """is late with it"""
    return one is not None and user.pk == one.late_id


@rules.predicate
def may_pause_what_it_holds(user: User, hold: Hold | None) -> bool:
    """holds a role that may hold back what is held, and is not late with it"""
    if hold is None:
        return False
    one = Overdue.objects.filter(kind=hold.kind, subject_id=hold.subject_id).first()
    return one is not None and may_pause_its_ladder(user, one) and not has_it_in_hand(user, one)


@rules.predicate
def may_have_concerns(user: User, subject: Any = None) -> bool:
    """can be concerned: works cases, manages, reviews, reads reports or is of the QA team"""
    return holds(user, *CONCERNED, on=clock.today())


@rules.predicate
def is_its_officer(user: User, concern: OfficerEscalation | None) -> bool:
    """has raised it or taken it over"""
    return concern is not None and user.pk == concern.officer_id


@rules.predicate
def is_whom_it_is_about(user: User, concern: OfficerEscalation | None) -> bool:
    """is whom it is about"""
    return concern is not None and user.pk in {concern.worker_id, concern.manager_id}


@rules.predicate
def is_asked_at_its_stage(user: User, concern: OfficerEscalation | None) -> bool:
    """is asked for an answer at its present stage"""
    return concern is not None and answers(user, concern, clock.today())


@rules.predicate
def is_restricted(user: User, concern: OfficerEscalation | None) -> bool:
    """has one before them that is kept between its raiser and the named handler"""
    return concern is not None and concern.restricted


@rules.predicate
def may_solve_it(user: User, concern: OfficerEscalation | None) -> bool:
    """is named by the framework to resolve it"""
    return concern is not None and solves(user, concern, clock.today())


@rules.predicate
def hands_its_officers_work_over(user: User, concern: OfficerEscalation | None) -> bool:
    """is an administrator or the QA head, where its officer leaves a post or has left"""
    return concern is not None and bool(hands_their_work_over(user, concern.officer))


rules.add_perm("escalation.see_late", is_qa)
rules.add_perm("escalation.hold", is_of_its_council & may_pause_its_ladder & ~has_it_in_hand)
rules.add_perm("escalation.let_go", is_of_its_council & may_pause_what_it_holds)
rules.add_perm("escalation.see_learning", is_qa)
rules.add_perm("escalation.see_concerns", may_have_concerns)
rules.add_perm("escalation.run_concern", is_of_its_council & is_its_officer)
rules.add_perm(
    "escalation.answer_concern", is_of_its_council & is_asked_at_its_stage & ~is_its_officer
)
rules.add_perm(
    "escalation.hand_over_concern",
    is_of_its_council
    & (is_qa_head | hands_its_officers_work_over)
    & ~is_restricted
    & ~is_whom_it_is_about,
)
rules.add_perm("escalation.resolve_concern", is_of_its_council & may_solve_it)
rules.add_perm("escalation.reopen_concern", is_of_its_council & (is_its_officer | may_solve_it))
