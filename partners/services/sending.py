"""Mailing partners their links. A link is made as it goes out, so that it stands nowhere: not even while it waits.

A worker that is killed after the mail server took the mail makes another link for the next try; the newest works.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.outbox import gap_after, goes_out, one_by_one
from core.sealed import Unreadable, unseal
from partners.models import PartnerInvitation
from partners.services.answering import digest_of
from people.roles import Role
from people.selectors import holds

log = logging.getLogger(__name__)
BATCH = 50
# 256 bits by chance.
CHANCE = 32
SUBJECT = "You are asked to take part in a quality audit"
TEXT = """{who} of {council}, children’s services, asks your agency to take part in a quality audit with other agencies.

Open this link to see when the meeting is and which questions you are asked:

{link}

The link is yours alone: please do not pass it on. It works until {until}. It opens this audit’s questions and
nothing else. If you did not expect this, tell the quality assurance team and do not open it.
"""


def send_links(*, at: datetime) -> int:
    """Mail the links that wait; returns how many went. Two workers never send the same one."""
    waiting = PartnerInvitation.objects.to_send(timezone.localdate(at), timezone.now())
    keys = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return one_by_one(keys, lambda pk, mail: send_link(pk, mail=mail, at=at), "partners’ links are")


def send_link(pk: int, *, mail: BaseEmailBackend, at: datetime) -> int:
    """Make one partner's link and mail it, unless another worker has it; how many went."""
    taken = take(pk, at=at)
    if taken is None:
        return 0
    invitation, secret = taken
    try:
        email = letter(invitation, secret)
    except Unreadable as fault:
        put_off(invitation, fault)
        return 0
    if not goes_out(email, mail, lambda fault: put_off(invitation, fault)):
        return 0
    held = PartnerInvitation.objects.filter(pk=pk, digest=invitation.digest, sent_at=None)
    return held.update(sent_at=at, taken_until=None)


@transaction.atomic
def take(pk: int, *, at: datetime) -> tuple[PartnerInvitation, str] | None:
    """Keep an invitation from other workers for a while, with a new link; None where it is no longer to be sent."""
    now = timezone.now()
    rows = PartnerInvitation.objects.to_send(timezone.localdate(at), now)
    rows = rows.select_related("council", "made_by").select_for_update(
        of=("self",), skip_locked=True
    )
    invitation: PartnerInvitation | None = rows.filter(pk=pk).first()
    if invitation is None:
        return None
    secret = secrets.token_urlsafe(CHANCE)
    invitation.digest = digest_of(secret)
    invitation.taken_until = now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    invitation.save(update_fields=["digest", "taken_until"])
    return invitation, secret


def put_off(invitation: PartnerInvitation, fault: Exception) -> None:
    """Count a failure and say when the next try is."""
    failures = invitation.failures + 1
    next_try_at = timezone.now() + gap_after(failures)
    PartnerInvitation.objects.filter(pk=invitation.pk, sent_at=None).update(
        failures=failures, taken_until=None, next_try_at=next_try_at
    )
    log.warning("the link of invitation %s was not sent: %s", invitation.pk, type(fault).__name__)


def letter(invitation: PartnerInvitation, secret: str) -> EmailMessage:
    """The mail: who asks, by their role, and the link; nothing of the child or of the audit.

    Raises Unreadable where the address cannot be opened.
    """
    on = timezone.localdate(invitation.made_at)
    head = holds(invitation.made_by, Role.QA_HEAD, on=on)
    words = TEXT.format(
        who="The head of quality assurance" if head else "A quality assurance officer",
        council=invitation.council.name,
        link=f"{settings.QA_ORIGIN}{reverse('invited', args=[secret])}",
        until=f"{invitation.last_day:%-d %B %Y}",
    )
    address = unseal(invitation.email, about=invitation.sealed_about("email"))
    return EmailMessage(SUBJECT, words, to=[address])
