"""PDFs made in the background: asking for one, how far it is, and the file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.bell import ring
from core.moves import Refused
from core.recording import progress_only
from core.trail import record
from moderation.models import Panel
from programme.models import Draw
from reporting.kinds import subject_of
from reporting.models import Document
from reporting.services import Thing, ask_for_document
from reporting.tasks import make_document
from reporting.views.files import attachment


def ask_for(request: HttpRequest, thing: Thing) -> HttpResponse:
    """Ask for the PDF, ring the bell, and go to the page that shows how far it is."""
    document = ask_for_document(thing, by=request.user, at=clock.now())
    ring(make_document, document.pk)
    return redirect("document", pk=document.pk)


@require_POST
def ask_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the PDF of a draw's certificate."""
    draws = Draw.objects.visible_to(request.user).select_related("council")
    return ask_for(request, get_object_or_404(draws, pk=pk))


@require_POST
def ask_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the PDF of a panel's minutes: a draft until the panel is closed."""
    return ask_for(request, get_object_or_404(Panel.objects.visible_to(request.user), pk=pk))


MAKING = (Document.State.WAITING, Document.State.MAKING)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a PDF is; a link to it when it is ready."""
    found = get_object_or_404(Document.objects.visible_to(request.user).defer("content"), pk=pk)
    if request.headers.get("HX-Request") and found.state in MAKING:
        progress_only(request)
    template = (
        "reporting/_document.html"
        if request.headers.get("HX-Request")
        else "reporting/document.html"
    )
    return render(request, template, {"document": found, **about(found)})


def about(found: Document) -> dict[str, Any]:
    """What a document is of: its words, the page it belongs to, and where to ask for it again."""
    kind, pk = subject_of(found)
    thing = kind.read().get(pk=pk)
    return {
        "title": kind.title.format(thing),
        "back": reverse(kind.page, args=[pk]),
        "back_words": kind.page_words.format(thing),
        "ask": reverse(kind.ask, args=[pk]),
    }


@require_safe
def document_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF itself, while the person may still open what it is of."""
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    if found.state != Document.State.READY or found.content is None:
        raise Http404
    kind, thing_pk = subject_of(found)
    thing = get_object_or_404(kind.read().visible_to(request.user), pk=thing_pk)
    if words := kind.kept_from(thing, request.user):
        raise Refused(words)
    record("download PDF", thing, by=request.user, at=clock.now())
    return attachment(bytes(found.content), kind.file.format(thing), "application/pdf")
