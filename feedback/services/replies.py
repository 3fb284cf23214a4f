"""Recording what came of asking somebody, and what a worry in it sets off (D-G4, D-G6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from actions.models import Action
from actions.plans import About, Plan
from actions.services import open_drafts, raise_action
from audits.models import Audit
from cases.models import CaseFile, Involvement
from core.moves import Refused
from core.trail import record
from feedback.answers import cleaned
from feedback.models import Invitation, Reply
from feedback.sheets import KEPT, REASON, RECEIVED
from feedback.states import EXPLAINED
from people.models import Council, User
from people.selectors import acting, resolve_all
from standards.deadlines import due
from standards.instruments import Instrument
from standards.models import FrameworkVersion
from standards.selectors import calendar_of, edition

# What raises the actions of a reply.
SOURCE = "reply"
HEAD = ("council.qa_head",)


@dataclass(frozen=True)
class Sheet:
    """What somebody types in, or a file or a link brings: raw answers by the field's code, as texts."""

    instrument: str
    way: str
    outcome: str
    received_on: date
    answers: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    relation: str = ""
    respondent: str = ""
    themes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What a reply is about: an audit with its case, a case, or only the council; and under which edition."""

    council: Council
    version: FrameworkVersion
    audit: Audit | None = None
    case: CaseFile | None = None

    @classmethod
    def of_audit(cls, audit: Audit) -> "Subject":
        """An audit, under its own edition."""
        return cls(audit.council, audit.version, audit, audit.case)


@transaction.atomic
def record_reply(
    sheet: Sheet,
    about: Subject,
    *,
    by: User | None,
    at: datetime,
    invitation: Invitation | None = None,
    form_token: UUID | None = None,
) -> Reply:
    """Keep one reply. The same form sent twice keeps it once.

    Without `by` it came by a link, whose `invitation` it ends. Raises PermissionDenied for somebody who does not ask
    with this instrument, and Refused with each fault.
    """
    if form_token and by and (kept := sent_before(form_token, by)):
        return kept
    instrument = _instrument(about, sheet.instrument)
    answers, problems = checked(sheet, instrument, on=timezone.localdate(at))
    if problems:
        raise Refused("The reply cannot be kept yet.", problems)
    reply = reply_of(replace(sheet, answers=answers), about, instrument, by=by, at=at)
    reply.survey = invitation.survey if invitation else None
    reply.invitation = invitation
    reply.form_token = form_token
    if by is not None and not by.has_perm("feedback.record_reply", reply):
        raise PermissionDenied
    reply.save()
    cause = "" if by else "link"
    record("record reply", reply, by=by, cause=cause, at=at, council_id=about.council.pk)
    if reply.worry:
        follow_up(reply, instrument, by=by or (invitation.made_by if invitation else None), at=at)
    return reply


def sent_before(form_token: UUID, by: User) -> Reply | None:
    """What this person has kept with the same form; two that are sent at once wait for each other here."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return Reply.objects.filter(form_token=form_token, entered_by=by).first()


def reply_of(
    sheet: Sheet, about: Subject, instrument: Instrument, *, by: User | None, at: datetime
) -> Reply:
    """A sheet with the answers that count as a reply; not kept yet."""
    return Reply(
        council=about.council,
        version=about.version,
        instrument=instrument.code,
        privacy=instrument.privacy,
        audit=about.audit,
        case=about.case,
        sees_answers=list(instrument.sees_answers),
        way=sheet.way,
        outcome=sheet.outcome,
        reason=sheet.reason.strip(),
        relation=sheet.relation.strip(),
        respondent=sheet.respondent.strip() if instrument.privacy == "confidential" else "",
        received_on=sheet.received_on,
        answers=sheet.answers,
        worry=worries(instrument, sheet.answers),
        themes=list(sheet.themes),
        entered_by=by,
        entered_at=at,
    )


def _instrument(about: Subject, code: str) -> Instrument:
    try:
        instrument = edition(about.version).instrument(code)
    except KeyError:
        raise Refused("The framework has no such way of asking.") from None
    if instrument.anonymous:
        raise Refused("What is said here is anonymous: type it in with its survey.")
    if instrument.privacy not in KEPT:
        raise Refused("Only totals are kept of what is said here.")
    return instrument


def checked(
    sheet: Sheet, instrument: Instrument, *, on: date
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The answers that count, and everything that is wrong, in words."""
    answers, faults, frame = examined(sheet, instrument, on=on)
    problems = [f"{instrument.asked(code).label}: {says}" for code, says in faults.items()]
    return answers, (*problems, *(says for _, says in frame))


def examined(
    sheet: Sheet, instrument: Instrument, *, on: date
) -> tuple[dict[str, Any], dict[str, str], list[tuple[str, str]]]:
    """The answers that count, what is wrong with answers by the field's code, and with the rest by its column."""
    answers, faults = cleaned(instrument, sheet.answers)
    frame = []
    if sheet.received_on > on:
        frame.append((RECEIVED, "Enter a day that is not in the future."))
    if sheet.outcome in EXPLAINED:
        answers = {}
        if not sheet.reason.strip():
            frame.append((REASON, "Say what was tried, or why there is no answer."))
    elif not answers and not faults:
        frame.append(("", "Enter at least one answer, or say what came of asking."))
    return answers, faults, frame


def worries(instrument: Instrument, answers: Mapping[str, Any]) -> bool:
    """Whether somebody has to follow the answers up: a field for worries has words in it, or says yes."""
    return any(one.worry and answers.get(one.code) not in (None, "no") for one in instrument.fields)


def _people_of(reply: Reply, on: date) -> dict[str, User | None]:
    """Of whom a recipient's name may speak: the audit's people, or the worker who holds the case on the day."""
    if reply.audit:
        return {"auditor": reply.audit.auditor, "worker": reply.audit.worker}
    if reply.case is None:
        return {}
    held = reply.case.involvements.filter(
        Q(to_on=None) | Q(to_on__gte=on), kind=Involvement.Kind.ALLOCATED, from_on__lte=on
    )
    found = held.select_related("user").order_by("-from_on").first()
    return {"worker": found.user if found else None}


@transaction.atomic
def follow_up(
    reply: Reply, instrument: Instrument, *, by: User | None, at: datetime
) -> list[Action]:
    """Give each of those who follow a worry up a task with its date (D-G6); each once for a reply.

    Where nobody holds the post, it goes to the head of QA (C4-e). What was said stands in the reply only. Where nobody
    has asked (`by`: a round by itself), each task is recorded in the name of whoever gets it.
    """
    if Action.objects.raised_by(SOURCE, reply.pk).exists():
        return []
    on = timezone.localdate(at)
    people = _people_of(reply, on)
    until = due(instrument.worries_within, at, calendar_of(reply.council_id))
    made: list[Action] = []
    for name in instrument.worries_to:
        found = resolve_all([name], people=people, council=reply.council, on=on)
        if not found:
            record("find nobody for worry", reply, by=by, at=at, council_id=reply.council_id)
            found = resolve_all(HEAD, people={}, council=reply.council, on=on)
        owner = acting(found, on)
        if owner is None or any(action.owner_id == owner.pk for action in made):
            continue
        what = "Speak with whoever raised a worry in their feedback, and say what was done"
        made.append(
            raise_action(
                Plan("task", what, "", owner, until.on, due_at=until.at),
                kind_label="Task",
                council=reply.council,
                case=reply.case,
                source=(SOURCE, reply.pk),
                by=by or owner,
                at=at,
                about=About(
                    unit=reply.case.unit if reply.case else None,
                    version=reply.version,
                    label=f"Feedback of {reply.received_on:%-d %B %Y}",
                ),
            )
        )
    if made:
        open_drafts(SOURCE, reply.pk, by=by or made[0].recorded_by, at=at)
    return made
