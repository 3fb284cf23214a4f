"""Delivery of messages by e-mail: each once, or those of a day in one; tried again when the mail server fails.

No transaction is open while the mail server is spoken to: the rows are taken for a while, the mail goes out,
they are marked as sent. A worker that is killed between the last two sends the mail again under
the same Message-ID, by which the recipient's server knows it.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.models import Notice
from core.moves import Refused
from core.querysets import NoticeQuerySet
from core.trail import record

log = logging.getLogger(__name__)
Mail = TypeVar("Mail")
BATCH = 200
# Minutes until the second to the eighth try: two days in all. What is restricted is tried daily from then on.
GAPS = (1, 5, 15, 60, 240, 720, 1440)
# What is wrong with one mail; any other fault is the server's, and the rest waits for the next round.
ITS_OWN = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    ValueError,
)


class ServerAway(Exception):
    """The mail server cannot be reached or broke off."""


def send_unsent(*, at: datetime) -> int:
    """Send what is waiting; returns how many messages went. Two workers never send the same one."""
    return one_by_one(
        waiting(timezone.now()), lambda rows, mail: send(rows, mail=mail, at=at), "what waits is"
    )


def one_by_one(
    mails: Iterable[Mail], send: Callable[[Mail, BaseEmailBackend], int], what: str
) -> int:
    """Send each over one talk with the mail server, and end the round when it is away; how many messages went.

    `what` begins what the log says then: “invitations are”.
    """
    sent = 0
    mail = get_connection()
    try:
        for one in mails:
            sent += send(one, mail)
    except ServerAway:
        log.warning("the mail server is away; %s tried again", what)
    finally:
        hang_up(mail)
    return sent


def goes_out(
    email: EmailMessage, mail: BaseEmailBackend, put_off: Callable[[Exception], None]
) -> bool:
    """Hand a mail to the mail server; whether it took it. What it did not take is put off.

    Raises ServerAway where the fault is not the mail's own.
    """
    email.connection = mail
    try:
        mail.open()
        email.send()
    except (OSError, ValueError) as fault:
        put_off(fault)
        hang_up(mail)
        if isinstance(fault, ITS_OWN):
            return False
        raise ServerAway from fault
    return True


def gap_after(failures: int) -> timedelta:
    """How long until the next try, after so many that failed."""
    return timedelta(minutes=GAPS[min(failures, len(GAPS)) - 1])


def waiting(now: datetime) -> Iterator[NoticeQuerySet]:
    """The messages of each mail that is to go out now, the oldest first."""
    free = Notice.objects.free(now)
    alone = free.for_now().order_by("made_at", "pk").values_list("pk", flat=True)[:BATCH]
    for pk in list(alone):
        yield Notice.objects.filter(pk=pk)
    bundles = free.exclude(bundle="").order_by("bundle").values_list("to", "bundle").distinct()
    for person, bundle in list(bundles[:BATCH]):
        yield Notice.objects.filter(to=person, bundle=bundle)


def send(rows: NoticeQuerySet, *, mail: BaseEmailBackend, at: datetime) -> int:
    """Send one mail with these messages unless another worker has them or they have gone; how many went."""
    notices = take(rows)
    if not notices:
        return 0
    held = Notice.objects.filter(pk__in=[notice.pk for notice in notices])

    def later(fault: Exception) -> None:
        for notice in notices:
            put_off(notice, fault)

    if not goes_out(letter(notices), mail, later):
        return 0
    return held.filter(sent_at=None).update(sent_at=at, taken_until=None, fault="", address="")


@transaction.atomic
def take(rows: NoticeQuerySet) -> list[Notice]:
    """Keep a mail's messages from other workers for a while: all of them, or none if another has one."""
    now = timezone.now()
    until = now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    free = rows.free(now).select_related("to").order_by("made_at", "pk")
    notices = list(free.select_for_update(skip_locked=True, of=("self",)))
    if len(notices) < rows.unsent().count():
        return []
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(taken_until=until)
    return notices


def put_off(notice: Notice, fault: Exception) -> None:
    """Count a failure and say when the next try is."""
    failures = notice.failures + 1
    next_try_at = timezone.now() + gap_after(failures)
    name = type(fault).__name__
    Notice.objects.filter(pk=notice.pk, sent_at=None).update(
        failures=failures, fault=name, taken_until=None, next_try_at=next_try_at
    )
    log.warning("message %s was not sent: %s", notice.pk, name)


def hang_up(mail: BaseEmailBackend) -> None:
    """End the talk with the mail server, which may have ended it already."""
    try:
        mail.close()
    except (OSError, ValueError):
        return


def letter(notices: list[Notice]) -> EmailMessage:
    """The mail with one message, or with those of a morning."""
    first = notices[0]
    if not first.bundle:
        # A subject is one line, whatever stands in it.
        line = " ".join(first.subject.split())
        to = first.address or first.to.email
        return EmailMessage(line, words(first), to=[to], headers=numbered(f"notice-{first.pk}"))
    number = len(notices)
    subject = f"{number} messages" if number > 1 else "1 message"
    text = "\n".join(f"{one.subject}\n\n{words(one)}" for one in notices)
    headers = numbered(f"morning-{first.to_id}-{first.bundle}")
    return EmailMessage(
        f"{subject} from the QA service", text, to=[first.to.email], headers=headers
    )


def words(notice: Notice) -> str:
    """A message's text and the address of its page."""
    link = f"{settings.QA_ORIGIN}{notice.path}" if notice.path else settings.QA_ORIGIN
    return f"{notice.text}\n\n{link}\n"


def numbered(name: str) -> dict[str, str]:
    """The header by which a mail that is sent twice is known for one."""
    return {"Message-ID": f"<{name}@{urlsplit(settings.QA_ORIGIN).hostname}>"}


def bundle_up(*, at: datetime) -> int:
    """Put what people keep for the morning into one mail each, and send it; returns how many messages."""
    name = f"{timezone.now():%Y%m%d%H%M%S%f}"
    number = Notice.objects.filter(pk__in=Notice.objects.for_the_morning().values("pk")).update(
        bundle=name
    )
    send_unsent(at=at)
    return number


@transaction.atomic
def retry(pk: int, *, by: Any, at: datetime) -> Notice:
    """Let a message that was given up be tried again, with those of the same mail (B7-7)."""
    notice = Notice.objects.log_of(by.council_id).select_for_update(of=("self",)).get(pk=pk)
    if not by.has_perm("core.retry_message"):
        raise PermissionDenied
    if not notice.to.is_active:
        raise Refused("This person has left. Nothing is mailed to them.")
    if not notice.given_up:
        raise Refused("This message has not failed.")
    same_mail = Q(to=notice.to_id, bundle=notice.bundle) if notice.bundle else Q(pk=pk)
    Notice.objects.filter(same_mail, sent_at=None).update(failures=0, next_try_at=None, fault="")
    record("message.retried", notice, by=by, at=at, council_id=by.council_id)
    return notice
