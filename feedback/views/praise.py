"""Recognition: what all staff may read, and what the QA team prepares for it."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.moves import Refused
from feedback.forms.praise import PraiseForm
from feedback.models import Praise, Reply
from feedback.selectors.instruments import instrument_of
from feedback.selectors.replies import in_words, row_of, types_in, with_people
from feedback.services.praising import show_praise, write_praise
from people.models import User
from standards.instruments import Instrument

PAGE = 20


@require_safe
def recognition(request: HttpRequest) -> HttpResponse:
    """Good work that all staff may read of, newest first; the QA team sees what waits to be shown."""
    seen = Praise.objects.visible_to(request.user, clock.today()).select_related("reply")
    page = Paginator(seen.exclude(shown_at=None), PAGE).get_page(request.GET.get("page"))
    waiting = []
    if request.user.has_perm("feedback.write_praise"):
        waiting = list(seen.filter(shown_at=None).select_related("written_by")[:50])
    context = {"page": page, "waiting": waiting, "nominations": nominations(request.user)}
    return render(request, "feedback/recognition.html", context)


def nominations(user: User) -> list[Instrument]:
    """That with which this person nominates somebody."""
    if user.council is None:
        return []
    return [one for one in types_in(user, user.council, clock.today()) if one.publishable]


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, key: UUID) -> HttpResponse:
    """Write what may be shown of a nomination."""
    if not request.user.has_perm("feedback.write_praise"):
        raise PermissionDenied
    found = with_people(Reply.objects.visible_to(request.user, clock.today()))
    reply = get_object_or_404(found, key=key)
    kept = Praise.objects.filter(reply=reply).first()
    posted = request.POST if request.method == "POST" else None
    form = PraiseForm(posted, initial={"text": kept.text if kept else ""})
    if posted is not None and form.is_valid():
        try:
            write_praise(reply, form.cleaned_data["text"], by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error("text", str(fault))
        else:
            messages.success(request, "Kept. Somebody else of the QA team reads it and shows it.")
            return redirect("recognition")
    context = {"form": form, "row": row_of(reply), "said": in_words(reply)}
    context["publishable"] = instrument_of(reply).publishable
    return render(request, "feedback/praise_form.html", context, status=422 if form.errors else 200)


@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show it to all staff."""
    seen = Praise.objects.visible_to(request.user, clock.today()).select_related("reply")
    praise = get_object_or_404(seen, pk=pk)
    show_praise(praise, written_at=read_at(request), by=request.user, at=clock.now())
    messages.success(request, "All staff can read it now.")
    return redirect("recognition")


def read_at(request: HttpRequest) -> datetime | None:
    """When the text was written that stood on the page; nothing where the page did not say."""
    try:
        return parse_datetime(request.POST.get("written_at", ""))
    except ValueError:
        return None
