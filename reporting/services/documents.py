"""Asking for a PDF and making it. A job is a row with a lease; Celery is only the bell."""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from audits.models import Audit
from core.moves import Refused
from core.trail import record
from moderation.models import Moderation, Panel
from people.models import User
from programme.models import Draw
from reporting.kinds import kind_of, subject_of
from reporting.models import Document
from reporting.pdf import NoPdf, render_pdf

LEASE = timedelta(minutes=2)
TRIES = 3
# How many PDFs of one person may wait at the same time, so that one person does not hold up everybody else.
AT_ONCE = 10
State = Document.State
Thing = Audit | Draw | Moderation | Panel


@transaction.atomic
def ask_for_document(thing: Thing, *, by: User, at: datetime) -> Document:
    """Ask for the PDF of an audit's record, a draw's certificate, a moderation's record or a panel's minutes.

    One that waits already is given back. Refused while there is nothing to make it of, for somebody who
    must not read it yet, and for whoever has ten others waiting.
    """
    kind = kind_of(thing)
    if words := kind.too_early(thing) or kind.kept_from(thing, by):
        raise Refused(words)
    theirs = Document.objects.filter(asked_by=by, state__in=[State.WAITING, State.MAKING])
    waiting = theirs.filter(**{kind.name: thing}).first()
    if waiting is not None:
        return waiting
    if theirs.count() >= AT_ONCE:
        raise Refused(
            f"{AT_ONCE} PDFs that you have asked for are still being made. Ask again when some are ready."
        )
    document = Document.objects.create(
        council_id=thing.council_id, **{kind.name: thing}, asked_by=by, asked_at=at
    )
    record("ask for PDF", thing, by=by, at=at)
    return document


@transaction.atomic
def take_up(document_id: int, *, at: datetime) -> Document | None:
    """Take a waiting document, or one whose maker died, for a limited time; None when there is nothing to do."""
    document = (
        Document.objects.due(at)
        .select_for_update(skip_locked=True, of=("self",))
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
    """The page that becomes the PDF; Refused where what it is of has changed back meanwhile."""
    kind, pk = subject_of(document)
    thing = kind.read().get(pk=pk)
    if words := kind.too_early(thing):
        raise Refused(words)
    return kind.html(thing)


def fail(document_id: int, words: str) -> bool:
    """Note why a PDF could not be made."""
    Document.objects.filter(pk=document_id).update(state=State.FAILED, fault=words[:300])
    return False
