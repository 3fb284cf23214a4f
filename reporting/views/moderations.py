"""Reading a finished moderation: on the page, as Word, as PDF, and as a note for the child's file (J-80, C1-13)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from moderation.models import Moderation
from moderation.states import ModerationState
from reporting.builders.moderation_record import build, case_note
from reporting.kinds import BY_NAME
from reporting.views.documents import ask_for
from reporting.views.files import WORD, attachment
from reporting.word import render_moderation_docx


def finished_moderation(request: HttpRequest, pk: int, read: str) -> Moderation:
    """A finished moderation this person may open, or 404; the reading goes into the trail."""
    found = Moderation.objects.visible_to(request.user).filter(state=ModerationState.FINAL)
    moderation = get_object_or_404(found.with_audit(), pk=pk)
    if words := BY_NAME["moderation"].kept_from(moderation, request.user):
        raise Refused(words)
    record(read, moderation, by=request.user, at=clock.now())
    return moderation


@require_safe
def moderation_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of a finished moderation, with its case note and its downloads."""
    moderation = finished_moderation(request, pk, "open moderation record")
    value = build(moderation)
    context = {"moderation": moderation, "record": value, "note": case_note(value)}
    return render(request, "reporting/moderation_record.html", context)


@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The record as a Word file."""
    moderation = finished_moderation(request, pk, "download Word file")
    name = f"moderation-{moderation.audit.reference}.docx"
    return attachment(render_moderation_docx(build(moderation)), name, WORD)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the PDF of the record."""
    return ask_for(request, finished_moderation(request, pk, "ask for record"))
