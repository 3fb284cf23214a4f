"""Answering an anonymous survey. Nothing here records who, and no trail is written (D-G2)."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from core.moves import Refused
from feedback.answers import cleaned
from feedback.models import AnonymousAnswer, Survey, Ticket
from feedback.selectors.instruments import instrument_of
from feedback.tickets import STAFF, NoTicket, read_ticket

CLOSED = "This survey is closed. Thank you for wanting to answer."
NOTHING = "Answer at least one question, or say that you do not want to answer."
USED = "This link has been used already. Each link is for one answer."


def survey_of(ticket: str, *, on: date, lock: bool = False) -> tuple[Survey, str]:
    """The open survey of a ticket and the ticket's digest.

    Raises NoTicket for none of ours and for one that has been taken back, Refused when it is closed. `lock`: whoever
    closes or mixes the survey waits, and whoever writes after them sees what they did.
    """
    found = read_ticket(ticket)
    surveys = Survey.objects.select_related("council", "version").filter(pk=found.survey)
    if lock:
        surveys = surveys.select_for_update(of=("self",), no_key=True)
    survey = surveys.first()
    if survey is None or found.series not in {STAFF, survey.series}:
        raise NoTicket
    if not Survey.objects.open_on(on).filter(pk=survey.pk).exists():
        raise Refused(CLOSED)
    return survey, found.digest


def _open_one(survey: Survey, on: date) -> Survey:
    """The survey, locked. Raises Refused when it is not open."""
    found = Survey.objects.select_for_update(of=("self",), no_key=True).select_related("version")
    one: Survey | None = found.filter(pk=survey.pk).open_on(on).first()
    if one is None:
        raise Refused(CLOSED)
    return one


@transaction.atomic
def keep_draft(ticket: str, given: Mapping[str, Any], *, on: date) -> dict[str, str]:
    """Keep what somebody has answered so far; gives the faults by field, whose values are not kept."""
    survey, digest = survey_of(ticket, on=on, lock=True)
    row = _locked(survey, digest)
    answers, faults = cleaned(instrument_of(survey), {**row.draft, **given})
    row.draft = answers
    row.save(update_fields=["draft"])
    return faults


@transaction.atomic
def hand_in(ticket: str, *, on: date) -> Survey:
    """Hand in what has been answered: a row that leads to nobody. Raises Refused where nothing is."""
    survey, digest = survey_of(ticket, on=on, lock=True)
    row = _locked(survey, digest)
    answers, _ = cleaned(instrument_of(survey), row.draft)
    if not answers:
        raise Refused(NOTHING)
    row.used, row.draft = True, {}
    row.save(update_fields=["used", "draft"])
    AnonymousAnswer.objects.create(survey=survey, received_on=on, answers=answers)
    return survey


@transaction.atomic
def decline(ticket: str, *, on: date) -> Survey:
    """Answer nothing (D-G4): the ticket is used, what was written is gone, and one more has declined."""
    survey, digest = survey_of(ticket, on=on, lock=True)
    row = _locked(survey, digest)
    row.used, row.declined, row.draft = True, True, {}
    row.save(update_fields=["used", "declined", "draft"])
    return survey


@transaction.atomic
def type_in(
    survey: Survey, given: Mapping[str, Any], *, on: date, token: UUID | None = None
) -> dict[str, str]:
    """Keep an answer given on paper or by telephone; gives the faults by field, and keeps nothing where there are some.

    `token` is that of the form: one that is sent twice keeps one answer. Only its digest is kept, and not with the answer.
    """
    survey = _open_one(survey, on)
    answers, faults = cleaned(instrument_of(survey), given)
    if answers and not faults and _first(survey, token):
        AnonymousAnswer.objects.create(survey=survey, received_on=on, answers=answers)
    return faults


@transaction.atomic
def type_in_refusal(survey: Survey, *, on: date, token: UUID | None = None) -> None:
    """Count somebody who was asked by telephone or on paper and chose not to answer; the same form twice counts one."""
    survey = _open_one(survey, on)
    if _first(survey, token):
        Ticket.objects.create(survey=survey, digest=uuid4().hex, used=True, declined=True)


def _first(survey: Survey, token: UUID | None) -> bool:
    """Whether a form is sent for the first time; two that are sent at once wait for each other here."""
    if token is None:
        return True
    digest = sha256(token.bytes).hexdigest()
    _, new = Ticket.objects.get_or_create(survey=survey, digest=digest, defaults={"used": True})
    return new


def draft_of(ticket: str, *, on: date) -> tuple[Survey, dict[str, Any]]:
    """The survey of a ticket and what has been answered so far. Raises as `survey_of`, and Refused once it is used."""
    survey, digest = survey_of(ticket, on=on)
    row = Ticket.objects.filter(survey=survey, digest=digest).first()
    if row and row.used:
        raise Refused(USED)
    return survey, row.draft if row else {}


def _locked(survey: Survey, digest: str) -> Ticket:
    """The ticket's row, locked; a new one where it is opened for the first time. Raises Refused once it is used."""
    Ticket.objects.get_or_create(survey=survey, digest=digest)
    row = Ticket.objects.select_for_update().get(survey=survey, digest=digest)
    if row.used:
        raise Refused(USED)
    return row
