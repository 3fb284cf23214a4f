"""Opening an audit: the programme has decided who audits what; here it becomes work to do."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from audits.messages import announce
from audits.models import Audit, AuditCounter, AuditMove
from audits.selectors import edition_of
from audits.states import AuditState
from cases.models import CaseFile
from core.trail import record
from people.models import Council, User
from standards.models import Tool


@dataclass(frozen=True)
class Allotment:
    """Everything that the programme decided about one audit; `month` is the first of its month.

    `reason`: why a rule was left aside, where one was. `flash_source`: what a flash audit was raised from (E-30).
    """

    case: CaseFile
    tool: Tool
    auditor: User
    worker: User
    second_worker: User | None
    manager: User | None
    month: date
    deadline_on: date
    practice_week: bool = False
    reason: str = ""
    flash_source: str = ""
    moderator: User | None = None


@transaction.atomic
def open_audit(allotment: Allotment, *, by: User, at: datetime) -> Audit:
    """Open the audit under its tool's edition, which it keeps for ever, and tell the auditor.

    The worker's line manager is told too where the framework lets managers see it (I-15).
    """
    case = allotment.case
    audit = Audit.objects.create(
        council=case.council,
        reference=next_reference(case.council, allotment.month.year),
        case=case,
        version=allotment.tool.version,
        tool=allotment.tool,
        unit=case.unit,
        auditor=allotment.auditor,
        worker=allotment.worker,
        second_worker=allotment.second_worker,
        manager=allotment.manager,
        moderator=allotment.moderator,
        month=allotment.month,
        deadline_on=allotment.deadline_on,
        practice_week=allotment.practice_week,
        flash_source=allotment.flash_source,
        allocated_by=by,
        allocated_at=at,
    )
    AuditMove.objects.create(
        audit=audit,
        verb="allocate",
        state=AuditState.ALLOCATED,
        by=by,
        at=at,
        reason=allotment.reason,
    )
    record("allocate", audit, by=by, at=at, detail={"case": case.pk})
    announce(audit, "allocated", at=at)
    if edition_of(audit).policy.allocation.seen_by_manager:
        announce(audit, "file_audited", at=at)
    return audit


def next_reference(council: Council, year: int) -> str:
    """The next free number of the council's year, as 2026-0147; taken under a row lock."""
    AuditCounter.objects.get_or_create(council=council, year=year)
    counter = AuditCounter.objects.select_for_update().get(council=council, year=year)
    AuditCounter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    return f"{year}-{counter.last + 1:04}"
