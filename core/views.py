"""Pages that belong to no domain: health, messages, and what is shown when something fails."""

import re
import sys

from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import server_error

from core import clock
from core.middleware import DATABASE_FAULTS, away, public
from core.models import Notice
from core.notices import choose_mail as choose

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@public
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the web process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere; nothing was saved."""
    return render(request, "403_csrf.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """What is shown for a fault that nothing else caught: 503 while the database is away, else 500."""
    return away() if isinstance(sys.exc_info()[1], DATABASE_FAULTS) else server_error(request)


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
