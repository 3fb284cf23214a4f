"""What every request passes through: who may enter at all, and how a refusal is shown."""

from collections.abc import Callable

import pghistory
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.cache import add_never_cache_headers

from core import clock
from core.moves import Refused
from core.trail import record, source

GetResponse = Callable[[HttpRequest], HttpResponse]
DATABASE_FAULTS = (OperationalError, InterfaceError)


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to people who are not signed in."""
    view.public = True  # type: ignore[attr-defined]
    return view


PUBLIC_NAMES = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_reauthenticate",
        "mfa_authenticate",
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
        if getattr(view, "public", False) or resolve(request.path_info).view_name in PUBLIC_NAMES:
            return None
        if request.user.is_authenticated:
            return None
        if request.headers.get("X-Autosave") or request.headers.get("HX-Request"):
            return HttpResponse("You have been signed out.", status=401, content_type="text/plain")
        return redirect_to_login(request.get_full_path())


class BrowserSafety:
    """Pages of signed-in people are never kept by a browser or a proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        if not request.path.startswith("/static/"):
            add_never_cache_headers(response)
        return response


class SizeLimit:
    """A request that is too large is refused before any of it is read or kept, whoever sends it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length[:15]) > settings.REQUEST_MAX_BYTES:
            return HttpResponse(render_to_string("413.html"), status=413)
        return self.get_response(request)


class DatabaseAway:
    """When a view cannot reach the database the page says so with 503 and Retry-After, never a bare 500.

    What fails outside the view, as the reading of the session does, comes to `core.views.failed`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        return away() if isinstance(fault, DATABASE_FAULTS) else None


def away() -> HttpResponse:
    """The page for a database that is away; it needs no database itself."""
    response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = "5"
    return response


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
    name = request.resolver_match.view_name if request.resolver_match else ""
    record("refused", name or "page", by=by, at=clock.now())


class HistoryContext:
    """Each change of a row carries who made it and by which page (row history, besides the trail)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD"}:
            return self.get_response(request)
        with pghistory.context(user=request.user.pk, page=request.path):
            return self.get_response(request)
