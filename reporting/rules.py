"""Who reads the figures of the whole council."""

import rules

from people.rules import is_qa, is_senior_leader

rules.add_perm("reporting.see_grades", is_qa | is_senior_leader)
