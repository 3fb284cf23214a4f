"""Who runs surveys and reads what was said. State is asked elsewhere."""

from typing import Any

import rules

from cases.models import CaseFile
from core import clock
from feedback.models import ContactWarning, Praise, Reply, Summary, Survey
from feedback.selectors.instruments import instrument_of
from feedback.selectors.surveys import reads_some
from people.models import User
from people.roles import MANAGERS, QA_TEAM, Role
from people.rules import is_qa
from people.selectors import holds, roles_of


@rules.predicate
def is_of_its_council(user: User, one: Survey | Reply | Summary | None) -> bool:
    """is of its council"""
    return one is not None and user.council_id == one.council_id


@rules.predicate
def asks_for_it(user: User, survey: Survey | Summary | None) -> bool:
    """holds a role that asks with this instrument"""
    return survey is not None and holds(user, *survey.asked_by, on=clock.today())


@rules.predicate
def is_its_auditor(user: User, reply: Reply | None) -> bool:
    """is the auditor of its audit"""
    if reply is None or reply.audit is None or reply.audit.auditor_id != user.pk:
        return False
    return bool(roles_of(user, clock.today()))


@rules.predicate
def is_its_worker(user: User, reply: Reply | None) -> bool:
    """is a worker whose work its audit looks at"""
    audit = reply.audit if reply is not None else None
    return audit is not None and user.pk in {audit.worker_id, audit.second_worker_id}


@rules.predicate
def asks_with_it(user: User, reply: Reply | None) -> bool:
    """holds a role that asks with this instrument, about a case that they may open"""
    if reply is None or reply.audit is not None:
        return False
    if not holds(user, *instrument_of(reply).asked_by, on=clock.today()):
        return False
    case = reply.case
    return case is None or CaseFile.objects.visible_to(user).filter(pk=case.pk).exists()


@rules.predicate
def manages_its_case(user: User, warning: ContactWarning | None) -> bool:
    """manages the team of the case"""
    if warning is None or not holds(user, *MANAGERS, on=clock.today()):
        return False
    return CaseFile.objects.visible_to(user).filter(pk=warning.case_id).exists()


@rules.predicate
def is_of_its_cases_council(user: User, warning: ContactWarning | None) -> bool:
    """is of the council of its case"""
    return warning is not None and user.council_id == warning.case.council_id


@rules.predicate
def reads_its_totals(user: User, survey: Survey | None) -> bool:
    """holds a role that reads its totals"""
    return survey is not None and holds(user, *survey.sees_totals, on=clock.today())


@rules.predicate
def has_to_do_with_feedback(user: User, subject: Any = None) -> bool:
    """is of the QA team, manages, reads reports, or holds a role that runs or reads some survey"""
    roles = roles_of(user, clock.today())
    if roles & (QA_TEAM | MANAGERS | {Role.REPORT_READER}):
        return True
    return bool(roles) and reads_some(user, roles)


rules.add_perm(
    "feedback.record_reply",
    is_of_its_council & ~is_its_worker & (is_qa | is_its_auditor | asks_with_it),
)
rules.add_perm("feedback.lift_warning", is_of_its_cases_council & (is_qa | manages_its_case))
rules.add_perm("feedback.run_survey", is_of_its_council & (is_qa | asks_for_it))
rules.add_perm("feedback.import_replies", is_qa)
rules.add_perm("feedback.tag_reply", is_of_its_council & is_qa)
rules.add_perm("feedback.record_summary", is_of_its_council & (is_qa | asks_for_it))
rules.add_perm("feedback.read_totals", is_of_its_council & (is_qa | asks_for_it | reads_its_totals))
rules.add_perm("feedback.see_feedback", has_to_do_with_feedback)


@rules.predicate
def is_of_the_replys_council(user: User, praise: Praise | None) -> bool:
    """is of the council of its reply"""
    return praise is not None and user.council_id == praise.reply.council_id


@rules.predicate
def has_written_it(user: User, praise: Praise | None) -> bool:
    """has written it"""
    return praise is not None and user.pk == praise.written_by_id


@rules.predicate
def has_entered_its_nomination(user: User, praise: Praise | None) -> bool:
    """has entered the reply it praises"""
    return praise is not None and user.pk == praise.reply.entered_by_id


rules.add_perm("feedback.write_praise", is_qa)
rules.add_perm(
    "feedback.show_praise",
    is_of_the_replys_council & is_qa & ~has_written_it & ~has_entered_its_nomination,
)
