"""Who may plan and allocate."""

import rules

from people.rules import is_qa

rules.add_perm("programme.allocate_audit", is_qa)
