"""Who reads the figures of the whole council, and who writes, answers and reads its reports."""

from typing import Any

import rules

from core import clock
from people.models import User
from people.roles import MANAGERS
from people.rules import is_administrator, is_qa, is_qa_head, is_senior_leader
from people.selectors import holds, roles_of
from reporting.models import Report, ReportVersion
from reporting.querysets import oversees


@rules.predicate
def leads_people(user: User, one: Any = None) -> bool:
    """manages people"""
    return holds(user, *MANAGERS, on=clock.today())


rules.add_perm("reporting.see_grades", is_qa | is_senior_leader)
# Whoever leads people reads figures of the audits that they may open.
rules.add_perm("reporting.see_figures", is_qa | leads_people)
rules.add_perm("reporting.note_figure", is_qa)


@rules.predicate
def is_of_its_council(user: User, one: Report | ReportVersion | None) -> bool:
    """is of its council"""
    return one is not None and user.council_id == one.council_id


@rules.predicate
def answers_for_practice(user: User, one: Any = None) -> bool:
    """is a senior leader or head of service and not of the QA team"""
    return oversees(user, clock.today())


@rules.predicate
def has_built_it(user: User, version: ReportVersion | None) -> bool:
    """had this version built"""
    return version is not None and user.pk == version.built_by_id


@rules.predicate
def has_a_post(user: User, one: Any = None) -> bool:
    """holds a post today"""
    return bool(roles_of(user, clock.today()))


rules.add_perm("reporting.begin_report", is_qa)
rules.add_perm("reporting.write_report", is_of_its_council & is_qa)
# Whoever had a version built does not issue it.
rules.add_perm("reporting.publish_report", is_of_its_council & is_qa & ~has_built_it)
rules.add_perm("reporting.respond", is_of_its_council & answers_for_practice & ~has_built_it)
rules.add_perm("reporting.read_every_version", is_of_its_council & (is_qa | answers_for_practice))
rules.add_perm("reporting.see_reports", has_a_post)
# Packs without names: the QA team makes them, senior leaders read those shared with them; whose they are, the head knows.
rules.add_perm("reporting.make_pack", is_qa)
rules.add_perm("reporting.see_packs", is_qa | is_senior_leader)
rules.add_perm("reporting.see_pack_key", is_qa_head)
# A token reads what its maker may read: administrators, who read no case data, list and revoke tokens only.
rules.add_perm("reporting.make_token", is_qa_head)
rules.add_perm("reporting.keep_tokens", is_administrator | is_qa_head)
