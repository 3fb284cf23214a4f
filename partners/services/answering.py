"""What happens behind a partner's link: it is opened, answered and handed in. Nothing else opens with it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audits.selectors import edition_of
from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from partners.models import Contribution, PartnerInvitation
from partners.selectors import asked_sections, grade_choices
from partners.services.inviting import CAUSE, moved
from partners.states import HAND_IN, InvitationState

# No link of ours is longer.
LONGEST = 100
RETURNED = "This audit is finished, so your answers can no longer be changed."


class NoLink(ValueError):
    """What was shown is no link of ours, or one that is taken back, replaced or over: nobody is told which."""


def digest_of(secret: str) -> str:
    """Under what a link is kept. Finding it by its digest takes as long for a near miss as for any other."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def find(secret: str, *, at: datetime, locked: bool = False) -> PartnerInvitation:
    """The invitation behind a link. Raises NoLink where it does not work."""
    if len(secret) > LONGEST:
        raise NoLink
    rows = PartnerInvitation.objects.good_on(timezone.localdate(at))
    rows = rows.select_for_update(of=("self",)) if locked else rows
    people = rows.select_related(
        "council", "audit__case", "audit__auditor", "audit__council", "made_by"
    )
    found: PartnerInvitation | None = people.filter(digest=digest_of(secret)).first()
    if found is None:
        raise NoLink
    return found


@transaction.atomic
def open_link(secret: str, *, at: datetime) -> PartnerInvitation:
    """The invitation of a link that works; that it was opened goes into the trail."""
    found = find(secret, at=at)
    if found.opened_at is None:
        PartnerInvitation.objects.filter(pk=found.pk, opened_at=None).update(opened_at=at)
    council = found.council_id
    record("open: partner", found, cause=CAUSE, at=at, council_id=council)
    return found


def may_write(invitation: PartnerInvitation) -> bool:
    """Whether answers can still be changed."""
    return invitation.state == InvitationState.ASKED and invitation.audit.under_way


@transaction.atomic
def save_answers(
    secret: str, section_code: str, said: Mapping[str, tuple[str, str]], *, at: datetime
) -> None:
    """Keep what a partner says to the questions of one section: text and grade by the question's code.

    Raises NoLink, and Refused once it is handed in, for another section's question, and for a grade that is none.
    """
    invitation = _writable(secret, at)
    sections = {one.code: one for one in asked_sections(invitation)}
    if section_code not in sections:
        raise NoLink
    questions = {one.code: one for one in sections[section_code].questions}
    policy = edition_of(invitation.audit).policy
    for code, (text, grade) in said.items():
        if code not in questions or (
            grade and grade not in dict(grade_choices(questions[code], policy))
        ):
            raise Refused("Choose from the list.")
        _keep(invitation, code, text.strip(), grade, at)
    record("answer: partner", invitation, cause=CAUSE, at=at, council_id=invitation.council_id)


def _keep(invitation: PartnerInvitation, code: str, text: str, grade: str, at: datetime) -> None:
    """Keep one answer as it is now; nothing is kept of what was never answered, or is as it was."""
    there = Contribution.objects.filter(invitation=invitation, question_code=code).first()
    if (there.text, there.grade) == (text, grade) if there else not text and not grade:
        return
    Contribution.objects.update_or_create(
        invitation=invitation,
        question_code=code,
        defaults={"text": text, "grade": grade, "saved_at": at},
    )


@transaction.atomic
def hand_in(secret: str, *, at: datetime) -> PartnerInvitation:
    """Hand the answers in; from now on the audit's parties and the QA team read them. A second time changes nothing.

    Raises NoLink, and Refused where nothing is answered.
    """
    invitation = find(secret, at=at, locked=True)
    if invitation.state == InvitationState.HANDED_IN:
        return invitation
    invitation = _writable(secret, at)
    HAND_IN.check(invitation.state)
    if not any(one.text or one.grade for one in invitation.contributions.all()):
        raise Refused("Answer at least one question before you hand in.")
    invitation.state, invitation.handed_in_at = InvitationState(HAND_IN.target), at
    invitation.save(update_fields=["state", "handed_in_at"])
    moved(invitation, HAND_IN.verb, by=None, at=at)
    audit = invitation.audit
    message = Message(
        kind="partners.handed_in",
        subject=f"A partner has handed in their answers: {audit.reference}",
        text="A partner of another agency has answered their sections of this audit.",
        path=reverse("audit-partners", args=[audit.pk]),
    )
    told = [(audit.auditor, "auditor"), (invitation.made_by, "who invited them")]
    tell(told, message, key=f"partner:{invitation.pk}:{at:%Y%m%d%H%M%S}", at=at)
    return invitation


def _writable(secret: str, at: datetime) -> PartnerInvitation:
    invitation = find(secret, at=at, locked=True)
    HAND_IN.check(invitation.state)
    if not invitation.audit.under_way:
        raise Refused(RETURNED)
    return invitation
