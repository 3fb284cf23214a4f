"""Who may add and remove files. Whether there is still time is another question, asked by the services."""

import rules

from actions.models import Action
from actions.rules import is_its_owner, is_qa_of_its_council, stands_for_more
from audits.models import Audit
from audits.rules import is_a_party
from audits.rules import is_qa_of_its_council as is_qa_of_the_audits_council
from evidence.models import Attachment
from people.models import User


@rules.predicate
def is_its_uploader(user: User, one: Attachment | None) -> bool:
    """uploaded that file"""
    return one is not None and user.pk == one.file.uploaded_by_id


@rules.predicate
def is_qa_without_a_part(user: User, one: Attachment | None) -> bool:
    """is of the QA team of that council and has no part in the audit or action"""
    if one is None:
        return False
    if isinstance(one.place, Audit):
        return bool(is_qa_of_the_audits_council(user, one.audit)) and not is_a_party(
            user, one.audit
        )
    return isinstance(one.place, Action) and bool(is_qa_of_its_council(user, one.action))


rules.add_perm("evidence.add_to_audit", is_a_party)
rules.add_perm("evidence.add_to_action", is_its_owner & ~stands_for_more)
rules.add_perm("evidence.share_file", is_its_uploader)
rules.add_perm("evidence.remove_file", is_its_uploader | is_qa_without_a_part)
# After the return or the closing: what shows who a child is must still be removable.
rules.add_perm("evidence.remove_file_later", is_qa_without_a_part)
