"""Who sees what is kept how long, who has it erased, and who answers somebody who asks for their own data."""

from datetime import timedelta
from typing import Any

import rules
from django.db.models import Q

from audits.models import Audit
from cases.models import CaseFile, Involvement
from moderation.models import Moderation
from people.models import User
from people.rules import is_administrator, is_qa, is_qa_head, is_senior_leader
from retention.models import Hold, Run, SubjectRequest

# Whoever has lifted a hold approves no list that is made so soon after it.
AFTER_LIFTING = timedelta(days=60)


@rules.predicate
def of_the_same_council(user: User, one: Any = None) -> bool:
    """is of the council that it belongs to"""
    return one is not None and user.council_id == one.council_id


@rules.predicate
def has_proposed_it(user: User, run: Run | None) -> bool:
    """has proposed this run of erasing, or checked the list that the service made"""
    return run is not None and user.pk == run.proposed_by_id


@rules.predicate
def has_asked_for_it(user: User, request: SubjectRequest | None) -> bool:
    """has asked for this file"""
    return request is not None and user.pk == request.asked_by_id


@rules.predicate
def has_a_part_in_it(user: User, one: SubjectRequest | CaseFile | User | None = None) -> bool:
    """is whom it is about, or has worked with that child or audited or moderated that case"""
    subject = (one.case or one.person) if isinstance(one, SubjectRequest) else one
    if isinstance(subject, CaseFile):
        return works_or_judges(user, subject)
    return subject is not None and subject.pk == user.pk


def works_or_judges(user: User, case: CaseFile) -> bool:
    """Whether somebody has worked a case, or been auditor, worker or moderator in an audit of it."""
    parts = Q(auditor=user) | Q(worker=user) | Q(second_worker=user)
    return (
        Involvement.objects.filter(case=case, user=user).exists()
        or Audit.objects.filter(parts, case=case).exists()
        or Moderation.objects.filter(audit__case=case, moderator=user).exists()
    )


@rules.predicate
def has_lifted_a_hold_lately(user: User, run: Run | None) -> bool:
    """has lifted a hold since the sixtieth day before the list was made"""
    return (
        run is not None
        and Hold.objects.filter(
            council=run.council_id,
            lifted_by=user,
            lifted_at__gte=run.proposed_at - AFTER_LIFTING,
        ).exists()
    )


rules.add_perm("retention.see_data_protection", is_qa | is_senior_leader | is_administrator)
# Administrators see counts, never a case number (H-14); so they propose, and do not approve.
rules.add_perm("retention.see_items", is_qa | is_senior_leader)
rules.add_perm("retention.propose_run", is_qa_head | is_administrator)
rules.add_perm(
    "retention.decide_run", of_the_same_council & (is_qa_head | is_senior_leader) & ~has_proposed_it
)
rules.add_perm(
    "retention.approve_run",
    of_the_same_council
    & (is_qa_head | is_senior_leader)
    & ~has_proposed_it
    & ~has_lifted_a_hold_lately,
)
rules.add_perm("retention.see_holds", is_qa | is_senior_leader)
rules.add_perm("retention.hold", is_qa_head)
# Nobody gathers or reads what is kept about themselves or about a case in which they have a part (H-9).
rules.add_perm("retention.answer_subject", (is_qa_head | is_senior_leader) & ~has_a_part_in_it)
rules.add_perm(
    "retention.open_file",
    of_the_same_council & (is_qa_head | is_senior_leader) & has_asked_for_it & ~has_a_part_in_it,
)
