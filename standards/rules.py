"""Who reads frameworks, who prepares an edition, and who approves one (H2)."""

import rules

from people.rules import is_administrator, is_qa, is_qa_head

rules.add_perm("standards.see_frameworks", is_qa | is_administrator)
rules.add_perm("standards.write_framework", is_qa | is_administrator)
rules.add_perm("standards.see_calendar", is_qa | is_administrator)
rules.add_perm("standards.change_calendar", is_qa_head | is_administrator)
rules.add_perm("standards.approve_framework", is_qa_head | is_administrator)
