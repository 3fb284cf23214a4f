"""Who may see the list of cases."""

from typing import Any

import rules

from core import clock
from people.models import User
from people.roles import MANAGERS, QA_TEAM, Role
from people.selectors import holds


@rules.predicate
def works_with_cases(user: User, case: Any = None) -> bool:
    return holds(user, *QA_TEAM, *MANAGERS, Role.PRACTITIONER, on=clock.today())


rules.add_perm("cases.see_cases", works_with_cases)
