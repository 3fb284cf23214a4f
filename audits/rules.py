"""Who may do what with an audit. State and completeness are other questions, asked elsewhere."""

from typing import Any

import rules

from audits import visibility
from audits.models import Audit, Loop, Reader
from audits.selectors.closing import may_authorise, may_fill
from core import clock
from people.line_managers import line_managers
from people.models import User
from people.organisation import Line
from people.roles import MANAGERS, QA_TEAM, Role
from people.rules import is_qa
from people.selectors import holds, line, line_of


def party(audit: Audit, user: User) -> str:
    """The person's part in the audit. Being a party always wins over being in the QA team (H-9),

    and so does having to give a view before seeing the auditor's (`blind`, set by `with_blindness`).
    """
    if user.pk == audit.auditor_id:
        return visibility.AUDITOR
    if user.pk == audit.worker_id:
        return visibility.PRACTITIONER
    if user.pk == audit.second_worker_id:
        return visibility.SECOND
    if is_blind(audit, user):
        return visibility.BLIND
    if user.council_id == audit.council_id and holds(user, *QA_TEAM, on=clock.today()):
        return visibility.QA
    return visibility.READER


def is_blind(audit: Audit, user: User) -> bool:
    """Whether the auditor's grades and reasons must not be sent to this person yet."""
    if hasattr(audit, "blind"):
        return bool(audit.blind)
    return Reader.objects.filter(audit=audit, user=user, blind=True).exists()


@rules.predicate
def is_its_auditor(user: User, audit: Audit | None) -> bool:
    """is its auditor"""
    return audit is not None and user.pk == audit.auditor_id


@rules.predicate
def is_a_party(user: User, audit: Audit | None) -> bool:
    """is its auditor or a worker whose work is audited"""
    return audit is not None and user.pk in {
        audit.auditor_id,
        audit.worker_id,
        audit.second_worker_id,
    }


@rules.predicate
def is_qa_of_its_council(user: User, audit: Audit | None) -> bool:
    """is of the QA team of its council"""
    return (
        audit is not None
        and user.council_id == audit.council_id
        and holds(user, *QA_TEAM, on=clock.today())
    )


@rules.predicate
def is_qa_head_of_its_council(user: User, audit: Audit | None) -> bool:
    """is the QA head of its council"""
    return (
        audit is not None
        and user.council_id == audit.council_id
        and holds(user, Role.QA_HEAD, on=clock.today())
    )


@rules.predicate
def manages_people(user: User, audit: Any = None) -> bool:
    """manages people"""
    return holds(user, *MANAGERS, on=clock.today())


@rules.predicate
def line_manages_its_worker(user: User, audit: Audit | None) -> bool:
    """is the line manager of the worker whose case it is"""
    if audit is None or user.council_id != audit.council_id:
        return False
    on_it = {audit.worker_id, audit.second_worker_id} - {None}
    tree = line_of(user, clock.today())
    return any(user.pk in line_managers(tree, pk) for pk in on_it if pk)


rules.add_perm("audits.mark_raised", line_manages_its_worker & ~is_a_party)
rules.add_perm("audits.set_meeting", is_its_auditor)
rules.add_perm("audits.start_session", is_its_auditor)
rules.add_perm("audits.fill_audit", is_a_party)
rules.add_perm("audits.query_grade", is_a_party)
rules.add_perm("audits.advise_on_grade", is_qa_of_its_council & ~is_a_party)
rules.add_perm("audits.record_action", is_its_auditor)
rules.add_perm("audits.return_audit", is_its_auditor)
rules.add_perm("audits.reopen_audit", is_qa_head_of_its_council & ~is_a_party)
rules.add_perm("audits.see_being_audited", manages_people)


def _line_of(loop: Loop) -> Line:
    return line(loop.council_id, clock.today())


@rules.predicate
def fills_the_loop(user: User, loop: Loop | None) -> bool:
    """fills in the loop's form by the post they hold"""
    return loop is not None and may_fill(user, loop, _line_of(loop))


@rules.predicate
def authorises_the_loop(user: User, loop: Loop | None) -> bool:
    """authorises the loop by the post they hold"""
    return loop is not None and may_authorise(user, loop, _line_of(loop))


@rules.predicate
def is_qa_of_the_loop(user: User, loop: Loop | None) -> bool:
    """is of the QA team of its council"""
    return loop is not None and bool(is_qa_of_its_council(user, loop.audit))


@rules.predicate
def has_a_part_in_its_audit(user: User, loop: Loop | None) -> bool:
    """is the auditor or a worker in its audit"""
    return loop is not None and bool(is_a_party(user, loop.audit))


rules.add_perm("audits.fill_loop", fills_the_loop)
rules.add_perm("audits.authorise_loop", authorises_the_loop)
rules.add_perm("audits.link_loop", is_qa_of_the_loop & ~has_a_part_in_its_audit)
rules.add_perm("audits.see_lists", is_qa | manages_people)
