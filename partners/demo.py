"""Demo data: partners of other agencies in one audit that is under way, one of whom has answered."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audits.models import Audit
from audits.states import AuditState
from partners.models import PartnerInvitation
from partners.selectors import asked_sections, sections_of
from partners.services.inviting import Asked, invite, moved
from partners.states import HAND_IN, InvitationState
from people.models import Council, User
from people.roles import QA_TEAM

INVITED = (
    ("Robin Marlow", "Health visiting", "robin.marlow@health.example.org"),
    ("Sam Okoro", "Primary school", "s.okoro@school.example.org"),
)
SAYS = (
    "We saw the child each month and told the social worker at once when a visit was missed. "
    "The plan reached us two weeks after the meeting."
)


@transaction.atomic
def invite_some(council: Council, *, at: datetime) -> int:
    """Invite two partners to the first audit in session; one has handed in. A second time adds nothing."""
    if PartnerInvitation.objects.filter(council=council).exists():
        return 0
    audits = Audit.objects.filter(council=council, state=AuditState.IN_SESSION).order_by("pk")
    on = timezone.localdate(at)
    officers = [
        one
        for role in sorted(QA_TEAM)
        for one in User.objects.filter(council=council).holding(role, on)
    ]
    for audit in audits:
        for officer in officers:
            if officer.has_perm("partners.invite_partner", audit):
                return _invite(audit, officer, at=at)
    return 0


def _invite(audit: Audit, officer: User, *, at: datetime) -> int:
    sections = [one.code for one in sections_of(audit)][:2]
    day = timezone.localdate(at) + timedelta(days=21)
    for number, (name, agency, email) in enumerate(INVITED):
        asked = Asked(name, agency, email, sections, day, place="Room 4, Civic Offices")
        made = invite(audit, asked, by=officer, at=at)
        if number == 0:
            _answer(made, at=at)
    return len(INVITED)


def _answer(invitation: PartnerInvitation, *, at: datetime) -> None:
    """As if the link had been opened: no mail goes out to anybody in a demo's first minute."""
    for section in asked_sections(invitation)[:1]:
        for question in section.questions[:2]:
            invitation.contributions.create(question_code=question.code, text=SAYS, saved_at=at)
    invitation.state, invitation.handed_in_at = InvitationState(HAND_IN.target), at
    invitation.sent_at = invitation.opened_at = at
    invitation.save()
    moved(invitation, HAND_IN.verb, by=None, at=at)
