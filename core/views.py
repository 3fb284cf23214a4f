"""Pages that belong to no domain: health, messages, and what is shown when something fails."""

import re
import sys
from datetime import timedelta

from django.conf import settings
from django.contrib import messages as notes
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core import clock, readiness
from core import metrics as numbers
from core.middleware import DATABASE_FAULTS, away, bare, public, too_large
from core.models import Notice
from core.notices import choose_mail as choose

# How long what security.txt says may be relied on; each answer says it anew.
SECURITY_TXT_DAYS = 180
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@public
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the web process lives; it asks nobody else."""
    return JsonResponse({"status": "ok"})


@public
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether the service can do its work: 503 with the codes of what does not answer, and nothing else."""
    lacks = readiness.missing()
    said = {"status": "not ready" if lacks else "ready", "missing": lacks}
    return JsonResponse(said, status=503 if lacks else 200)


@public
@require_safe
def saving(request: HttpRequest) -> HttpResponse:
    """Whether something could be saved now; asked by a page before it sends a long form. Says nothing but that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse(status=204)


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, for whoever sends the token; not found for everybody else."""
    wanted = settings.QA_METRICS_TOKEN
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not constant_time_compare(sent, wanted):
        raise Http404
    return HttpResponse(numbers.page(), content_type=CONTENT_TYPE_LATEST)


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """No page of this service belongs into a search engine."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@public
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); not found where the council names nobody."""
    contact = settings.QA_SECURITY_CONTACT
    if not contact:
        raise Http404
    written = contact if ":" in contact else f"mailto:{contact}"
    until = (clock.now() + timedelta(days=SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {written}",
        f"Expires: {until}",
        f"Canonical: {settings.QA_ORIGIN}/.well-known/security.txt",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that makes no sense, or holds more than any form of ours."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return too_large(request)
    return bare(request, "400.html", 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere; nothing was saved."""
    return render(request, "403_csrf.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """What is shown for a fault that nothing else caught: 503 while the database is away, else 500."""
    fault = sys.exc_info()[1]
    return (
        away(request, fault)
        if isinstance(fault, DATABASE_FAULTS)
        else bare(request, "500.html", 500)
    )


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the service promises to people with disabilities."""
    return render(request, "core/accessibility.html")


@require_safe
def brand(request: HttpRequest) -> HttpResponse:
    """The council's colour as a style sheet, since pages hold no style of their own."""
    colour = request.user.council.brand_colour if request.user.council else "#12436d"
    plain = colour if COLOUR.fullmatch(colour) else "#12436d"
    return HttpResponse(f":root{{--qa-brand:{plain}}}", content_type="text/css")


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """One's own inbox, newest first."""
    page = Paginator(Notice.objects.visible_to(request.user), 25).get_page(request.GET.get("page"))
    return render(request, "core/messages.html", {"page": page})


@require_POST
def choose_mail(request: HttpRequest) -> HttpResponse:
    """Whether one's own messages come by e-mail one by one, or once a day."""
    daily = request.POST.get("mail") == "daily"
    choose(request.user, daily=daily, at=clock.now())
    words = "one e-mail each morning" if daily else "an e-mail for each message"
    notes.success(request, f"You get {words} from now on.")
    return redirect("messages")


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
    return redirect(notice.path or "messages")
