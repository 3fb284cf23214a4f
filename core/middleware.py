"""What every request passes through: who may enter at all, what a browser may do, and how a refusal is shown."""

import logging
import secrets
import time
from collections.abc import Callable

import pghistory
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.cache import add_never_cache_headers

from core import metrics
from core.logs import request_id
from core.moves import Refused
from core.recording import record_page
from core.trail import source

GetResponse = Callable[[HttpRequest], HttpResponse]
DATABASE_FAULTS = (OperationalError, InterfaceError)
log = logging.getLogger("request")
# Where people answer without being known: no line and no number says when (decision 15).
UNWATCHED = ("/answer/", "/take-part/", "/saving/")
# Where it would tell too much who was there: the notes of two people, and concerns (H-2, H-12).
NOBODY_NAMED = ("/supervision/", "/concerns/")
# Asked every few seconds by machines; a line only when something is wrong.
ASKED_BY_MACHINES = frozenset({"health", "ready", "metrics"})
REFUSED_METHODS = frozenset({"TRACE", "TRACK", "CONNECT"})
# On every answer, also on one that a middleware further in could not finish.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nothing goes to another site. "no-referrer" would make browsers send "Origin: null" with our own forms,
    # which Django's check of the origin rightly refuses.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# A file is never a page: opened in a browser all the same, it may load, run and send nothing. So may whatever
# has named no script and no style of its own: a redirect, a piece of a page.
FILE_POLICY = (
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
# Forms whose fields open something: never shown again.
SIGN_IN_ROUTES = ("account_", "mfa_", "socialaccount_", "usersessions_", "openid_connect_")
CLEARED = '"cache", "cookies", "storage"'


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to people who are not signed in."""
    view.public = True  # type: ignore[attr-defined]
    return view


PUBLIC_NAMES = frozenset(
    {
        "account_login",
        "account_inactive",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_login_webauthn",
        # The read API asks for a token instead, and knows no session.
        "api-v1:api-root",
        "api-v1:openapi-json",
        "api-v1:api-figures",
        "api-v1:api-figure",
        "api-v1:api-audits",
        "api-v1:api-actions",
        "api-v1:api-reports",
        "api-v1:api-report",
    }
)


def address_of(request: HttpRequest) -> str:
    """Where the request comes from: behind a proxy, the address that the proxy itself saw."""
    passed = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return str(passed.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))[:64]


class SignInRequired:
    """Nobody sees a page without signing in, unless the page opts out by name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = source.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            source.reset(token)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        if getattr(view, "public", False) or named(request) in PUBLIC_NAMES:
            return None
        if request.user.is_authenticated:
            return None
        if request.headers.get("X-Autosave") or request.headers.get("HX-Request"):
            return HttpResponse("You have been signed out.", status=401, content_type="text/plain")
        return redirect_to_login(request.get_full_path())


def named(request: HttpRequest) -> str:
    """The name of the page that is asked for."""
    found = request.resolver_match or resolve(request.path_info)
    return str(found.view_name)


class RequestLog:
    """Each request has a number, and leaves one line in the log and its time in the metrics: by route, never by path."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = secrets.token_hex(8)  # type: ignore[attr-defined]
        token = request_id.set(request.number)  # type: ignore[attr-defined]
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request.number  # type: ignore[attr-defined]
            if not request.path_info.startswith(UNWATCHED):
                note(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(token)


def note(request: HttpRequest, status: int, seconds: float) -> None:
    """Count one answer, and write its line unless it is a file of the pages or a machine's question."""
    route = route_of(request)
    method = str(request.method) if request.method in metrics.METHODS else "other"
    metrics.count(route, method, status, seconds)
    if status == 500:
        metrics.FAULTS.labels(route).inc()
    if route == "static" or (route in ASKED_BY_MACHINES and status == 200):
        return
    apart = request.path_info.startswith(NOBODY_NAMED)
    user = None if apart else getattr(request, "_cached_user", None)
    about = {
        "route": route,
        "method": method,
        "status": status,
        "ms": round(seconds * 1000),
        "user": getattr(user, "pk", None),
        "council": getattr(user, "council_id", None),
    }
    log.info("answered", extra=about)


def route_of(request: HttpRequest) -> str:
    """The name of the page that was asked for; pages that are not there have one name together."""
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    found = request.resolver_match
    return (found.view_name or "unnamed") if found else "none"


class BrowserSafety:
    """What a browser may do with any answer of ours, whatever became of the request; nothing is kept by it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in REFUSED_METHODS:
            response: HttpResponse = HttpResponse("", status=405, content_type="text/plain")
        else:
            response = self.get_response(request)
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            seconds = settings.SECURE_HSTS_SECONDS
            strict = f"max-age={seconds}; includeSubDomains"
            response.headers.setdefault("Strict-Transport-Security", strict)
        if is_file(response) or not getattr(request, "_csp_nonce", None):
            response.headers["Content-Security-Policy"] = FILE_POLICY
        if request.method == "POST" and route_of(request) == "account_logout":
            response.headers["Clear-Site-Data"] = CLEARED
        if not request.path.startswith(settings.STATIC_URL):
            add_never_cache_headers(response)
        return response


def is_file(response: HttpResponse) -> bool:
    """Whether an answer is to be kept or used as it is, and is no page."""
    kind = response.headers.get("Content-Type", "")
    kept = response.headers.get("Content-Disposition", "").startswith("attachment")
    return kept or not kind.startswith("text/html")


class SizeLimit:
    """A request that is too large is refused before any of it is read or kept, whoever sends it.

    One that does not say its length is refused too: no browser of ours sends such a one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Transfer-Encoding"):
            return HttpResponse("Send the length.", status=411, content_type="text/plain")
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length[:15]) > settings.REQUEST_MAX_BYTES:
            return too_large(request)
        return self.get_response(request)


def bare(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that needs no database, no session and no person."""
    return HttpResponse(render_to_string(template, {"request": request}), status=status)


def too_large(request: HttpRequest) -> HttpResponse:
    """The page for a request that is too large."""
    return bare(request, "413.html", 413)


class DatabaseAway:
    """When a view cannot reach the database the page says so with 503 and Retry-After, never a bare 500.

    So it does when PostgreSQL has no connection left, a lock is not given in time, or two transactions
    are in each other's way: the transaction is undone as a whole, and trying again is right.
    What fails outside the view, as the reading of the session does, comes to `core.views.failed`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        return away(request, fault) if isinstance(fault, DATABASE_FAULTS) else None


def away(request: HttpRequest, fault: BaseException | None = None) -> HttpResponse:
    """The page for a database that is away; it needs no database itself. The log says what kind of fault it was."""
    kind = type(fault.__cause__ or fault).__name__ if fault else ""
    log.warning("the database did not answer: %s", kind)
    metrics.AWAY.inc()
    said = {"request": request, "written": written(request), "chosen": chosen(request)}
    response = HttpResponse(render_to_string("503.html", said), status=503)
    response.headers["Retry-After"] = "5"
    return response


def written(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into the form that could not be saved, so that it can be sent again from the same page.

    Nothing of a sign-in, and nothing of a form that did not come from a page of ours.
    """
    if request.method != "POST" or not from_our_page(request):
        return []
    try:
        route = resolve(request.path_info).view_name
    except Http404:
        return []
    if route.startswith(SIGN_IN_ROUTES):
        return []
    fields = [(name, str(one)) for name, every in request.POST.lists() for one in every]
    return [(name, value) for name, value in fields if "password" not in name]


class OriginCheck(CsrfViewMiddleware):
    """The check of a form's origin, asked for its answer alone."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def from_our_page(request: HttpRequest) -> bool:
    """Whether a form came from a page of ours; also where the database failed before that was asked."""
    if getattr(request, "csrf_processing_done", False):
        return True
    return OriginCheck(lambda request: HttpResponse()).process_view(request, away, (), {}) is None


def chosen(request: HttpRequest) -> bool:
    """Whether a file was sent with the form, which only its own page can send again."""
    return request.method == "POST" and bool(request.FILES)


class Refusals:
    """A step that cannot be taken now is told in words (422); a refused right is told and recorded (403)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, Refused):
            return render(request, "core/refused.html", {"fault": fault}, status=422)
        if isinstance(fault, PermissionDenied) and request.user.is_authenticated:
            record_refusal(request, by=request.user)
        return None


def record_refusal(request: HttpRequest, *, by: Model) -> None:
    """Leave the line that a refused right leaves in the trail; a page that answers a refusal itself calls it."""
    record_page("refused", request)


class HistoryContext:
    """Each change of a row carries who made it and by which page (row history, besides the trail)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"} or request.path_info.startswith(UNWATCHED):
            return self.get_response(request)
        with pghistory.context(user=request.user.pk, page=request.path):
            return self.get_response(request)
