"""Saving answers one at a time: a stale save is refused, and nobody's words are ever lost."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audits import visibility
from audits.answers import Given, is_answered
from audits.models import Answer, Audit, Confirmation, EarlierAnswer, SectionDone
from audits.rules import party
from audits.selectors import (
    Row,
    answers_to,
    applied_sections,
    given_answers,
    given_of,
    missing_in_section,
    tool_of,
)
from audits.selectors.reading import answer_at
from audits.services.changes import change_answer
from audits.services.steps import lock
from core.moves import Refused
from core.trail import record, record_each
from people.models import User
from standards.edition import PartForm, QuestionForm, SectionForm, ToolForm

# Typing on in one answer is one line of the trail; after this pause it is a new one.
SITTING = timedelta(minutes=5)


class Stale(Exception):
    """Somebody else has changed the answer since it was read; `current` is what it says now."""

    def __init__(self, current: Answer) -> None:
        super().__init__("The answer was changed by somebody else.")
        self.current = current


def respondent_of(part: PartForm, me: str) -> str:
    """Whose answer a party gives: a worker's own, or the part's."""
    return me if part.respondent == visibility.PRACTITIONER else part.respondent


def save_answer(
    audit: Audit,
    section: SectionForm,
    part: PartForm,
    given: Given,
    *,
    instance: int,
    read_version: int,
    by: User,
    at: datetime,
) -> Answer | None:
    """Save one answer that was read at `read_version` (0 = blank then). None when blank stays blank.

    Saying the same again changes nothing, so a repeated save is harmless.
    Raises PermissionDenied if the part is not theirs, Refused if it is not open now,
    and Stale if somebody else changed it meanwhile; what was refused is then kept among the earlier answers.
    """
    try:
        return _save(audit, section, part, given, instance, read_version, by=by, at=at)
    except Stale as stale:
        keep_refused(stale.current, given, by=by, at=at)
        raise


@dataclass(frozen=True)
class First:
    """An answer to a part that nobody has answered yet, and whose it is."""

    section: SectionForm
    part: PartForm
    given: Given
    instance: int
    by: User


@transaction.atomic
def give_first(audit: Audit, many: Iterable[First], *, at: datetime) -> int:
    """Give many first answers at once, each as if it were saved alone; the queries do not grow with them.

    Raises PermissionDenied if a part is not theirs, Refused if it is not open now or has been answered: then none
    is kept. Returns how many were given.
    """
    audit = lock(audit)
    many = [one for one in many if not one.given.empty]
    parties = {one.by: party(audit, one.by) for one in many}
    applied: frozenset[str] = frozenset()
    if any(one.section.applies_when for one in many):
        applied = applied_sections(audit, tool_of(audit), given_answers(audit))
    rows, details = [], []
    for one in many:
        me = parties[one.by]
        if not visibility.fills(one.part, me) or not is_answered(one.part):
            raise PermissionDenied
        apart = one.section.applies_when is not None and one.section.code not in applied
        if apart or not visibility.is_open(one.section, audit.state):
            raise Refused("This part is closed now, so nothing was saved.")
        whose = respondent_of(one.part, me)
        key = {"part_id": one.part.id, "respondent": whose, "instance": one.instance}
        answer = Answer(audit=audit, version=1, **key)
        _fill(answer, one.given, by=one.by, at=at)
        rows.append(answer)
        details.append((one.by, {"part": one.part.code, "version": 1}))
    try:
        with transaction.atomic():
            Answer.objects.bulk_create(rows)
    except IntegrityError:
        raise Refused("One of these has been answered already, so nothing was saved.") from None
    record_each("answer", audit, details, at=at)
    return len(rows)


@transaction.atomic
def _save(
    audit: Audit,
    section: SectionForm,
    part: PartForm,
    given: Given,
    instance: int,
    read_version: int,
    *,
    by: User,
    at: datetime,
) -> Answer | None:
    audit = lock(audit)
    me = party(audit, by)
    if not visibility.fills(part, me) or not is_answered(part):
        raise PermissionDenied
    if not visibility.is_open(section, audit.state):
        raise Refused("This part is closed now, so your last change was not saved.")
    if not applies(audit, section):
        raise Refused("This section does not apply any longer, so your last change was not saved.")
    respondent = respondent_of(part, me)
    answer = answer_at(audit.pk, part.id, respondent, instance)
    if answer is None:
        return _first(audit, part, given, respondent, instance, by=by, at=at)
    if given_of(answer) == given:
        return answer
    if answer.version != read_version:
        raise Stale(answer)
    return _replace(audit, part.code, answer, given, by=by, at=at)


def applies(audit: Audit, section: SectionForm) -> bool:
    """Whether the section applies to this audit; a query only where that depends on something."""
    if section.applies_when is None:
        return True
    return section.code in applied_sections(audit, tool_of(audit), given_answers(audit))


def _first(
    audit: Audit,
    part: PartForm,
    given: Given,
    respondent: str,
    instance: int,
    *,
    by: User,
    at: datetime,
) -> Answer | None:
    if given.empty:
        return None
    answer = Answer(
        audit=audit, part_id=part.id, respondent=respondent, instance=instance, version=1
    )
    _write(answer, given, by=by, at=at)
    record("answer", audit, by=by, at=at, detail={"part": part.code, "version": 1})
    return answer


def _replace(
    audit: Audit, code: str, answer: Answer, given: Given, *, by: User, at: datetime
) -> Answer:
    another = answer.saved_by_id != by.pk
    if another and not given_of(answer).empty:
        keep_earlier(answer, by=by, at=at)
    sitting_over = at - answer.saved_at > SITTING
    answer.version += 1
    _write(answer, given, by=by, at=at)
    if another or sitting_over:
        record("answer", audit, by=by, at=at, detail={"part": code, "version": answer.version})
    return answer


def _write(answer: Answer, given: Given, *, by: User, at: datetime) -> None:
    _fill(answer, given, by=by, at=at)
    if answer.pk is None:
        answer.save()
    else:
        change_answer(answer)


def _fill(answer: Answer, given: Given, *, by: User, at: datetime) -> None:
    answer.number, answer.text, answer.day, answer.place = (
        given.number,
        given.text,
        given.day,
        given.place,
    )
    answer.saved_by, answer.saved_at = by, at


def keep_earlier(answer: Answer, *, by: User, at: datetime) -> None:
    """Keep another person's words before they are replaced."""
    EarlierAnswer.objects.create(
        audit_id=answer.audit_id,
        part_id=answer.part_id,
        respondent=answer.respondent,
        instance=answer.instance,
        number=answer.number,
        text=answer.text,
        day=answer.day,
        place=answer.place,
        version=answer.version,
        saved_by_id=answer.saved_by_id,
        saved_at=answer.saved_at,
        replaced_by=by,
        replaced_at=at,
    )


def keep_refused(current: Answer, given: Given, *, by: User, at: datetime) -> None:
    """Keep words that met a newer answer, so that they are safe whatever is chosen; once each."""
    kept = EarlierAnswer.objects.filter(
        audit_id=current.audit_id,
        part_id=current.part_id,
        respondent=current.respondent,
        instance=current.instance,
        saved_by=by,
        number=given.number,
        text=given.text,
        day=given.day,
        place=given.place,
    )
    if given.empty or kept.exists():
        return
    EarlierAnswer.objects.create(
        audit_id=current.audit_id,
        part_id=current.part_id,
        respondent=current.respondent,
        instance=current.instance,
        number=given.number,
        text=given.text,
        day=given.day,
        place=given.place,
        version=current.version,
        saved_by=by,
        saved_at=at,
        replaced_by_id=current.saved_by_id,
        replaced_at=current.saved_at,
        refused=True,
    )


@transaction.atomic
def finish_section(
    audit: Audit, tool: ToolForm, section: SectionForm, *, by: User, at: datetime
) -> None:
    """Record that this party has finished the section. Refused while something it needs is blank."""
    audit = lock(audit)
    me = party(audit, by)
    if me not in visibility.PARTIES or not any(
        visibility.fills(part, me) for question in section.questions for part in question.parts
    ):
        raise PermissionDenied
    if not visibility.is_open(section, audit.state):
        raise Refused("This section is closed now.")
    if not applies(audit, section):
        raise Refused("This section does not apply to this audit.")
    if problems := missing_in_section(audit, tool, section, me):
        raise Refused("Answer these before you finish the section.", problems)
    _, made = SectionDone.objects.get_or_create(
        audit=audit, section_code=section.code, respondent=me, defaults={"by": by, "at": at}
    )
    if made:
        record("finish section", audit, by=by, at=at, detail={"section": section.code})


def fingerprint(answers: Iterable[Answer | Row]) -> str:
    """The state of a question's answers: which versions there are."""
    versions = sorted(f"{a.part_id}.{a.respondent}.{a.instance}.{a.version}" for a in answers)
    return hashlib.sha256("|".join(versions).encode()).hexdigest()


@transaction.atomic
def confirm_question(
    audit: Audit, question: QuestionForm, *, by: User, at: datetime
) -> Confirmation:
    """One party confirms a joint question as it stands; a later change makes the confirmation lapse (B3-2)."""
    audit = lock(audit)
    if party(audit, by) not in visibility.PARTIES:
        raise PermissionDenied
    if not any(part.respondent == visibility.JOINT for part in question.parts):
        raise Refused("Only what is answered together can be confirmed.")
    if not visibility.is_open(tool_of(audit).section(question.section_code), audit.state):
        raise Refused("This question is closed now.")
    answers = answers_to(audit, question)
    if not answers:
        raise Refused("There is nothing to confirm yet.")
    confirmation, _ = Confirmation.objects.update_or_create(
        audit=audit,
        question_code=question.code,
        by=by,
        defaults={"at": at, "fingerprint": fingerprint(answers)},
    )
    record("confirm", audit, by=by, at=at, detail={"question": question.code})
    return confirmation
