"""Reading a returned audit: on the page, as PDF, as Word, and as a note for the child's file."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audits.models import Audit
from audits.states import AuditState
from core import clock
from core.bell import ring
from core.trail import record
from programme.models import Draw
from reporting import selectors
from reporting.builders.audit_record import build, case_note
from reporting.models import Document
from reporting.services import ask_for_certificate, ask_for_document
from reporting.tasks import make_document
from reporting.word import render_docx

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def returned_audit(request: HttpRequest, pk: int, read: str) -> Audit:
    """A returned audit this person may open, or 404; the reading goes into the trail."""
    audits = (
        Audit.objects.visible_to(request.user)
        .filter(state=AuditState.RETURNED)
        .with_people()
        .with_edition()
        .select_related("council", "manager")
    )
    audit = get_object_or_404(audits, pk=pk)
    record(read, audit, by=request.user, at=clock.now())
    return audit


@require_safe
def grades(request: HttpRequest) -> HttpResponse:
    """Grades by quarter, with a line wherever another edition began."""
    if not request.user.has_perm("reporting.see_grades"):
        raise PermissionDenied
    tables = selectors.grades_over_time(request.user, clock.today())
    return render(request, "reporting/grades.html", {"tables": tables})


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
    """Ask for the PDF, ring the bell, and go to the page that shows how far it is."""
    audit = returned_audit(request, pk, "ask for record")
    document = ask_for_document(audit, by=request.user, at=clock.now())
    ring(make_document, document.pk)
    return redirect("document", pk=document.pk)


@require_POST
def ask_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the PDF of a draw's certificate, ring the bell, and go to the page that shows how far it is."""
    draw = get_object_or_404(Draw.objects.visible_to(request.user).select_related("council"), pk=pk)
    document = ask_for_certificate(draw, by=request.user, at=clock.now())
    ring(make_document, document.pk)
    return redirect("document", pk=document.pk)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a PDF is; a link to it when it is ready."""
    found = get_object_or_404(
        Document.objects.visible_to(request.user)
        .select_related("audit", "draw")
        .defer("content", "draw__pool", "draw__result"),
        pk=pk,
    )
    template = (
        "reporting/_document.html"
        if request.headers.get("HX-Request")
        else "reporting/document.html"
    )
    return render(request, template, {"document": found, **about(found)})


def about(found: Document) -> dict[str, str]:
    """What a document is of: its words, the page it belongs to, and where to ask for it again."""
    if found.draw is not None:
        return {
            "title": f"PDF of the certificate of draw {found.draw.number}",
            "back": reverse("certificate", args=[found.draw_id]),
            "back_words": f"Certificate of draw {found.draw.number}",
            "ask": reverse("ask-for-certificate", args=[found.draw_id]),
        }
    return {
        "title": f"PDF of audit {found.audit.reference}",
        "back": reverse("audit-record", args=[found.audit_id]),
        "back_words": f"Record of audit {found.audit.reference}",
        "ask": reverse("ask-for-pdf", args=[found.audit_id]),
    }


@require_safe
def document_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF itself, while the person may still open what it is of."""
    found = get_object_or_404(
        Document.objects.visible_to(request.user)
        .select_related("audit", "draw")
        .defer("draw__pool", "draw__result"),
        pk=pk,
    )
    if found.state != Document.State.READY:
        raise Http404
    things, thing = (Draw, found.draw) if found.draw is not None else (Audit, found.audit)
    if not things.objects.visible_to(request.user).filter(pk=thing.pk).exists():
        raise Http404
    record("download PDF", thing, by=request.user, at=clock.now())
    name = (
        f"draw-{found.draw.number}-certificate.pdf"
        if found.draw is not None
        else f"audit-{found.audit.reference}.pdf"
    )
    return attachment(bytes(found.content), name, "application/pdf")


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep; its name holds the audit's reference and nothing about a person."""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
