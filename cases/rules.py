"""Who may see the list of cases, and import them."""

from typing import Any

import rules

from core import clock
from people.models import User
from people.roles import MANAGERS, QA_TEAM, Role
from people.rules import is_administrator, is_qa
from people.selectors import holds


@rules.predicate
def works_with_cases(user: User, case: Any = None) -> bool:
    """works cases, manages people or is of the QA team"""
    return holds(user, *QA_TEAM, *MANAGERS, Role.PRACTITIONER, on=clock.today())


rules.add_perm("cases.see_cases", works_with_cases)
rules.add_perm("cases.import_cases", is_qa | is_administrator)
