"""Who invites partners to an audit, and who reads what they say."""

import rules

from audits import visibility
from audits.models import Audit
from audits.rules import is_a_party, is_qa_of_its_council, party
from people.models import User

TAKE_PART = frozenset({*visibility.PARTIES, visibility.QA})


@rules.predicate
def takes_part_or_is_qa(user: User, audit: Audit | None) -> bool:
    """takes part in the audit, or is of its QA team and does not grade it blind"""
    if audit is None or user.council_id != audit.council_id:
        return False
    return party(audit, user) in TAKE_PART


rules.add_perm("partners.see_partners", takes_part_or_is_qa)
rules.add_perm("partners.invite_partner", is_qa_of_its_council & ~is_a_party)
