"""Bringing what somebody said with an audit into the audit's own form, so that nobody types it again (D-G4)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from audits import visibility
from audits.answers import Given, Unreadable, is_answered, read
from audits.models import Answer, Audit
from audits.selectors import answers_to, edition_of, given_of, tool_of
from audits.services.answers import save_answer
from audits.states import AuditState
from core.moves import Refused
from core.trail import record
from feedback.models import Reply
from feedback.selectors.instruments import instrument_of
from feedback.words import ANSWERED
from people.models import User
from standards.edition import PartForm, QuestionForm, SectionForm
from standards.policy import Policy

CONTACT, REASON = "contact_on", "reason"
ALONE = "This reply belongs to no audit."
RETURNED = "The audit is returned, so its form is closed and nothing was brought in."
CLOSED = "This part of the audit form is closed now, so nothing was brought in."
NO_QUESTION = "The audit form has no place for this reply."
NOTHING = "Nothing in this reply has a place on the audit form."
ALREADY = "This reply is already on the form."
FULL = "Every place for this on the audit form is filled, so nothing was brought in."

# What stands in one place of a repeated question, by the part's code.
Place = dict[str, Given]


@transaction.atomic
def bring_in(reply: Reply, *, by: User, at: datetime) -> int:
    """Write a reply into the first empty place of its question on the audit's form; the place's number comes back.

    Nothing on the form is overwritten. Raises PermissionDenied for anybody but the audit's auditor, and Refused where
    the form is closed, has no place for the reply or no empty one, cannot take an answer, or has the reply already.
    """
    if reply.audit_id is None:
        raise Refused(ALONE)
    audit = Audit.objects.select_for_update(of=("self",)).with_edition().get(pk=reply.audit_id)
    if by.pk != audit.auditor_id:
        raise PermissionDenied
    section, question = open_question(reply, audit)
    wanted = wanted_of(reply, question, edition_of(audit).policy)
    rows = answers_to(audit, question)
    place = place_for(wanted, places_of(question, rows))
    versions = {(row.part_id, row.instance): row.version for row in rows}
    for part in question.parts:
        if part.code in wanted:
            save_answer(
                audit,
                section,
                part,
                wanted[part.code],
                instance=place,
                # A place that somebody has emptied again has been saved before.
                read_version=versions.get((part.id, place), 0),
                by=by,
                at=at,
            )
    detail = {"audit": audit.pk, "place": place}
    record("bring reply in", reply, by=by, at=at, detail=detail, council_id=reply.council_id)
    return place


def open_question(reply: Reply, audit: Audit) -> tuple[SectionForm, QuestionForm]:
    """The question of the audit's form that asks for the same as the reply's instrument, in its section.

    Raises Refused where the form has none, or it is closed now.
    """
    if audit.state == AuditState.RETURNED:
        raise Refused(RETURNED)
    code = instrument_of(reply).question
    for section in tool_of(audit).sections:
        for question in section.questions:
            if question.code == code:
                if not visibility.is_open(section, audit.state):
                    raise Refused(CLOSED)
                return section, question
    raise Refused(NO_QUESTION)


def wanted_of(reply: Reply, question: QuestionForm, policy: Policy) -> Place:
    """What a reply says to the auditor's parts of a question. Raises Refused where a part cannot take it, or none does."""
    found: Place = {}
    for part in question.parts:
        value = said_to(part, reply, question)
        if value is None or not (is_answered(part) and visibility.fills(part, visibility.AUDITOR)):
            continue
        try:
            found[part.code] = read(part, typed(part, value), policy)
        except Unreadable as fault:
            raise Refused(f"{part.label}: {fault}") from None
    if not numbers(found) and not texts(found):
        raise Refused(NOTHING)
    return found


def said_to(part: PartForm, reply: Reply, question: QuestionForm) -> object | None:
    """What a reply says to one part: the answer to the field of its code, else what came of asking, why, or when."""
    code = part.code.rpartition(".")[2]
    if code in reply.answers:
        value: object = reply.answers[code]
        return value
    options = {one.code for one in part.options}
    if ANSWERED in options:
        return reply.outcome if reply.outcome in options else None
    if code == REASON:
        return reply.reason or None
    return reply.received_on if is_the_day(part, question) else None


def is_the_day(part: PartForm, question: QuestionForm) -> bool:
    """Whether a part asks for the day of the contact: it is named so, or it is the question's only date."""
    dates = [one.code for one in question.parts if one.kind == "date"]
    named = part.code.rpartition(".")[2] == CONTACT
    return part.kind == "date" and (named or dates == [part.code])


def typed(part: PartForm, value: object) -> Mapping[str, str]:
    """A value as somebody would type it into the part's boxes."""
    if part.kind == "date":
        return dict(zip("ymd", (*str(value).split("-"), "", ""), strict=False))
    return {"": str(value)}


def places_of(question: QuestionForm, rows: Iterable[Answer]) -> dict[int, Place]:
    """What each place of a question holds by now; an empty one holds nothing."""
    codes = {part.id: part.code for part in question.parts}
    found: dict[int, Place] = {number: {} for number in range(1, question.repeat + 1)}
    for row in rows:
        given = given_of(row)
        if row.instance in found and not given.empty:
            found[row.instance][codes[row.part_id]] = given
    return found


def place_for(wanted: Place, places: Mapping[int, Place]) -> int:
    """The first empty place. Raises Refused where another one says the same, or none is empty."""
    if any(says(place, wanted) for place in places.values()):
        raise Refused(ALREADY)
    for number, place in places.items():
        if not place:
            return number
    raise Refused(FULL)


def says(place: Place, wanted: Place) -> bool:
    """Whether a place holds the same numbers and these texts; the auditor may have added others, or moved the day."""
    return numbers(place) == numbers(wanted) and texts(wanted).items() <= texts(place).items()


def numbers(place: Place) -> dict[str, int]:
    """The numbers in a place."""
    return {code: given.number for code, given in place.items() if given.number is not None}


def texts(place: Place) -> dict[str, str]:
    """The texts and choices in a place."""
    return {code: given.text for code, given in place.items() if given.text}
