"""Giving the grade: a query about it, advice, the return, and reopening."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from actions.services import note_grade, open_drafts
from audits import selectors
from audits.answers import Given
from audits.completeness import (
    RETURN,
    Key,
    counted,
    failed_checks,
    silent_sections,
    unmet_conditions,
)
from audits.messages import announce, said_at
from audits.models import Audit
from audits.points import AFTER_REOPEN, AFTER_RETURN, follow
from audits.selectors.reading import (
    fired_before,
    forget_line,
    keep_line,
    know_case,
    know_people,
    number_of_moves,
)
from audits.services.follow_ups import give_follow_ups
from audits.services.grading import record_grade
from audits.services.steps import locked, take
from audits.services.triggers import RETURNED, SOURCE, fire, marks_of, tighten_actions
from audits.states import ADVISE, QUERY_GRADE, REOPEN
from audits.states import RETURN as RETURN_MOVE
from core.moves import Refused
from core.notices import tell_all
from core.trail import together
from people.models import User
from standards.edition import Edition
from standards.selectors import calendar_of
from standards.workdays import working_days_from

# How long a reopened audit is given, in working days; no source says.
AGAIN = 5


@transaction.atomic
def query_grade(audit: Audit, *, note: str, by: User, at: datetime) -> Audit:
    """Say that the grade cannot be agreed and ask for advice (B2-10).

    Refused where the framework has no such step, or without a note.
    """
    audit = locked(audit, by=by, permission="audits.query_grade")
    rule = selectors.edition_of(audit).policy.grade_query
    if rule is None or not rule.allowed:
        raise Refused("In this framework the auditor decides the grade; there is no grade query.")
    QUERY_GRADE.check(audit.state)
    if not note.strip():
        raise Refused("Say what you do not agree about.")
    take(audit, QUERY_GRADE, by=by, at=at, reason=note.strip())
    announce(audit, "grade_query", at=at, once=str(audit.moves.count()))
    return audit


@transaction.atomic
def advise_on_grade(audit: Audit, *, advice: str, by: User, at: datetime) -> Audit:
    """Record the QA team's advice and give the audit back to its parties (B2-11)."""
    audit = locked(audit, by=by, permission="audits.advise_on_grade")
    ADVISE.check(audit.state)
    if not advice.strip():
        raise Refused("Enter your advice.")
    take(audit, ADVISE, by=by, at=at, reason=advice.strip())
    announce(audit, "advised", at=at, once=str(audit.moves.count()))
    return audit


def problems_before_return(
    audit: Audit, edition: Edition, answers: dict[Key, Given] | None = None
) -> list[str]:
    """Everything that stands in the way of returning the audit, in words for the screen (B2-12).

    `answers` are all that the audit has, where they have been read already.
    """
    answers = selectors.given_answers(audit) if answers is None else answers
    problems = selectors.missing_in_words(audit, RETURN, answers)
    needed = edition.policy.actions.minimum
    standing = selectors.number_recorded(audit)
    if standing < needed:
        problems.append(
            "Record at least one action." if needed == 1 else f"Record at least {needed} actions."
        )
    problems += problems_of_grade(audit, edition, answers)
    query = edition.policy.grade_query
    if audit.state == QUERY_GRADE.target and query and query.blocks_return:
        problems.append(
            "The grade query is open. Wait for the QA team's advice before you return the audit."
        )
    return problems


def problems_of_grade(
    audit: Audit, edition: Edition, answers: dict[Key, Given] | None = None
) -> list[str]:
    """What the answers that count say against the grade: conditions of the grade, and rules across answers."""
    policy, tool = edition.policy, edition.tools[audit.tool.code]
    everything = selectors.given_answers(audit) if answers is None else answers
    facts = selectors.facts_of(audit)
    judged = selectors.overall_of(tool, everything, policy)
    grade = judged.grade if judged else ""
    problems = [
        f"“{section.title}” is always part of the audit. Answer something in it."
        for section in silent_sections(tool, everything)
    ]
    problems += [
        f"{policy.grade(grade).label} can be given only when every line of “{part.label}” is ticked."
        for part in unmet_conditions(tool, policy, everything, grade=grade, facts=facts)
    ]
    flags = frozenset({"practice_week"} if audit.practice_week else ())
    counting = counted(tool, everything, facts)
    return problems + failed_checks(policy, counting, grade=grade, flags=flags)


@transaction.atomic
def return_audit(audit: Audit, *, by: User, at: datetime) -> Audit:
    """Hand in the audit: answers lock, the grade is recorded as provisional, the actions open (B2-12).

    Raises PermissionDenied if `by` is not its auditor, Refused with every single thing still missing.
    """
    audit = locked(audit, by=by, permission="audits.return_audit")
    know_people(audit)
    know_case(audit)
    try:
        with together():
            return _return(audit, by=by, at=at)
    finally:
        forget_line(audit)


def _return(audit: Audit, *, by: User, at: datetime) -> Audit:
    tree = keep_line(audit, timezone.localdate(at))
    RETURN_MOVE.check(audit.state)
    edition = selectors.edition_of(audit)
    tool, answers = edition.tools[audit.tool.code], selectors.given_answers(audit)
    if problems := problems_before_return(audit, edition, answers):
        raise Refused("The audit cannot be returned yet.", problems)
    judged = selectors.overall_of(tool, answers, edition.policy)
    if judged is None:
        raise Refused("Give the overall grade before you return the audit.")
    record_grade(audit, judged, rationale=selectors.rationale_of(tool, answers), by=by, at=at)
    facts = selectors.facts_of(audit)
    asked = {one.applies_when.fact for one in tool.sections if one.applies_when}
    audit.facts = {fact: says for fact, says in facts.items() if fact in asked}
    audit.returned_at, audit.grade, audit.grade_final = at, judged.grade, False
    take(audit, RETURN_MOVE, by=by, at=at, fields=("returned_at", "grade", "grade_final", "facts"))
    marks = marks_of(audit, answers)
    tighten_actions(audit, [RETURNED], marks=marks, by=by, at=at)
    anchors = selectors.anchors_of(audit)
    open_drafts(SOURCE, audit.pk, by=by, at=at, anchors=anchors, grade=audit.grade, tree=tree)
    note_grade(SOURCE, audit.pk, audit.grade, by=by, at=at)
    before = fired_before(audit.pk)
    fired = fire(audit, RETURNED, marks=marks, before=before, by=by, at=at)
    give_follow_ups(audit, marks=marks, before=before, by=by, at=at)
    also = [name for one in fired for name in one.tell]
    once = str(number_of_moves(audit.pk))
    tell_all([said_at(audit, "returned", at=at, once=once, also=also)], at=at)
    follow(AFTER_RETURN, audit, by=by, at=at)
    return audit


@transaction.atomic
def reopen_audit(audit: Audit, *, reason: str, by: User, at: datetime) -> Audit:
    """Unlock a returned audit for its parties, with a reason; the grades given so far stay (B2-13).

    It is due back five working days from now, or when it was due before where that is later.
    """
    return _reopen(
        locked(audit, by=by, permission="audits.reopen_audit"), reason=reason, by=by, at=at
    )


@transaction.atomic
def send_back(audit: Audit, *, reason: str, by: User, at: datetime) -> Audit:
    """Unlock a returned audit because a panel sends it back; the panel has asked who may (E-21)."""
    return _reopen(Audit.objects.select_for_update().get(pk=audit.pk), reason=reason, by=by, at=at)


def _reopen(audit: Audit, *, reason: str, by: User, at: datetime) -> Audit:
    # What chases it counts from a date that is still to come, never from the one that was kept (C4-c).
    REOPEN.check(audit.state)
    if not reason.strip():
        raise Refused("Say why the audit is reopened.")
    audit.grade_final, words = False, reason.strip()
    again = working_days_from(timezone.localdate(at), AGAIN, calendar_of(audit.council_id))
    if again > audit.deadline_on:
        words += f"\nIt is due back by {again:%-d %B %Y} instead of {audit.deadline_on:%-d %B %Y}."
        audit.deadline_on = again
    take(audit, REOPEN, by=by, at=at, reason=words, fields=("grade_final", "deadline_on"))
    announce(audit, "reopened", at=at, once=str(audit.moves.count()))
    follow(AFTER_REOPEN, audit, by=by, at=at)
    return audit
