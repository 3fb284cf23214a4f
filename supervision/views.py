"""Personal supervision: a worker's notes, and those that a manager wrote. Everybody else finds nothing here."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from people.models import User
from supervision import selectors
from supervision.forms import NoteForm
from supervision.models import PersonalNote
from supervision.services import (
    acknowledge_note,
    correct_note,
    end_sharing,
    share_notes,
    write_note,
)


@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """The people whom one line-manages, and the notes that were written for oneself."""
    today = clock.today()
    managers = selectors.managers_of(request.user, today)
    about_me = selectors.notes_about(request.user, managers, today)
    left = selectors.left_to_share(about_me, managers)
    record("list notes", "supervision.notes", by=request.user, at=clock.now())
    context = {
        "reports": selectors.reports_of(request.user, today),
        "about_me": about_me,
        "managers": managers,
        "to_share": left if managers else [],
    }
    return render(request, "supervision/supervision.html", context)


def report_of(request: HttpRequest, pk: int) -> User:
    """Somebody whom this person line-manages today, or 404."""
    people = User.objects.filter(council=request.user.council_id, is_active=True)
    worker = get_object_or_404(people, pk=pk)
    if not request.user.has_perm("supervision.write_note", worker):
        raise Http404
    return worker


def note_of(request: HttpRequest, key: UUID) -> PersonalNote:
    """A note that this person may open, or 404 as if it did not exist."""
    seen = PersonalNote.objects.visible_to(request.user, clock.today())
    return get_object_or_404(seen.select_related("worker", "author"), key=key)


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person whom one line-manages: one's own notes on them, and what they have shared."""
    worker = report_of(request, pk)
    notes = selectors.notes_on(worker, reader=request.user, on=clock.today())
    subject, at = "supervision.notes", clock.now()
    record("list notes of one", subject, by=request.user, at=at, subject_id=worker.pk)
    return render(request, "supervision/person.html", {"worker": worker, "notes": notes})


@sensitive_post_parameters("text")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note for somebody whom one line-manages."""
    worker = report_of(request, pk)
    form = NoteForm(request.POST if request.method == "POST" else None, today=clock.today())
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["key"] or uuid4()
        try:
            made = write_note(worker, form.said, key=key, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The note is kept. The person has been told to read it.")
            return redirect("supervision-note", made.key)
    context = {"form": form, "worker": worker}
    return render(request, "supervision/write.html", context, status=422 if form.errors else 200)


@sensitive_variables()
@require_safe
def note(request: HttpRequest, key: UUID) -> HttpResponse:
    """One note with what it said before, for its two readers."""
    found, today = note_of(request, key), clock.today()
    record("open note", found, by=request.user, at=clock.now())
    mine = found.worker_id == request.user.pk
    managers = selectors.managers_of(request.user, today) if mine else []
    context = {
        "note": found,
        "written": selectors.opened(found),
        "earlier": selectors.earlier(found, reader=request.user, on=today),
        "newer": PersonalNote.objects.visible_to(request.user, today)
        .filter(corrects=found)
        .first(),
        "mine": mine,
        "may_correct": request.user.has_perm("supervision.correct_note", found),
        "share_with": [one for one in managers if one.pk != found.author_id],
        "shares": found.shares.standing().select_related("reader") if mine else [],
    }
    return render(request, "supervision/note.html", context)


@sensitive_post_parameters("text")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, key: UUID) -> HttpResponse:
    """Write what stands in for a note; the note stays as it was."""
    found = note_of(request, key)
    if not request.user.has_perm("supervision.correct_note", found):
        raise PermissionDenied
    written = selectors.opened(found)
    start = {"held_on": found.held_on, "text": written.text}
    sent = request.POST if request.method == "POST" else None
    form = NoteForm(sent, initial=start, today=clock.today())
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["key"] or uuid4()
        try:
            made = correct_note(found, form.said, key=new, by=request.user, at=clock.now())
        except Refused as fault:
            form.too_late(str(fault))
        else:
            messages.success(
                request, "The correction is kept. The person has been told to read it."
            )
            return redirect("supervision-note", made.key)
    context = {"form": form, "worker": found.worker, "corrects": found}
    return render(request, "supervision/write.html", context, status=422 if form.errors else 200)


@require_POST
def acknowledge(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say that one has read a note."""
    acknowledge_note(note_of(request, key), by=request.user, at=clock.now())
    messages.success(request, "It is kept that you have read this note.")
    return redirect("supervision-note", key)


@require_POST
def share(request: HttpRequest, key: UUID) -> HttpResponse:
    """Let one's present line manager read one note of an earlier one."""
    share_notes([note_of(request, key)], by=request.user, at=clock.now())
    messages.success(request, "Your line manager can read this note now.")
    return redirect("supervision-note", key)


@require_POST
def share_all(request: HttpRequest) -> HttpResponse:
    """Let one's present line manager read all the notes of earlier ones."""
    today = clock.today()
    managers = selectors.managers_of(request.user, today)
    mine = selectors.notes_about(request.user, managers, today)
    notes = selectors.left_to_share(mine, managers)
    count = share_notes(notes, by=request.user, at=clock.now())
    words = "Your line manager can read your earlier notes now."
    messages.success(request, words if count else "There was nothing left to share.")
    return redirect("personal-supervision")


@require_POST
def stop_sharing(request: HttpRequest, key: UUID) -> HttpResponse:
    """Share a note with nobody any more."""
    end_sharing(note_of(request, key), by=request.user, at=clock.now())
    messages.success(request, "Nobody but you and who wrote it can read this note now.")
    return redirect("supervision-note", key)
