"""Pages that belong to no domain: health, messages, and what is shown when something fails."""

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.middleware import public
from core.models import Notice


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


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """One's own inbox, newest first."""
    page = Paginator(Notice.objects.visible_to(request.user), 25).get_page(request.GET.get("page"))
    return render(request, "core/messages.html", {"page": page})


@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go to what it is about."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
    return redirect(notice.path or "messages")
