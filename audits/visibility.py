"""Who sees and fills which part of an audit, by their part in it and its state (B3-1, H2)."""

from audits.states import SESSION_BEGUN, AuditState
from standards.edition import PartForm, SectionForm

AUDITOR, PRACTITIONER, SECOND, JOINT = "auditor", "practitioner", "second", "joint"
QA, READER = "qa", "reader"
WORKERS = (PRACTITIONER, SECOND)
PARTIES = (AUDITOR, PRACTITIONER, SECOND)


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
    if me == READER:
        return state == AuditState.RETURNED
    if me == QA or state in SESSION_BEGUN:
        return True
    hidden = section.hidden_until_session_from
    return not ("practitioner" in hidden if me in WORKERS else me in hidden)


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
