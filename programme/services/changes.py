"""Changes after allocation: asked for, decided by the right person in time, and kept (B2-3..B2-5, B6-1, B6-2, SC-09)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audits.models import Audit
from audits.selectors import edition_of
from audits.services.changing import (
    exclude_audit,
    extend_deadline,
    given,
    reassign_audit,
    remember,
    said,
)
from audits.states import EXCLUDE, REASSIGN, WORKING
from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from people.models import Council, User
from programme.allocation import over_the_number
from programme.models import DateChange
from programme.selectors.allocating import Candidate, candidates
from programme.selectors.changes import Rights, rights
from programme.services.allocating import NeedsConfirming, check_auditor
from programme.services.year import fill_slot

Kind, State = DateChange.Kind, DateChange.State
Done = TypeVar("Done")
TOO_LATE = {
    Kind.EXTENSION: "The deadline has passed. More time could be given until the end of {day} only.",
    Kind.EXCLUSION: "The deadline has passed. The audit could be left out until the end of {day} only.",
}


@dataclass(frozen=True)
class Wish:
    """What is asked for or granted: more time until a day, or leaving the audit out; and why."""

    kind: str
    reason: str
    deadline_on: date | None = None


def kept_in_trail(
    subject: Audit, kind: str, step: Callable[[], Done], *, by: User, at: datetime
) -> Done:
    """Take a step; a try that is refused leaves a line in the trail (B6-2)."""
    try:
        return step()
    except (Refused, PermissionDenied) as fault:
        why = "right" if isinstance(fault, PermissionDenied) else "rule"
        record(f"{kind} refused", subject, by=by, at=at, detail={"why": why})
        raise


def ask(audit: Audit, wish: Wish, *, by: User, at: datetime) -> DateChange:
    """Ask those who decide for more time, or to leave the audit out; they are told.

    Raises PermissionDenied unless `by` is the auditor (or the service manager above, by a local rule),
    Refused when it is too late or has been asked already. A refused try leaves a line in the trail.
    """
    return kept_in_trail(audit, wish.kind, lambda: _ask(audit, wish, by=by, at=at), by=by, at=at)


@transaction.atomic
def _ask(audit: Audit, wish: Wish, *, by: User, at: datetime) -> DateChange:
    audit, right = taken(audit, wish.kind, at=at)
    if not right.may_ask(by) or by.council_id != audit.council_id:
        raise PermissionDenied
    check(audit, wish, right, at=at)
    if not right.limits:
        raise Refused("Nobody holds a post that decides this today. Ask the QA team.")
    if audit.changes.open().filter(kind=wish.kind).exists():
        raise Refused("This has been asked for already and waits for a decision.")
    change = new_change(audit, wish.kind, wish.reason, by=by, at=at)
    change.new_deadline_on = wish.deadline_on
    change.save()
    remember(audit, f"ask {wish.kind}", by=by, at=at)
    tell_deciders(change, right, at=at)
    return change


def grant(audit: Audit, wish: Wish, *, by: User, at: datetime) -> DateChange:
    """Give more time, or leave the audit out, at once; a request that was waiting for it is granted with it.

    Raises PermissionDenied unless `by` decides in this framework, Refused when it is too late or goes
    beyond what they may give. A refused try leaves a line in the trail (B6-2).
    """
    return kept_in_trail(audit, wish.kind, lambda: _grant(audit, wish, by=by, at=at), by=by, at=at)


@transaction.atomic
def _grant(audit: Audit, wish: Wish, *, by: User, at: datetime) -> DateChange:
    audit, right = taken(audit, wish.kind, at=at)
    check_decides(audit, right, by)
    check(audit, wish, right, at=at)
    check_limit(wish, right, by)
    waiting = audit.changes.open().select_for_update().filter(kind=wish.kind).first()
    change = waiting or new_change(audit, wish.kind, wish.reason, by=by, at=at)
    settle(change, State.GRANTED, note=wish.reason, by=by, at=at, deadline_on=wish.deadline_on)
    carry_out(audit, wish, by=by, at=at)
    if waiting:
        tell_asker(change, at=at)
    return change


def decide(
    change: DateChange,
    *,
    granted: bool,
    note: str,
    by: User,
    at: datetime,
    deadline_on: date | None = None,
) -> DateChange:
    """Grant or refuse what was asked for; with more time, `deadline_on` may be another day than was asked for.

    Raises PermissionDenied unless `by` decides in this framework, Refused when it has been decided, or
    is granted too late or beyond what they may give. A refused try leaves a line in the trail (B6-2).
    """
    return kept_in_trail(
        change.audit,
        change.kind,
        lambda: _decide(change, granted, note, deadline_on, by=by, at=at),
        by=by,
        at=at,
    )


@transaction.atomic
def _decide(
    change: DateChange,
    granted: bool,
    note: str,
    deadline_on: date | None,
    *,
    by: User,
    at: datetime,
) -> DateChange:
    audit, right = taken(change.audit, change.kind, at=at)
    check_decides(audit, right, by)
    change = DateChange.objects.select_for_update().get(pk=change.pk)
    if change.state != State.ASKED:
        raise Refused("This has been decided already.")
    if not granted:
        settle(change, State.REFUSED, note=given(note), by=by, at=at)
        remember(audit, f"refuse {change.kind}", by=by, at=at)
    else:
        wish = Wish(change.kind, note or change.reason, deadline_on or change.new_deadline_on)
        check(audit, wish, right, at=at)
        check_limit(wish, right, by)
        settle(change, State.GRANTED, note=note, by=by, at=at, deadline_on=wish.deadline_on)
        carry_out(audit, wish, by=by, at=at)
    tell_asker(change, at=at)
    return change


def taken(audit: Audit, kind: str, *, at: datetime) -> tuple[Audit, Rights]:
    """The audit under lock, with who may do what to it on that day in London."""
    if kind not in TOO_LATE:
        raise PermissionDenied
    audit = (
        Audit.objects.select_for_update(of=("self",))
        .with_edition()
        .select_related("council", "auditor")
        .get(pk=audit.pk)
    )
    return audit, rights(audit, kind, on=timezone.localdate(at))


def check_decides(audit: Audit, right: Rights, by: User) -> None:
    """Only those whom the framework names decide, and never on an audit of which they are a party."""
    if not right.may_decide(by) or by.council_id != audit.council_id:
        raise PermissionDenied


def check(audit: Audit, wish: Wish, right: Rights, *, at: datetime) -> None:
    """Refuse what comes too late, at the wrong stage, without a reason or without a later day."""
    if audit.state not in WORKING:
        raise Refused("The audit is no longer under way.")
    if not right.open_on(timezone.localdate(at)):
        raise Refused(TOO_LATE[Kind(wish.kind)].format(day=said(audit.deadline_on)))
    given(wish.reason)
    if wish.kind == Kind.EXCLUSION:
        EXCLUDE.check(audit.state)
        return
    if wish.deadline_on is None:
        raise Refused("Enter the new deadline.")
    if wish.deadline_on <= audit.deadline_on:
        raise Refused(f"Choose a day after {said(audit.deadline_on)}, when the audit is due now.")
    if wish.deadline_on < timezone.localdate(at):
        raise Refused("Choose a day that has not passed.")


def check_limit(wish: Wish, right: Rights, by: User) -> None:
    """Refuse more time than this person may give."""
    limit = right.limits[by.pk]
    if wish.deadline_on and not limit.allows(wish.deadline_on):
        assert limit.until is not None  # noqa: S101 - a limit without an end allows every day
        raise Refused(f"You may give more time until {said(limit.until)} at most.")


def new_change(audit: Audit, kind: str, reason: str, *, by: User, at: datetime) -> DateChange:
    """A change with the deadline and the auditor as they are now, not yet saved."""
    return DateChange(
        audit=audit,
        kind=kind,
        reason=given(reason),
        asked_by=by,
        asked_at=at,
        old_deadline_on=audit.deadline_on,
        old_auditor=audit.auditor,
    )


def settle(
    change: DateChange,
    state: str,
    *,
    note: str,
    by: User,
    at: datetime,
    deadline_on: date | None = None,
) -> None:
    """Write a decision into its row."""
    change.state, change.decided_by, change.decided_at = state, by, at
    change.decision_note = note.strip()
    if deadline_on:
        change.new_deadline_on = deadline_on
    change.save()


def carry_out(audit: Audit, wish: Wish, *, by: User, at: datetime) -> None:
    """Do what was granted. Once an audit is left out, nothing else that was asked for it waits any longer."""
    if wish.deadline_on:
        extend_deadline(audit, deadline_on=wish.deadline_on, reason=wish.reason, by=by, at=at)
        return
    exclude_audit(audit, reason=wish.reason, by=by, at=at)
    for other in audit.changes.open().select_for_update():
        settle(other, State.REFUSED, note="The audit was left out.", by=by, at=at)


@dataclass(frozen=True)
class Handover:
    """To whom an audit passes and why; `aside` says why the framework's rule on teams is left aside."""

    auditor: User
    reason: str
    aside: str = ""


def reassign(
    audit: Audit, handover: Handover, *, by: User, at: datetime, confirmed: bool = False
) -> DateChange:
    """Give an audit to another auditor, under every rule of allocation; the deadline stays (B2-5).

    Raises PermissionDenied unless `by` is in the QA team and no party of the audit, Refused with every
    rule that stands against the new auditor, NeedsConfirming when it goes over the framework's number.
    """
    kind = Kind.REASSIGNMENT

    def step() -> DateChange:
        return _reassign(audit, handover, by=by, at=at, confirmed=confirmed)

    return kept_in_trail(audit, kind, step, by=by, at=at)


@transaction.atomic
def _reassign(
    audit: Audit, handover: Handover, *, by: User, at: datetime, confirmed: bool
) -> DateChange:
    Council.objects.select_for_update().get(pk=audit.council_id)
    audit = (
        Audit.objects.select_for_update(of=("self",)).with_edition().with_people().get(pk=audit.pk)
    )
    if not by.has_perm("programme.reassign_audit", audit):
        raise PermissionDenied
    REASSIGN.check(audit.state)
    on = timezone.localdate(at)
    rule = edition_of(audit).policy.allocation
    found = {one.user.pk: one for one in free_auditors(audit, on=on)}
    candidate = found.get(handover.auditor.pk)
    aside = check_auditor(candidate, rule, handover.aside)
    over = over_the_number(rule, candidate.auditor) if candidate else ""
    if over and not confirmed and not audit.flash_source:
        raise NeedsConfirming("Please confirm this allocation.", [over])
    if handover.auditor.pk == audit.moderator_id:
        raise Refused(
            "This person cannot audit this file.",
            ["The new auditor is named to moderate this audit, and nobody moderates their own."],
        )
    if audits_same_file(audit, handover.auditor):
        raise Refused(
            "This person cannot audit this file.",
            ["The auditor is auditing this child's file already."],
        )
    change = new_change(audit, Kind.REASSIGNMENT, handover.reason, by=by, at=at)
    change.new_auditor = handover.auditor
    settle(change, State.GRANTED, note=left_aside_words(aside, handover), by=by, at=at)
    reason = " ".join(filter(None, (given(handover.reason), change.decision_note)))
    audit = reassign_audit(audit, auditor=handover.auditor, reason=reason, by=by, at=at)
    fill_slot(audit, by=by, at=at)
    return change


def left_aside_words(aside: tuple[str, ...], handover: Handover) -> str:
    """What was left aside, and why."""
    return f"{' '.join(aside)} Left aside: {handover.aside.strip()}" if aside else ""


def audits_same_file(audit: Audit, auditor: User) -> bool:
    """Whether somebody audits the same child's file in another audit."""
    others = Audit.objects.filter(case=audit.case_id, auditor=auditor).exclude(pk=audit.pk)
    return bool(others.under_way().exists())


def free_auditors(audit: Audit, *, on: date) -> list[Candidate]:
    """Everybody who may be given audits but the parties of this one, each with what stands against them."""
    parties = {audit.auditor_id, audit.worker_id, audit.second_worker_id}
    workers = {pk for pk in (audit.worker_id, audit.second_worker_id) if pk}
    found = candidates(edition_of(audit), audit.case, workers, month=audit.month, on=on)
    return [one for one in found if one.user.pk not in parties]


def tell_deciders(change: DateChange, right: Rights, *, at: datetime) -> None:
    """Put the request in the inbox of those who decide."""
    people = User.objects.active().filter(pk__in=right.limits)
    message = Message(
        kind=f"change.{change.kind}.asked",
        subject=f"{'More time' if change.kind == Kind.EXTENSION else 'Leaving out'} is asked for: {change.audit.reference}",
        text=f"A request about audit {change.audit.reference} waits for your decision."
        + (f" Decide by the end of {said(right.deadline_on)}." if right.before_deadline else ""),
        path=reverse("request", args=[change.pk]),
    )
    tell([(one, "") for one in people], message, key=f"change:{change.pk}:asked", at=at)


def tell_asker(change: DateChange, *, at: datetime) -> None:
    """Tell whoever asked what was decided; the step itself tells the auditor."""
    word = "granted" if change.state == State.GRANTED else "refused"
    message = Message(
        kind=f"change.{change.kind}.{word}",
        subject=f"Your request was {word}: {change.audit.reference}",
        text=f"The request about audit {change.audit.reference} was {word}. The decision is on its page.",
        path=reverse("request", args=[change.pk]),
    )
    tell([(change.asked_by, "")], message, key=f"change:{change.pk}:decided", at=at)
