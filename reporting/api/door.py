"""Who comes in: a token by its digest, what it may read, and how often. Every refusal goes into the trail."""

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest
from ninja.security import HttpBearer
from redis.exceptions import RedisError

from core import clock
from core.middleware import address_of
from core.trail import record
from people.rules import is_qa_head
from reporting.api.faults import Problem
from reporting.digests import digest_of
from reporting.models import ApiToken

PER_MINUTE = 120
# How often one address may come without a token that is in force.
REFUSED_PER_MINUTE = 30
MINUTE = 60
# When a token was last used is kept to the minute.
SEEN_EVERY = timedelta(minutes=1)
LONGEST = 200
ASK = {"WWW-Authenticate": "Bearer"}
NONE = "Send a token that is in force as “Authorization: Bearer …”."
NO_LONGER = (
    "Whoever made this token no longer makes tokens. Ask the head of quality assurance for another."
)


class Bearer(HttpBearer):
    """A token that is in force; whoever sends none, or another, is refused."""

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token of a request. Raises Problem where it carries none."""
        found: ApiToken | None = super().__call__(request)
        if found is None:
            raise refused(request, "")
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token behind what was sent. Raises Problem for one that is unknown, revoked or over,

        and for one whose maker has left or may no longer make tokens.
        """
        digest = digest_of(token[:LONGEST])
        found = ApiToken.objects.usable(clock.today()).filter(digest=digest)
        known: ApiToken | None = found.select_related("council", "made_by").first()
        if known is None or len(token) > LONGEST:
            raise refused(request, digest)
        if not stands(known):
            raise refused(request, digest, NO_LONGER)
        words = f"A token may ask {PER_MINUTE} times a minute."
        count(f"api-token:{known.pk}", PER_MINUTE, words)
        see(known)
        return known


def stands(token: ApiToken) -> bool:
    """Whether the person who made a token is still there and would still be let make it."""
    maker = token.made_by
    return maker.is_active and maker.council_id == token.council_id and bool(is_qa_head(maker))


def refused(request: HttpRequest, digest: str, words: str = NONE) -> Problem:
    """A request without a token that is in force: it is counted, and goes into the trail, without the token.

    Raises Problem for an address that comes too often; what comes then leaves no line.
    """
    address = digest_of(address_of(request))[:32]
    count(
        f"api-refused:{address}",
        REFUSED_PER_MINUTE,
        f"An address may come {REFUSED_PER_MINUTE} times a minute without a token that is in force.",
    )
    detail = {"digest": digest[:8]} if digest else {}
    record("refused by API", "API", cause="no valid token", at=clock.now(), detail=detail)
    return Problem(401, words, ASK)


def count(name: str, most: int, words: str) -> None:
    """Count one request of this minute. Raises Problem for one too many."""
    now = int(clock.now().timestamp())
    key = f"{name}:{now // MINUTE}"
    try:
        cache.add(key, 0, 2 * MINUTE)
        used = cache.incr(key)
    except ValueError:  # it ran out between the two
        return
    except (RedisError, OSError):
        # Nobody counts now, so nobody comes in by this door; pages do not need it.
        raise Problem(503, "The service cannot count requests now.", {"Retry-After": "5"}) from None
    if used > most:
        wait = str(MINUTE - now % MINUTE)
        raise Problem(429, f"{words} Wait {wait} seconds.", {"Retry-After": wait})


def see(token: ApiToken) -> None:
    """Keep when the token was last used, at most once a minute."""
    at = clock.now()
    old = Q(last_used_at=None) | Q(last_used_at__lt=at - SEEN_EVERY)
    ApiToken.objects.filter(old, pk=token.pk).update(last_used_at=at)


def reads(request: HttpRequest, scope: str) -> ApiToken:
    """The token of a request, which may read this. Raises Problem otherwise; either goes into the trail."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    if scope not in token.scopes:
        detail = {"scope": str(scope)}
        record("refused by API", token, cause="API token", at=clock.now(), detail=detail)
        raise Problem(403, f"This token may not read {scope}.")
    record(f"read {scope} by API", token, cause="API token", at=clock.now())
    return token
