"""Acts for which somebody proves again who they are, because a signed-in browser may have been left alone."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponse]


def proved_recently(request: HttpRequest) -> bool:
    """Whether the last password, code, passkey or single sign-on of this session is young enough.

    By the machine's clock, never the test clock: how old a sign-in is has nothing to do with a demo's day.
    """
    if not request.user.is_authenticated:
        return False
    proofs = get_authentication_records(request, request.user)
    youngest = max((proved_at(proof) for proof in proofs), default=0.0)
    return time.time() - youngest < settings.REAUTHENTICATION_MINUTES * 60


def proved_at(proof: dict[str, Any]) -> float:
    """When somebody did something to prove who they are, in seconds since 1970.

    A provider may let a browser through without asking anything. So a single sign-on counts from when the provider
    says that it asked (`auth_time`), and never where it does not say.
    """
    noted = float(proof["at"])
    if proof.get("method") != "socialaccount":
        return noted
    return min(noted, float(proof.get("auth_time", 0)))


def asks_again(view: View) -> View:
    """Ask for the password, a code, a passkey or the council's single sign-on when the last proof is old.

    A page opens afterwards by itself. A form that comes too late is not carried out: its sender comes
    back to the page it was on and sends it again.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if proved_recently(request):
            return view(request, *args, **kwargs)
        return ask_again(request)

    guarded.asks_again = True  # type: ignore[attr-defined]
    return guarded


def ask_again(request: HttpRequest) -> HttpResponse:
    """Send somebody to the page that asks who they are, and from there to where they were going."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        target = request.get_full_path()
    else:
        target = page_before(request)
        messages.info(
            request,
            "Nothing was saved: we asked who you are first. Please send it again.",
        )
    query = QueryDict(mutable=True)
    query["next"] = target
    address = f"{reverse('account_reauthenticate')}?{query.urlencode(safe='/')}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def page_before(request: HttpRequest) -> str:
    """The page of ours that sent this request, or where people land after signing in."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    parts = urlsplit(came_from)
    if not ours or not parts.netloc:
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
