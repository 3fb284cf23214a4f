"""Where sessions are kept: as Django keeps them in the database, but read with a query that is built once."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.prepared import KEY, MOMENT, Prepared

BY_KEY = Prepared(
    lambda: Session.objects.filter(session_key=KEY, expire_date__gt=MOMENT).values_list(
        "session_data"
    )
)


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and a new key, where there is none or it has run out."""
        rows = BY_KEY.rows({KEY: self.session_key, MOMENT: timezone.now()})
        if not rows:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(rows[0][0])
        return found
