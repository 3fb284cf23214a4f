"""How long somebody stays signed in, who must set up a second factor first, and signing in when the cache is away."""

import time
from collections.abc import Callable

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from redis.exceptions import RedisError

from core import clock
from people.models import User
from people.selectors import holds
from people.signed_in import known
from people.single_sign_on import issuer_called

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]

SIGNED_IN_AT, SEEN_AT, ENDED = "signed-in-at", "seen-at", "sign-in-ended"
# How often a session notes that it is used: no row is written for each page.
NOTED_EVERY = 60
# What a page asks for by itself while nobody is at it: these do not keep a session alive.
POLLED_VIEWS = frozenset({"question-changes", "section-changes"})
POLLING_PARTS = frozenset({"progress", "pack", "document", "run", "fired", "files"})
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What somebody reaches who must set up a second factor and has none.
SETTING_UP = frozenset(
    {
        "second-factor-needed",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "single-sign-on",
        "openid_connect_callback",
        "account_logout",
        "brand",
        "accessibility",
        "health",
        "answer",
        "answer-page",
        "answer-check",
        "answer-decline",
    }
)


class SignedIn(AuthenticationMiddleware):
    """Says who asks, as Django does, and reads their council and their posts with them in one query.

    Only what is in order is taken from that: whatever else a session says is for Django to judge.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: person_of(request))  # type: ignore[assignment]


def person_of(request: HttpRequest) -> User | AnonymousUser:
    """Who asks, read once for each request."""
    if not hasattr(request, "_cached_user"):
        request._cached_user = known(request) or get_user(request)  # type: ignore[attr-defined]
    found: User | AnonymousUser = request._cached_user  # type: ignore[attr-defined]
    return found


class SessionLimits:
    """Ends a session that nobody has used for `IDLE_MINUTES`, and each after `SESSION_COOKIE_AGE` seconds.

    Counted by the server and by the machine's clock: a cookie that is kept longer, or a demo's day, changes nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: object, kwargs: object
    ) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            if cause := over(request, time.time()):
                end(request, cause)
            elif not asked_by_itself(request):
                note(request, time.time())
        return None


def over(request: HttpRequest, now: float) -> str:
    """Why the session has ended: `idle`, `too long`, or nothing when it goes on. One without its moments has ended."""
    if now - request.session.get(SIGNED_IN_AT, 0.0) >= settings.SESSION_COOKIE_AGE:
        return "too long"
    if now - request.session.get(SEEN_AT, 0.0) >= settings.IDLE_MINUTES * 60:
        return "idle"
    return ""


def end(request: HttpRequest, cause: str) -> None:
    """Sign out by time; the page to sign in says why."""
    request.sign_in_ended_by = cause  # type: ignore[attr-defined]
    key = request.session.session_key
    logout(request)
    UserSession.objects.filter(session_key=key).delete()
    request.session[ENDED] = cause


def asked_by_itself(request: HttpRequest) -> bool:
    """Whether an open page asks and not its reader."""
    if request.method not in {"GET", "HEAD"}:
        return False
    match = request.resolver_match
    return request.headers.get("HX-Trigger") in POLLING_PARTS or (
        match is not None and match.view_name in POLLED_VIEWS
    )


def note(request: HttpRequest, now: float) -> None:
    """Note that the session is used, at most once a minute."""
    if now - request.session[SEEN_AT] < NOTED_EVERY:
        return
    request.session[SEEN_AT] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now()
    )


class SecondFactorRequired:
    """Who holds a role for which the council wants a second factor sees only the page to set one up until then."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not lacks_second_factor(request):
            return None
        if resolve(request.path_info).view_name in SETTING_UP:
            return None
        if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
            return HttpResponseRedirect(reverse("second-factor-needed"))
        return HttpResponse(
            "Set up a second step to sign in first.", status=403, content_type="text/plain"
        )


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this person must have a second factor, has none here, and did not use one at the single sign-on."""
    if not request.user.is_authenticated:
        return False
    council = request.user.council
    if council is None or not council.second_factor_roles:
        return False
    if not holds(request.user, *council.second_factor_roles, on=clock.today()):
        return False
    return not is_mfa_enabled(request.user, FACTORS) and not came_with_one(request)


def came_with_one(request: HttpRequest) -> bool:
    """Whether this session began at a single sign-on that asks for a second factor itself."""
    proofs = get_authentication_records(request, request.user)
    return any(
        proof.get("method") == "socialaccount"
        and (issuer := issuer_called(str(proof.get("provider")))) is not None
        and issuer.second_factor
        for proof in proofs
    )


class CacheAway:
    """When what counts attempts is away nobody signs in: the page says so with 503, and everything else goes on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if not isinstance(fault, RedisError) or not request.path.startswith("/accounts/"):
            return None
        response = HttpResponse(render_to_string("account/away.html"), status=503)
        response.headers["Retry-After"] = "30"
        return response
