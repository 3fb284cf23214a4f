"""A council with rules on how long records are kept, and what is old enough to go."""

from datetime import UTC, date, datetime

from audits.models import Audit
from people.models import User
from retention.models import Hold, Run, SubjectRequest
from retention.services.answering import ask, confirm, work
from retention.services.holding import hold
from standards.models import FrameworkVersion
from standards.policy import KEPT_FROM
from tests.factories.audits import MADE_UP, NOW, ROOT
from tests.factories.kept import published_once
from tests.factories.standards import moderated

# Seven years after what the factories make; everything with a rule of six years is due.
LATER = datetime(2034, 1, 9, 10, 0, tzinfo=UTC)
LONG_AGO = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
YEARS = {kind: 6 for kind in KEPT_FROM} | {"messages": 1, "documents": 1, "imports": 1, "tokens": 1}


def keeping(**years: int) -> FrameworkVersion:
    """The made-up council's framework, with a rule for every kind of record, or for those that are named."""
    chosen = years or YEARS
    lines = [
        f"  - {{kind: {kind}, keep: {{number: {number}, unit: years}}, from: {KEPT_FROM[kind][0]}}}"
        for kind, number in chosen.items()
    ]
    text = moderated((ROOT / MADE_UP).read_text())
    version = published_once("\n".join([text.rstrip(), "retention:", *lines, ""]), NOW)
    return FrameworkVersion.objects.select_related("framework__council").get(pk=version)


def closed(audit: Audit, at: datetime = LONG_AGO) -> Audit:
    """The audit, with nothing left to do on it since a moment."""
    Audit.objects.filter(pk=audit.pk).update(closed_at=at)
    audit.case.closed_on = date(2027, 1, 20)
    audit.case.save(update_fields=["closed_on"])
    return Audit.objects.get(pk=audit.pk)


def listed(audit: Audit, at: datetime) -> Run:
    """A list on which an audit stands that is due, made by the month's round."""
    run = Run.objects.create(
        council=audit.council,
        number=1 + Run.objects.filter(council=audit.council).count(),
        version=audit.version,
        cause="the month's list",
        proposed_at=at,
    )
    part = run.parts.create(kind="audits", months=72, since="closed", cutoff_on=at.date(), found=1)
    run.items.create(
        part=part,
        label="audits.Audit",
        object_id=audit.pk,
        reference=f"Audit {audit.reference}",
        due_on=at.date(),
    )
    return run


def held_back(audit: Audit, by: User, at: datetime) -> Hold:
    """A case that is held back."""
    return hold(audit.case, "legal", "", from_on=at.date(), until_on=None, by=by, at=at)


def ready_file(audit: Audit, by: User, at: datetime) -> SubjectRequest:
    """A file about a case that its reader has read through."""
    request = ask(audit.case, at.date(), by=by, at=at)
    work(request.pk, at=at)
    confirm(request, [], read=True, by=by, at=at)
    work(request.pk, at=at)
    return SubjectRequest.objects.get(pk=request.pk)
