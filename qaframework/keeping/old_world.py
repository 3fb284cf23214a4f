"""After a restore: what was handed out before must open nothing, and what may have been sent is not sent again."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from core.models import Notice
from core.querysets import NOTICE_TRIES
from core.trail import record
from partners.models import PartnerInvitation
from people.models import Invitation, User
from people.sign_ins import TRIES
from reporting.models import ApiToken

HELD = "Held back after a restore"


@transaction.atomic
def end_old_world(*, at: datetime, send_messages: bool) -> dict[str, int]:
    """End sessions, links to an account or an audit, and tokens that were there when the backup was made, and hold
    unsent mail unless `send_messages`.

    Some of them may have been ended since, of which a restored database knows nothing. Links to give feedback stay
    good: what families answered since is lost, and they may answer again. Returns how many of each.
    """
    ended = {
        "sessions": Session.objects.all().delete()[0],
        "sessions listed": UserSession.objects.all().delete()[0],
        "links to a password": end_password_links(at),
        "links of partners": PartnerInvitation.objects.exclude(digest=None).update(digest=None),
        "tokens": end_tokens(at),
        "messages held back": 0 if send_messages else hold_messages(at),
    }
    detail = {name.replace(" ", "_"): number for name, number in ended.items()}
    record("restored", "backup", cause="restore command", at=at, detail=detail)
    return ended


def end_password_links(at: datetime) -> int:
    """Let no link to choose a password work: each is bound to the moment of the last sign-in."""
    return User.objects.update(last_login=at)


def end_tokens(at: datetime) -> int:
    """Let no token of the API be valid any more; the council makes new ones."""
    on = timezone.localdate(at)
    return ApiToken.objects.usable(on).update(expires_on=on - timedelta(days=1))


def hold_messages(at: datetime) -> int:
    """Mail nothing that was unsent when the backup was made: it may have gone since. All of it stands in its inbox.

    The head of QA can have one sent from the list of messages. What is in nobody's list is not mailed at all.
    """
    restricted = Notice.objects.unsent().filter(restricted=True).update(sent_at=at, fault=HELD)
    held = Notice.objects.unsent().update(
        failures=NOTICE_TRIES, fault=HELD, taken_until=None, next_try_at=None
    )
    to_staff = Invitation.objects.filter(sent_at=None, failures__lt=TRIES).update(failures=TRIES)
    to_partners = PartnerInvitation.objects.filter(sent_at=None, failures__lt=NOTICE_TRIES).update(
        failures=NOTICE_TRIES
    )
    return restricted + held + to_staff + to_partners
