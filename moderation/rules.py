"""Who may choose, give out, moderate, meet and decide. Whether it is ready is asked elsewhere."""

from typing import Any

import rules

from audits.rules import is_a_party, is_qa_of_its_council
from core import clock
from moderation.models import Calibration, Moderation, Panel
from moderation.selectors.calibrating import RATERS
from moderation.selectors.panels import may_judge
from moderation.selectors.people import deciders_on, why_not
from people.models import User
from people.roles import Role
from people.rules import hands_their_work_over, is_qa, is_qa_head
from people.selectors import holds


@rules.predicate
def moderates(user: User, subject: Any = None) -> bool:
    """holds a post that moderates or sits on panels"""
    return holds(user, Role.MODERATOR, Role.PANEL_MEMBER, on=clock.today())


@rules.predicate
def audits_files(user: User, subject: Any = None) -> bool:
    """holds a post that audits files"""
    return holds(user, Role.AUDITOR, on=clock.today())


@rules.predicate
def is_qa_of_the_moderation(user: User, moderation: Moderation | None) -> bool:
    """is of the QA team of its council"""
    return moderation is not None and is_qa_of_its_council(user, moderation.audit)


@rules.predicate
def has_a_part_in_the_audit(user: User, moderation: Moderation | None) -> bool:
    """is the auditor or a worker in its audit"""
    return moderation is not None and is_a_party(user, moderation.audit)


@rules.predicate
def is_its_moderator(user: User, moderation: Moderation | None) -> bool:
    """is its moderator"""
    return moderation is not None and user.pk == moderation.moderator_id


@rules.predicate
def sits_on_its_panel(user: User, moderation: Moderation | None) -> bool:
    """sits on its panel"""
    if moderation is None or moderation.panel is None:
        return False
    panel: Panel = moderation.panel
    return user.pk == panel.chair_id or panel.members.filter(pk=user.pk).exists()


@rules.predicate
def is_independent(user: User, moderation: Moderation | None) -> bool:
    """is independent of its audit as the framework asks"""
    return moderation is not None and not why_not(user, moderation.audit, clock.today())


@rules.predicate
def is_its_auditor(user: User, moderation: Moderation | None) -> bool:
    """is the auditor of its audit"""
    return moderation is not None and user.pk == moderation.audit.auditor_id


@rules.predicate
def decides_it(user: User, moderation: Moderation | None) -> bool:
    """holds a post that decides on its present rung"""
    if moderation is None or user.council_id != moderation.council_id:
        return False
    return any(one.pk == user.pk for one, _ in deciders_on(moderation, clock.today()))


@rules.predicate
def may_judge_for_its_panel(user: User, moderation: Moderation | None) -> bool:
    """may judge this audit for its panel"""
    return moderation is not None and may_judge(user, moderation)


@rules.predicate
def hands_its_moderators_work_over(user: User, moderation: Moderation | None) -> bool:
    """is an administrator or the QA head, where its moderator leaves a post or has left"""
    return moderation is not None and bool(hands_their_work_over(user, moderation.moderator))


@rules.predicate
def rates(user: User, subject: Any = None) -> bool:
    """holds a post that can be asked to grade in an exercise"""
    return holds(user, *RATERS, on=clock.today())


@rules.predicate
def rates_in_it(user: User, calibration: Calibration | None) -> bool:
    """is asked to grade in it"""
    return calibration is not None and calibration.grades.filter(rater=user).exists()


@rules.predicate
def is_qa_of_the_calibration(user: User, calibration: Calibration | None) -> bool:
    """is of the QA team of its council"""
    return calibration is not None and is_qa_of_its_council(user, calibration.audit)


@rules.predicate
def has_a_part_in_the_graded_audit(user: User, calibration: Calibration | None) -> bool:
    """is the auditor or a worker in the audit that is graded"""
    return calibration is not None and is_a_party(user, calibration.audit)


rules.add_perm("moderation.see_moderations", is_qa | moderates)
rules.add_perm("moderation.have_grading", audits_files)
rules.add_perm("moderation.run_rounds", is_qa)
rules.add_perm("moderation.choose", is_qa_of_its_council & ~is_a_party)
rules.add_perm(
    "moderation.assign",
    (is_qa_of_the_moderation | hands_its_moderators_work_over) & ~has_a_part_in_the_audit,
)
rules.add_perm(
    "moderation.moderate",
    ~has_a_part_in_the_audit
    & ((is_its_moderator & is_independent) | (sits_on_its_panel & may_judge_for_its_panel)),
)
rules.add_perm("moderation.meet", is_its_auditor | (is_its_moderator & ~has_a_part_in_the_audit))
rules.add_perm("moderation.decide", decides_it & ~has_a_part_in_the_audit)
rules.add_perm("moderation.decide_leftover", is_qa_of_the_moderation & ~has_a_part_in_the_audit)
rules.add_perm("moderation.run_panels", is_qa)
rules.add_perm("moderation.run_calibrations", is_qa)
rules.add_perm("moderation.see_calibrations", is_qa | rates)
# Whoever grades does not run the exercise, even in the QA team: nobody shows the grades to themselves.
rules.add_perm(
    "moderation.run_calibration",
    is_qa_of_the_calibration & ~has_a_part_in_the_graded_audit & ~rates_in_it,
)
rules.add_perm(
    "moderation.grade_in_calibration", rates_in_it & rates & ~has_a_part_in_the_graded_audit
)
rules.add_perm("moderation.see_trust", is_qa_head)
