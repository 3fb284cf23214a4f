"""Predicates about posts held today, shared by every app, and what the people pages allow."""

from typing import Any

import rules
from django.conf import settings

from core import clock
from people.models import User
from people.roles import QA_TEAM, Role
from people.selectors import holds


@rules.predicate
def is_qa(user: User, subject: Any = None) -> bool:
    return holds(user, *QA_TEAM, on=clock.today())


@rules.predicate
def is_qa_head(user: User, subject: Any = None) -> bool:
    return holds(user, Role.QA_HEAD, on=clock.today())


@rules.predicate
def is_administrator(user: User, subject: Any = None) -> bool:
    return holds(user, Role.ADMINISTRATOR, on=clock.today())


@rules.predicate
def is_senior_leader(user: User, subject: Any = None) -> bool:
    return holds(user, Role.SENIOR_LEADER, on=clock.today())


@rules.predicate
def in_a_demo(user: User, subject: Any = None) -> bool:
    """Whether the test clock can be moved here at all (T-1)."""
    return bool(settings.TEST_CLOCK_MOVABLE)


rules.add_perm("core.see_jobs", is_qa)
rules.add_perm("core.retry_job", is_qa_head)
rules.add_perm("core.see_all_messages", is_qa_head)
rules.add_perm("core.retry_message", is_qa_head)
rules.add_perm("core.move_clock", is_qa & in_a_demo)
rules.add_perm("people.import_staff", is_qa | is_administrator)
rules.add_perm("people.see_people", is_qa | is_administrator)
