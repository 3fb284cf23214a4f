"""Who may plan, allocate, and change what was allocated."""

from typing import Any

import rules

from audits.models import Audit
from audits.rules import is_a_party, is_its_auditor, is_qa_of_its_council, manages_people
from core import clock
from people.models import User
from people.roles import Role
from people.rules import hands_their_work_over, is_qa
from people.selectors import holds
from programme.models import DateChange
from programme.selectors.changes import rights


@rules.predicate
def is_senior_leader(user: User, subject: Any = None) -> bool:
    """is a senior leader"""
    return holds(user, Role.SENIOR_LEADER, on=clock.today())


@rules.predicate
def audits_files(user: User, subject: Any = None) -> bool:
    """holds a post that audits files"""
    return holds(user, Role.AUDITOR, on=clock.today())


def may_change(user: User, audit: Audit | None, kind: str) -> bool:
    """Whether somebody may ask for a change or decide on it today; looked up only for those who might."""
    if audit is None or user.council_id != audit.council_id:
        return False
    if not (is_its_auditor(user, audit) or is_qa(user) or manages_people(user)):
        return False
    today = clock.today()
    right = rights(audit, kind, on=today)
    return right.open_on(today) and (right.may_ask(user) or right.may_decide(user))


@rules.predicate
def may_change_deadline(user: User, audit: Audit | None) -> bool:
    """may ask for more time or decide on it under the framework today"""
    return may_change(user, audit, DateChange.Kind.EXTENSION)


@rules.predicate
def may_change_inclusion(user: User, audit: Audit | None) -> bool:
    """may ask to leave it out or decide on it under the framework today"""
    return may_change(user, audit, DateChange.Kind.EXCLUSION)


@rules.predicate
def hands_its_auditors_work_over(user: User, audit: Audit | None) -> bool:
    """is an administrator or the QA head, where its auditor leaves a post or has left"""
    return audit is not None and bool(hands_their_work_over(user, audit.auditor))


rules.add_perm("programme.allocate_audit", is_qa)
rules.add_perm("programme.extend_audit", may_change_deadline)
rules.add_perm("programme.exclude_audit", may_change_inclusion)
rules.add_perm(
    "programme.reassign_audit",
    (is_qa_of_its_council | hands_its_auditors_work_over) & ~is_a_party,
)
rules.add_perm("programme.see_requests", is_qa | manages_people)
rules.add_perm("programme.have_allocations", audits_files)
rules.add_perm("programme.run_programme", is_qa)
rules.add_perm("programme.see_board", is_qa | is_senior_leader)
rules.add_perm("programme.see_representation", is_qa | is_senior_leader)
rules.add_perm("programme.draw_files", is_qa)
rules.add_perm("programme.give_share", is_qa | is_senior_leader)
