"""Reading a returned audit: on the page, as Word, and as a note for the child's file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from audits.models import Audit
from audits.states import AuditState
from core import clock
from core.moves import Refused
from core.trail import record
from reporting.builders.audit_record import build, case_note
from reporting.kinds import of_audit
from reporting.models import Document
from reporting.views.documents import ask_for
from reporting.views.files import WORD, attachment
from reporting.word import render_docx


def returned_audit(request: HttpRequest, pk: int, read: str) -> Audit:
    """A returned audit this person may open, or 404; the reading goes into the trail."""
    audits = (
        Audit.objects.visible_to(request.user)
        .filter(state=AuditState.RETURNED)
        .with_people()
        .with_edition()
        .with_blindness(request.user)
        .select_related("council", "manager")
    )
    audit = get_object_or_404(audits, pk=pk)
    if words := of_audit(audit, request.user):
        raise Refused(words)
    record(read, audit, by=request.user, at=clock.now())
    return audit


@require_safe
def audit_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of a returned audit, with its case note and its downloads."""
    audit = returned_audit(request, pk, "open record")
    value = build(audit)
    documents = Document.objects.visible_to(request.user).filter(audit=audit).defer("content")
    context = {
        "audit": audit,
        "record": value,
        "note": case_note(value),
        "document": documents.first(),
    }
    return render(request, "reporting/audit_record.html", context)


@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The record as a Word file."""
    audit = returned_audit(request, pk, "download Word file")
    return attachment(render_docx(build(audit)), f"audit-{audit.reference}.docx", WORD)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the PDF of the record."""
    return ask_for(request, returned_audit(request, pk, "ask for record"))
