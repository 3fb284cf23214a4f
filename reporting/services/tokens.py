"""Making and revoking the tokens of the API."""

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from people.models import User
from reporting.digests import digest_of
from reporting.models import ApiToken

BITS = 256
LONGEST = timedelta(days=365)


@transaction.atomic
def make_token(
    name: str, scopes: Collection[str], expires_on: date, *, by: User, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token; what is returned beside it is shown once and kept nowhere.

    Raises PermissionDenied for anybody but the council's head of QA; Refused without a name or a
    scope, and for a day that is over or more than a year away.
    """
    if not by.has_perm("reporting.make_token") or by.council_id is None:
        raise PermissionDenied
    on = timezone.localdate(at)
    if not name.strip() or not scopes or not set(scopes) <= set(ApiToken.Scope.values):
        raise Refused("Say which tool will use it, and what it may read.")
    if not on <= expires_on <= on + LONGEST:
        raise Refused("Enter a day within a year from today.")
    secret = secrets.token_urlsafe(BITS // 8)
    token = ApiToken.objects.create(
        council_id=by.council_id,
        name=name.strip(),
        digest=digest_of(secret),
        scopes=sorted(scopes),
        made_by=by,
        made_at=at,
        expires_on=expires_on,
    )
    record("make API token", token, by=by, at=at, detail={"scopes": sorted(scopes)})
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: User, at: datetime) -> ApiToken:
    """End a token at once; doing it again changes nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if by.council_id != token.council_id or not by.has_perm("reporting.keep_tokens"):
        raise PermissionDenied
    if token.revoked_at is None:
        token.revoked_by, token.revoked_at = by, at
        token.save(update_fields=["revoked_by", "revoked_at"])
        record("revoke API token", token, by=by, at=at)
    return token
