"""Predicates about posts held today, shared by every app, and what the people pages allow."""

from typing import Any

import rules

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


rules.add_perm("people.import_staff", is_qa | is_administrator)
rules.add_perm("people.see_people", is_qa | is_administrator)
