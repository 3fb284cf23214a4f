"""Closing the loop after an inadequate audit: its form, who authorises it, and the second audit (C3, SC-08 to SC-10)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from actions.services import conclude, withdraw_action
from audits import selectors
from audits.models import Audit, Loop, LoopMove
from audits.selectors.closing import not_done
from audits.services.closing import confirm_by_loop, settle
from audits.services.loop_messages import announce, announce_submitted
from audits.services.loop_tracker import (
    QA,
    back_to_team,
    open_entries,
    put_on_tracker,
    to_authoriser,
    to_owner,
    to_team,
)
from audits.states import (
    AUTHORISE,
    LEAVE_OUT,
    LINK,
    REFUSE,
    SUBMIT,
    TAKE_UP,
    UNLINK,
    AuditState,
    LoopState,
)
from core.jobs import Step
from core.moves import Move, Refused
from core.trail import record
from escalation.services.tally import Tally
from people.models import User
from standards.deadlines import shifted
from standards.policy import ClosingLoop
from standards.selectors import calendar_of


class Stale(Refused):
    """Somebody else saved the form since it was read."""


@dataclass(frozen=True)
class Form:
    """What the form holds: when the worker and their manager were met, and what came of it (C3-2)."""

    met_on: date | None
    met_manager: User | None
    different: str
    secured: bool | None
    outstanding: str = ""

    def problems(self, *, on: date, since: date) -> list[str]:
        """What is missing or cannot be, in words for the screen."""
        return [
            words
            for wrong, words in (
                (
                    self.met_on is None,
                    "Enter the date on which you met the worker and the manager.",
                ),
                (
                    self.met_on is not None and self.met_on > on,
                    "The date of the meeting must be today or earlier.",
                ),
                (
                    self.met_on is not None and self.met_on < since,
                    "The date of the meeting must not lie before the return of the audit.",
                ),
                (self.met_manager is None, "Choose the manager whom you met with the worker."),
                (not self.different.strip(), "Say what is different for the child."),
                (self.secured is None, "Say whether safeguarding is secured."),
                (
                    self.secured is False and not self.outstanding.strip(),
                    "Say what is still open, because safeguarding is not secured.",
                ),
            )
            if wrong
        ]


def rule_of(loop: Loop) -> ClosingLoop:
    """The framework's rule for the loop. Raises Refused where its edition has none."""
    rule = selectors.edition_of(loop.audit).policy.closing_loop
    if rule is None:
        raise Refused("This framework has no form that closes the loop.")
    return rule


def locked(loop: Loop, *, by: User, permission: str) -> Loop:
    """The loop, locked. Raises PermissionDenied if `by` may not take the step."""
    Loop.objects.select_for_update().get(pk=loop.pk)
    loop = Loop.objects.with_audits().get(pk=loop.pk)
    if not by.has_perm(permission, loop):
        raise PermissionDenied
    return loop


def take(loop: Loop, move: Move, *, by: User, at: datetime, reason: str = "") -> None:
    """Save the loop in the move's target state, with its row and a line in the trail."""
    move.check(loop.state)
    loop.state, loop.version = move.target, loop.version + 1
    loop.save()
    LoopMove.objects.create(
        loop=loop, verb=move.verb, state=loop.state, by=by, at=at, reason=reason
    )
    record(f"{move.verb} loop", loop.audit, by=by, at=at)


@transaction.atomic
def begin(audit: Audit, *, by: User, at: datetime) -> Loop | None:
    """Ask for the loop of an audit, once; it stands on the action tracker until it is closed (C3-1, C3-7).

    One that was left out is asked for again. None where the framework has no such form, or where the loop was begun
    before and still stands.
    """
    rule = selectors.edition_of(audit).policy.closing_loop
    if rule is None:
        return None
    loop, new = Loop.objects.get_or_create(
        audit=audit,
        defaults={"council": audit.council, "before": audit.grade, "begun_at": at},
    )
    if not new:
        loop = Loop.objects.with_audits().select_for_update(of=("self",)).get(pk=loop.pk)
        left = loop.state in TAKE_UP.sources
        return _take_up(loop, reason="The grade asks for it.", by=by, at=at) if left else None
    LoopMove.objects.create(loop=loop, verb="begin", state=loop.state, by=by, at=at)
    record("begin loop", audit, by=by, at=at)
    due_on = put_on_tracker(loop, rule.owner, by=by, at=at)
    announce(loop, "loop_due", [rule.owner], at=at, due_on=due_on)
    return loop


@transaction.atomic
def save_form(loop: Loop, form: Form, *, version: int, by: User, at: datetime) -> Loop:
    """Keep what is in the form so far. Refused when somebody else changed it in the meantime."""
    loop = locked(loop, by=by, permission="audits.fill_loop")
    SUBMIT.check(loop.state)
    fill(loop, form, version)
    loop.version += 1
    loop.save()
    record("save loop", loop.audit, by=by, at=at)
    return loop


def fill(loop: Loop, form: Form, version: int) -> None:
    """Put the form into the row, unless it was read at another version."""
    if version != loop.version:
        raise Stale(
            "Somebody else changed this form while you wrote. Compare both, then save again."
        )
    if form.met_manager is not None and form.met_manager.council_id != loop.council_id:
        raise Refused("Choose the manager from the list.")
    loop.met_on, loop.met_manager = form.met_on, form.met_manager
    loop.different, loop.outstanding = form.different.strip(), form.outstanding.strip()
    loop.secured = form.secured


@transaction.atomic
def submit(loop: Loop, form: Form, *, version: int, by: User, at: datetime) -> Loop:
    """Hand the form in: it goes to the QA team and to whoever authorises it, who has it in hand now (C3-3, C3-4).

    Refused, naming each, while something is missing or a remedial action is not done.
    """
    loop = locked(loop, by=by, permission="audits.fill_loop")
    SUBMIT.check(loop.state)
    fill(loop, form, version)
    rule, on = rule_of(loop), timezone.localdate(at)
    since = timezone.localdate(loop.begun_at)
    problems = form.problems(on=on, since=since)
    problems += [f"This action is not done yet: {one.what}" for one in not_done(loop.audit)]
    if problems:
        raise Refused("The form cannot be handed in yet.", problems)
    loop.submitted_by, loop.submitted_at = by, at
    take(loop, SUBMIT, by=by, at=at)
    due_on = to_authoriser(loop, rule, by=by, at=at)
    announce_submitted(loop, rule, once=str(loop.moves.count()), due_on=due_on, at=at)
    return loop


@transaction.atomic
def refuse(loop: Loop, *, reason: str, by: User, at: datetime) -> Loop:
    """Send the form back to its owner with a reason (C3-4)."""
    loop = locked(loop, by=by, permission="audits.authorise_loop")
    REFUSE.check(loop.state)
    if not reason.strip():
        raise Refused("Say what the form still needs.")
    take(loop, REFUSE, by=by, at=at, reason=reason.strip())
    rule, once = rule_of(loop), str(loop.moves.count())
    due_on = to_owner(loop, rule, by=by, at=at)
    announce(loop, "loop_refused", [rule.owner], at=at, once=once, due_on=due_on)
    return loop


@transaction.atomic
def authorise(loop: Loop, *, by: User, at: datetime) -> Loop:
    """Authorise the form; the second audit of the worker is due after the framework's time (C3-4, C3-5, J-84).

    Only the person whom the framework names may, and never who handed it in.
    """
    loop = locked(loop, by=by, permission="audits.authorise_loop")
    AUTHORISE.check(loop.state)
    rule = rule_of(loop)
    loop.authorised_by, loop.authorised_at = by, at
    more = ""
    if rule.reaudit:
        calendar = calendar_of(loop.council_id)
        loop.reaudit_due_on = shifted(timezone.localdate(at), rule.reaudit, calendar=calendar)
        more = f"The second audit of the same worker, with another child, is due on {loop.reaudit_due_on:%-d %B %Y}."
    take(loop, AUTHORISE, by=by, at=at)
    to_team(loop, rule, by=by, at=at)
    announce(loop, "loop_authorised", [*(rule.sent_to or QA), rule.owner], at=at, more=more)
    return loop


@transaction.atomic
def link(loop: Loop, reaudit: Audit, *, reason: str = "", by: User, at: datetime) -> Loop:
    """Link the second audit, chosen by the QA team (C3-5).

    Refused unless it is another audit of the same worker with another child, given out after the form was
    authorised; and, where the framework asks for another auditor, without a reason for the same one. One that was
    left out since it was linked makes room for another.
    """
    loop = locked(loop, by=by, permission="audits.link_loop")
    if left_out(loop):
        _unlink(loop, by=by, at=at)
    LINK.check(loop.state)
    if words := why_not_second(loop, reaudit, reason=reason.strip()):
        raise Refused(words)
    loop.reaudit = reaudit
    take(loop, LINK, by=by, at=at, reason=reason.strip())
    for entry in open_entries(loop):
        conclude(entry, evidence=f"The second audit is {reaudit.reference}.", by=by, at=at)
    confirm_by_loop(loop.audit, by=loop.authorised_by or by, at=at)
    settle(loop.audit, at=at)
    return loop


@transaction.atomic
def make_room(reaudit: Audit, *, by: User, at: datetime) -> Loop | None:
    """A second audit is left out: its loop waits for another one, and the first audit is open again (C3-7, C3-8).

    The QA team is told once and has it on the tracker. None where the audit is no second one.
    """
    linked = Loop.objects.select_for_update().filter(reaudit=reaudit, state__in=UNLINK.sources)
    found = linked.first()
    if found is None:
        return None
    loop = Loop.objects.with_audits().get(pk=found.pk)
    words, rule = _unlink(loop, by=by, at=at), rule_of(loop)
    if until := back_to_team(loop, rule, reason=words, by=by, at=at):
        once, to = str(loop.moves.count()), rule.sent_to or QA
        announce(loop, "reaudit_left_out", to, at=at, once=once, due_on=until)
    settle(loop.audit, at=at)
    return loop


def _unlink(loop: Loop, *, by: User, at: datetime) -> str:
    words = f"Audit {loop.reaudit.reference} was left out." if loop.reaudit else ""
    loop.reaudit = None
    take(loop, UNLINK, by=by, at=at, reason=words)
    return words


def left_out(loop: Loop) -> bool:
    """Whether the second audit that was linked has been left out since."""
    reaudit = loop.reaudit
    linked = loop.state in UNLINK.sources
    return linked and reaudit is not None and reaudit.state == AuditState.EXCLUDED


def why_not_second(loop: Loop, reaudit: Audit, *, reason: str) -> str:
    """Why an audit is not the second one of a loop, in words; empty when it is."""
    first = loop.audit
    if reaudit.council_id != loop.council_id or reaudit.pk == first.pk:
        return "Choose another audit."
    if reaudit.state == AuditState.EXCLUDED:
        return "This audit was left out."
    if first.worker_id not in {reaudit.worker_id, reaudit.second_worker_id}:
        return "The second audit must look at the work of the same worker."
    if reaudit.case_id == first.case_id:
        return "The second audit must look at another child."
    if loop.authorised_at and reaudit.allocated_at < loop.authorised_at:
        return "The second audit must be given out after the form was authorised."
    if Loop.objects.filter(reaudit=reaudit).exists():
        return "This audit is the second one of another loop already."
    same = reaudit.auditor_id == first.auditor_id
    if same and rule_of(loop).other_auditor and not reason:
        return "Another auditor should carry out the second audit. Say why it is the same one."
    return ""


@transaction.atomic
def leave_out(loop: Loop, *, reason: str, by: User, at: datetime) -> Loop:
    """Decide that the loop is no longer needed, for instance because the grade is no longer Inadequate (B2-22)."""
    loop = locked(loop, by=by, permission="audits.link_loop")
    return _leave_out(loop, reason=reason, by=by, at=at)


def _leave_out(loop: Loop, *, reason: str, by: User, at: datetime) -> Loop:
    LEAVE_OUT.check(loop.state)
    if not reason.strip():
        raise Refused("Say why the loop is no longer needed.")
    take(loop, LEAVE_OUT, by=by, at=at, reason=reason.strip())
    for entry in open_entries(loop):
        withdraw_action(entry, reason=reason.strip(), by=by, at=at)
    return loop


def leave_out_open(audit: Audit, *, reason: str, by: User, at: datetime) -> None:
    """Leave out the loop of an audit whose earlier grade no longer stands; whoever calls has asked who may."""
    loop = Loop.objects.select_for_update().filter(audit=audit, state__in=LEAVE_OUT.sources).first()
    if loop is not None:
        _leave_out(loop, reason=reason, by=by, at=at)


@transaction.atomic
def take_up(loop: Loop, *, reason: str, by: User, at: datetime) -> Loop:
    """Ask again for a loop that was left out."""
    loop = locked(loop, by=by, permission="audits.link_loop")
    return _take_up(loop, reason=reason, by=by, at=at)


def _take_up(loop: Loop, *, reason: str, by: User, at: datetime) -> Loop:
    TAKE_UP.check(loop.state)
    if not reason.strip():
        raise Refused("Say why the loop is needed again.")
    take(loop, TAKE_UP, by=by, at=at, reason=reason.strip())
    owner, once = rule_of(loop).owner, str(loop.moves.count())
    due_on = put_on_tracker(loop, owner, by=by, at=at)
    announce(loop, "loop_due", [owner], at=at, once=once, due_on=due_on)
    return loop


def tell_due(at: datetime, step: Step) -> int:
    """Tell the QA team of every second audit whose day has come and that is not linked yet, once (B7-6).

    Where one was left out after that day, the team was told then.
    """
    on = timezone.localdate(at)
    due = Loop.objects.with_audits().filter(state=LoopState.AUTHORISED, reaudit_due_on__lte=on)
    since = LoopMove.objects.filter(
        loop=OuterRef("pk"), verb=UNLINK.verb, at__date__gte=F("loop__reaudit_due_on")
    )
    due = due.exclude(Exists(since))
    tally = Tally(step)
    for loop in due.iterator(chunk_size=200):
        with tally.apart(f"loop {loop.pk}"), transaction.atomic():
            to, day = rule_of(loop).sent_to or QA, loop.reaudit_due_on
            tally.add(announce(loop, "reaudit_due", to, at=at, once=f"{day:%Y%m%d}", due_on=day))
    return tally.end()
