"""Partners' invitations and what they said, for the page of an audit and for the partner's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from audits import visibility
from audits.models import Audit
from audits.selectors import edition_of, tool_of
from audits.words import choices
from core.sealed import Unreadable, unseal
from partners.models import Contribution, PartnerInvitation
from partners.states import InvitationState
from people.models import User
from standards.edition import PartForm, QuestionForm, SectionForm
from standards.policy import Policy

LASTS = timedelta(days=28)
# Who proposes a grade beside the partner: what a worker says of themselves is no grade of the audit.
JUDGES = (visibility.AUDITOR, visibility.JOINT)


@dataclass(frozen=True)
class Answered:
    """One question of an audit's tool with what a partner said to it."""

    question: QuestionForm
    text: str
    grade: str


@dataclass(frozen=True)
class Partner:
    """One invitation as it stands on the page of an audit; what was said only once it is handed in."""

    invitation: PartnerInvitation
    name: str
    email: str
    asked: list[str]
    answers: list[Answered]
    works: bool


def sealed_word(invitation: PartnerInvitation, column: str) -> str:
    """A partner's name or address; words for it where the key is missing."""
    try:
        return unseal(getattr(invitation, column), about=invitation.sealed_about(column))
    except Unreadable:
        return "cannot be opened: its key is missing"


def sections_of(audit: Audit) -> list[SectionForm]:
    """The sections of an audit's tool that a partner can answer: not those that only the worker fills in."""
    return [one for one in tool_of(audit).sections if any(map(for_partners, one.questions))]


def for_partners(question: QuestionForm) -> bool:
    """Whether somebody besides the worker answers a question."""
    return any(part.respondent != visibility.PRACTITIONER for part in question.parts)


def asked_sections(invitation: PartnerInvitation) -> list[SectionForm]:
    """The sections that a partner was asked to answer, in the tool's order."""
    return [one for one in sections_of(invitation.audit) if one.code in invitation.sections]


def grade_part(question: QuestionForm) -> PartForm | None:
    """The part of a question that gives a grade; None where it has none."""
    parts = (one for one in question.parts if one.kind in visibility.GRADING)
    return next((one for one in parts if one.respondent in JUDGES), None)


def grade_choices(question: QuestionForm, policy: Policy) -> list[tuple[str, str]]:
    """The grades that a question can be given, as codes and words."""
    part = grade_part(question)
    found = choices(part, policy, "") if part else ()
    return [(one.code, one.label) for one in found]


def given(invitation: PartnerInvitation) -> dict[str, Contribution]:
    """What a partner has said so far, by question."""
    return {one.question_code: one for one in invitation.contributions.all()}


def answered(invitation: PartnerInvitation) -> list[Answered]:
    """The questions that a partner has answered, in the tool's order, with the grades in words."""
    return list(_answered(invitation))


def _answered(invitation: PartnerInvitation) -> Iterator[Answered]:
    said, policy = given(invitation), edition_of(invitation.audit).policy
    for section in asked_sections(invitation):
        for question in section.questions:
            one = said.get(question.code)
            if one and (one.text or one.grade):
                words = dict(grade_choices(question, policy))
                yield Answered(question, one.text, words.get(one.grade, one.grade))


def partners_of(audit: Audit, *, reader: User, on: date) -> list[Partner]:
    """The partners of an audit for whoever reads them; the address is for those who invite."""
    seen = PartnerInvitation.objects.visible_to(reader, on).filter(audit=audit)
    rows = seen.prefetch_related("contributions").select_related("made_by")
    may_invite = reader.has_perm("partners.invite_partner", audit)
    return [_partner(one, audit, may_invite, on) for one in rows]


def _partner(row: PartnerInvitation, audit: Audit, may_invite: bool, on: date) -> Partner:
    row.audit = audit
    handed_in = row.state == InvitationState.HANDED_IN
    return Partner(
        row,
        sealed_word(row, "name"),
        sealed_word(row, "email") if may_invite else "",
        [one.title for one in asked_sections(row)],
        answered(row) if handed_in else [],
        row.state != InvitationState.WITHDRAWN and row.last_day >= on,
    )


def usual_last_day(audit: Audit, on: date) -> date:
    """The day after the meeting where it lies ahead; four weeks from today where it does not."""
    met = timezone.localdate(audit.meeting_at) if audit.meeting_at else None
    return met + timedelta(days=1) if met and met >= on else on + LASTS
