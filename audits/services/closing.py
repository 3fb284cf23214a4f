"""Closing an audit once its work, grade, actions and loop are finished, and opening it when one is not (B2-23)."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from audits.messages import message_of
from audits.models import Audit, ClosureConfirmed, Loop
from audits.selectors import edition_of
from audits.selectors.closing import is_finished, may_confirm, unconfirmed, unsigned, with_actions
from audits.states import AuditState
from core.jobs import Step
from core.moves import Refused
from core.notices import tell
from core.trail import record
from escalation.services.tally import Tally
from people.models import User

BATCH = 200


@transaction.atomic
def settle(audit: Audit, *, at: datetime) -> bool:
    """Close a returned audit that is finished, or open one again that is not; returns whether that changed it.

    Its worker, manager and auditor are told once that nothing is left to do.
    """
    audit = Audit.objects.with_edition().select_for_update(of=("self",)).get(pk=audit.pk)
    finished = audit.state == AuditState.RETURNED and is_finished(audit)
    if finished == (audit.closed_at is not None):
        return False
    audit.closed_at = at if finished else None
    audit.save(update_fields=["closed_at", "changed_at"])
    record("close audit" if finished else "open audit again", audit, cause="everything done", at=at)
    if finished:
        tell_closed(audit, at=at)
    return True


def tell_closed(audit: Audit, *, at: datetime) -> None:
    """One message to the worker, the manager and the auditor."""
    page = reverse("audit", args=[audit.pk])
    message = message_of(audit, "audit_closed", kind="audit.closed", path=page)
    people: Iterable[tuple[User | None, str]] = (
        (audit.worker, "worker"),
        (audit.manager, "manager"),
        (audit.auditor, "auditor"),
    )
    told = [(one, role) for one, role in people if one is not None and one.is_active]
    tell(told, message, key=f"audit:{audit.pk}:closed:{timezone.localdate(at)}", at=at)


@transaction.atomic
def confirm(audit: Audit, code: str, *, by: User, at: datetime) -> None:
    """Confirm one thing that must be there before the audit is closed (C3-8).

    Raises PermissionDenied for anybody but the person whom the framework names, Refused where nothing is asked.
    """
    audit = Audit.objects.select_for_update(of=("self",)).get(pk=audit.pk)
    check = next((one for one in unconfirmed(audit) if one.code == code), None)
    if check is None or audit.state != AuditState.RETURNED:
        raise Refused("There is nothing to confirm here now.")
    if not may_confirm(by, audit, check, timezone.localdate(at)):
        raise PermissionDenied
    ClosureConfirmed.objects.create(audit=audit, code=code, by=by, at=at)
    record("confirm before closing", audit, by=by, at=at, detail={"check": code})
    settle(audit, at=at)


def confirm_by_loop(audit: Audit, *, by: User, at: datetime) -> None:
    """What the person who authorises the loop also confirms is confirmed once the second audit is linked."""
    policy = edition_of(audit).policy
    for check in unconfirmed(audit):
        if policy.closing_loop and check.by == policy.closing_loop.authorised_by:
            ClosureConfirmed.objects.create(audit=audit, code=check.code, by=by, at=at)


def settle_all(*, at: datetime, step: Step) -> int:
    """Look at every returned audit that may be finished, or that was and is not; returns how many changed."""
    tally = Tally(step)
    for pk in to_settle().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        with tally.apart(f"audit {pk}"):
            tally.add(settle(Audit(pk=pk), at=at))
    return tally.end()


def to_settle() -> "QuerySet[Audit]":
    """The returned audits of which the rows alone do not say that they stay as they are."""
    left = with_actions(unsigned())
    under_way = Q(pk__in=Loop.objects.unfinished().values("audit"))
    finished = Q(closed_at=None, grade_final=True) & ~left & ~under_way
    open_again = Q(closed_at__isnull=False) & (left | under_way | Q(grade_final=False))
    return Audit.objects.filter(finished | open_again, state=AuditState.RETURNED)
