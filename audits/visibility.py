"""Who sees and fills which part of an audit, by their part in it and its state (B3-1, H2)."""

from collections.abc import Mapping

from audits.answers import Given, codes_in, is_answered
from audits.states import SESSION_BEGUN, AuditState
from standards.edition import AppliesWhen, PartForm, SectionForm, ToolForm
from standards.policy import Policy

AUDITOR, PRACTITIONER, SECOND, JOINT = "auditor", "practitioner", "second", "joint"
QA, READER = "qa", "reader"
# Somebody who gives a view of the grade before seeing the auditor's.
BLIND = "blind"
WORKERS = (PRACTITIONER, SECOND)
PARTIES = (AUDITOR, PRACTITIONER, SECOND)
GRADING = frozenset({"scale", "grade", "overall_grade"})


def stage(state: str) -> str:
    """The stage whose sections are open: during a grade query people may still put things right."""
    return AuditState.IN_SESSION if state == AuditState.GRADE_QUERY else state


def is_open(section: SectionForm, state: str) -> bool:
    """Whether the section can be filled in this state by those whose it is."""
    return stage(state) in section.open_in


def fills(part: PartForm, me: str) -> bool:
    """Whether this party answers the part."""
    if part.respondent == PRACTITIONER:
        return me in WORKERS
    if part.respondent == JOINT:
        return me in PARTIES
    return me == part.respondent


def may_edit(section: SectionForm, part: PartForm, *, me: str, state: str) -> bool:
    """Whether this party may answer the part now."""
    return is_open(section, state) and fills(part, me)


def may_see(section: SectionForm, *, me: str, state: str) -> bool:
    """Whether this person may open the section now.

    Before the meeting a section can be hidden from the auditor or the workers; somebody who only
    reads (a manager, a leader) sees an audit once it is returned.
    """
    if me in {READER, BLIND}:
        return state == AuditState.RETURNED
    if me == QA or state in SESSION_BEGUN:
        return True
    hidden = section.hidden_until_session_from
    return not ("practitioner" in hidden if me in WORKERS else me in hidden)


def kept_back(tool: ToolForm, policy: Policy) -> frozenset[str]:
    """The codes of the parts that say or explain a grade: they are not sent to whoever grades blind.

    Scales and grades, reasons given for them, everything asked together with the overall grade, the
    conditions of a grade, and why another grade than the suggested one was given.
    """
    found = {one.part for one in policy.overall_grade.conditions}
    if tool.suggestion:
        found.add(tool.suggestion.reason_part)
    for section in tool.sections:
        for question in section.questions:
            overall = any(part.kind == "overall_grade" for part in question.parts)
            found |= {
                part.code
                for part in question.parts
                if overall or part.kind in GRADING or part.code.endswith(".rationale")
            }
    return frozenset(found)


def prepares(tool: ToolForm, me: str) -> bool:
    """Whether this party fills anything before the meeting."""
    return any(
        is_answered(part) and may_edit(section, part, me=me, state=AuditState.PREPARING)
        for section in tool.sections
        for question in section.questions
        for part in question.parts
    )


def closing(tool: ToolForm) -> bool:
    """Whether the workers' preparation can no longer be changed once the meeting has begun."""
    return any(
        part.respondent == PRACTITIONER and section.open_in == (AuditState.PREPARING,)
        for section in tool.sections
        for question in section.questions
        for part in question.parts
    )


def sees_actions(*, me: str, state: str) -> bool:
    """Whether this person sees the recorded actions: before the meeting they are the auditor's own drafts."""
    return me not in WORKERS or state in SESSION_BEGUN


def sees_answers_of(respondent: str, *, me: str, state: str) -> bool:
    """Whether this person sees what a respondent said: one worker's preparation is apart from the other's."""
    apart = me in WORKERS and respondent in WORKERS and me != respondent
    return not apart or state in SESSION_BEGUN


def respondents(part: PartForm, *, second: bool) -> tuple[str, ...]:
    """Whose answers the part has: each worker's own for a practitioner's part."""
    if part.respondent == PRACTITIONER:
        return WORKERS if second else (PRACTITIONER,)
    return (part.respondent,)


def applying(
    tool: ToolForm, facts: Mapping[str, str], answers: Mapping[tuple[str, str, int], Given]
) -> frozenset[str]:
    """The codes of the sections that apply to this child and audit.

    A condition looks at an earlier section only; what was said in a section that does not apply counts for nothing.
    """
    found: set[str] = set()
    for section in tool.sections:
        when = section.applies_when
        if when is None or section.always or holds(tool, when, facts, answers, found):
            found.add(section.code)
    return frozenset(found)


def holds(
    tool: ToolForm,
    when: AppliesWhen,
    facts: Mapping[str, str],
    answers: Mapping[tuple[str, str, int], Given],
    applied: set[str],
) -> bool:
    """Whether a section's condition is met: by a fact, or by anybody's answer in a section that applies."""
    if when.fact:
        return among(facts.get(when.fact, ""), when)
    if tool.part(when.part).section_code not in applied:
        return False
    said = (given for key, given in answers.items() if key[0] == when.part)
    return any(not codes_in(given).isdisjoint(when.values) for given in said)


def among(fact: str, when: AppliesWhen) -> bool:
    """Whether a fact is one of a condition's values; ages may be written as 5-9. Not known is none of them."""
    if not fact:
        return False
    if when.fact == "case.age":
        return any(in_ages(int(fact), value) for value in when.values)
    return fact.casefold() in {value.casefold() for value in when.values}


def in_ages(age: int, written: str) -> bool:
    """Whether an age is the one written, or lies in the years written, both ends included."""
    first, _, last = written.partition("-")
    return int(first) <= age <= int(last or first)
