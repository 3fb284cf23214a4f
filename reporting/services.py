"""Asking for a PDF and making it. A job is a row with a lease; Celery is only the bell."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.template.loader import render_to_string

from audits.models import Audit
from audits.states import AuditState
from core.moves import Refused
from core.trail import record
from people.models import User
from programme.models import Draw
from reporting.builders import audit_record, draw_certificate
from reporting.models import Document
from reporting.pdf import NoPdf, render_pdf

LEASE = timedelta(minutes=2)
TRIES = 3
State = Document.State


@transaction.atomic
def ask_for_document(audit: Audit, *, by: User, at: datetime) -> Document:
    """Ask for the PDF of a returned audit's record; one that waits already is given back."""
    if audit.state != AuditState.RETURNED:
        raise Refused("The record can be made once the audit is returned.")
    waiting = Document.objects.filter(
        audit=audit, asked_by=by, state__in=[State.WAITING, State.MAKING]
    ).first()
    if waiting is not None:
        return waiting
    document = Document.objects.create(council=audit.council, audit=audit, asked_by=by, asked_at=at)
    record("ask for PDF", audit, by=by, at=at)
    return document


@transaction.atomic
def ask_for_certificate(draw: Draw, *, by: User, at: datetime) -> Document:
    """Ask for the PDF of a draw's certificate; one that waits already is given back."""
    if not draw.seed:
        raise Refused("The certificate can be made once the files are drawn.")
    waiting = Document.objects.filter(
        draw=draw, asked_by=by, state__in=[State.WAITING, State.MAKING]
    ).first()
    if waiting is not None:
        return waiting
    document = Document.objects.create(council=draw.council, draw=draw, asked_by=by, asked_at=at)
    record("ask for PDF", draw, by=by, at=at)
    return document


@transaction.atomic
def take_up(document_id: int, *, at: datetime) -> Document | None:
    """Take a waiting document, or one whose maker died, for a limited time; None when there is nothing to do."""
    document = (
        Document.objects.due(at)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(
            "audit__council",
            "audit__case",
            "audit__version__framework__council",
            "audit__tool",
            "audit__unit",
            "audit__auditor",
            "audit__worker",
            "audit__second_worker",
            "audit__manager",
            "draw__council",
            "draw__tool",
            "draw__version",
            "draw__follows",
        )
        .filter(pk=document_id)
        .first()
    )
    if document is None:
        return None
    document.tries += 1
    gone = document.tries > TRIES
    document.state = State.FAILED if gone else State.MAKING
    document.fault = "It was tried three times and did not finish." if gone else ""
    document.lease_until = at + LEASE
    document.save(update_fields=["tries", "state", "fault", "lease_until"])
    return None if gone else document


def make_document(document_id: int, *, at: datetime) -> bool:
    """Make one PDF; returns whether it was made now. Doing it again changes nothing."""
    document = take_up(document_id, at=at)
    if document is None:
        return False
    try:
        content = render_pdf(html_of(document))
    except (NoPdf, Refused) as fault:
        return fail(document_id, str(fault))
    made = Document.objects.filter(pk=document_id, state=State.MAKING).update(
        state=State.READY,
        content=content,
        checksum=hashlib.sha256(content).hexdigest(),
        ready_at=at,
    )
    return bool(made)


def html_of(document: Document) -> str:
    """The page that becomes the PDF."""
    if document.draw is not None:
        sheet = draw_certificate.build(document.draw)
        return render_to_string("reporting/draw_certificate_pdf.html", {"sheet": sheet})
    audit = document.audit
    if audit is None or audit.state != AuditState.RETURNED:
        raise Refused("The audit was reopened. Ask again once it is returned.")
    return render_to_string(
        "reporting/audit_record_pdf.html", {"record": audit_record.build(audit)}
    )


def fail(document_id: int, words: str) -> bool:
    """Note why a PDF could not be made."""
    Document.objects.filter(pk=document_id).update(state=State.FAILED, fault=words[:300])
    return False
