"""Partners' invitations for tests, with the link as it is mailed."""

import re
from datetime import timedelta
from typing import Any

from django.core import mail

from audits.models import Audit
from partners.models import PartnerInvitation
from partners.selectors import sections_of
from partners.services.inviting import Asked, invite
from partners.services.sending import send_links
from people.models import User
from tests.factories.audits import NOW

NAME, EMAIL = "Henrietta Visitor", "h.visitor@health.example.org"
LINK = re.compile(r"/invited/([\w-]+)/")


def invited(audit: Audit, by: User, **changes: Any) -> PartnerInvitation:
    """An invitation whose link has not gone out yet."""
    asked = {
        "name": NAME,
        "agency": "Health visiting",
        "email": EMAIL,
        "sections": [sections_of(audit)[0].code],
        "last_day": NOW.date() + timedelta(days=7),
        **changes,
    }
    return invite(audit, Asked(**asked), by=by, at=NOW)


def mailed() -> str:
    """Send what waits; the secret part of the last link."""
    send_links(at=NOW)
    return LINK.findall(mail.outbox[-1].body)[-1]
