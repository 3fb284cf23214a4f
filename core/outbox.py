"""Delivery of messages by e-mail: each once, tried again when the mail server fails."""

import logging
import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from core.models import Notice

log = logging.getLogger(__name__)
BATCH = 200


def send_unsent(*, at: datetime) -> int:
    """Send what is waiting, row by row under a lock, so that two workers never send the same message."""
    sent = 0
    mail = get_connection()
    for pk in Notice.objects.unsent().order_by("made_at").values_list("pk", flat=True)[:BATCH]:
        sent += send_one(pk, mail=mail, at=at)
    return sent


@transaction.atomic
def send_one(pk: int, *, mail: BaseEmailBackend, at: datetime) -> bool:
    """Send one message unless another worker has it or it has gone; a failure is counted and kept."""
    notice = (
        Notice.objects.unsent()
        .select_related("to")
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk=pk)
        .first()
    )
    if notice is None:
        return False
    link = f"{settings.QA_ORIGIN}{notice.path}" if notice.path else settings.QA_ORIGIN
    email = EmailMessage(
        notice.subject, f"{notice.text}\n\n{link}\n", to=[notice.to.email], connection=mail
    )
    try:
        email.send()
    except (OSError, smtplib.SMTPException, ValueError) as fault:
        notice.failures += 1
        notice.fault = type(fault).__name__
        notice.save(update_fields=["failures", "fault"])
        log.warning("message %s was not sent: %s", pk, type(fault).__name__)
        return False
    notice.sent_at = at
    notice.save(update_fields=["sent_at"])
    return True
