"""Requests for what is kept about somebody: asked for, read through, downloaded, erased."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.bell import ring
from core.moves import Refused
from core.trail import record
from people.sensitive import asks_again
from retention.forms import ReadForm, RequestForm
from retention.models import SubjectRequest
from retention.services import answering
from retention.states import RequestState
from retention.tasks import gather_file
from retention.views.overview import check

PART = (
    "You have a part in this yourself, so somebody else has to answer: another head of QA, or a "
    "senior leader."
)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def new_request(request: HttpRequest) -> HttpResponse:
    """Ask for everything that is kept about a child or a member of staff."""
    check(request, "retention.answer_subject")
    form = RequestForm(request.POST or None, council_id=request.user.council_id)
    if request.method == "POST" and form.is_valid() and form.subject is not None:
        if not request.user.has_perm("retention.answer_subject", form.subject):
            form.add_error("about", PART)
            return render(request, "retention/new_request.html", {"form": form}, status=422)
        try:
            made = answering.ask(
                form.subject, form.cleaned_data["received_on"], by=request.user, at=clock.now()
            )
        except Refused as fault:
            form.add_error("received_on", str(fault))
        else:
            ring(gather_file, made.pk)
            return redirect("subject-request", key=made.key)
    status = 422 if form.errors else 200
    return render(request, "retention/new_request.html", {"form": form}, status=status)


def request_of(request: HttpRequest, key: str) -> SubjectRequest:
    """One request that the person may see, or 404."""
    check(request, "retention.answer_subject")
    rows = SubjectRequest.objects.visible_to(request.user).light()
    rows = rows.select_related("case", "person", "asked_by", "read_by")
    found: SubjectRequest = get_object_or_404(rows, key=key)
    return found


@require_safe
@asks_again
def subject_request(request: HttpRequest, key: str) -> HttpResponse:
    """How far a request is; what has to be read before there is a file."""
    found = request_of(request, key)
    record("open subject request", found, by=request.user, at=clock.now())
    return request_page(request, found, None)


def request_page(
    request: HttpRequest, found: SubjectRequest, form: ReadForm | None, status: int = 200
) -> HttpResponse:
    """The page of a request; what was gathered is shown to who asked for it alone."""
    own = request.user.has_perm("retention.open_file", found)
    passages = []
    if own and found.state == RequestState.REVIEW:
        passages = answering.read_gathered(found)["passages"]
        form = form or ReadForm(None, words=[one["word"] for one in passages])
    context = {"found": found, "own": own, "passages": passages, "form": form, "on": clock.today()}
    return render(request, "retention/request.html", context, status=status)


@require_POST
@asks_again
def confirm_request(request: HttpRequest, key: str) -> HttpResponse:
    """Say that everything has been read, and what is taken out."""
    found = request_of(request, key)
    check(request, "retention.open_file", found)
    if found.state != RequestState.REVIEW:
        messages.error(request, "This file is not waiting to be read through.")
        return redirect("subject-request", key=key)
    words = [one["word"] for one in answering.read_gathered(found)["passages"]]
    form = ReadForm(request.POST, words=words)
    if not form.is_valid():
        return request_page(request, found, form, status=422)
    answering.confirm(
        found, form.also(), read=form.cleaned_data["read"], by=request.user, at=clock.now()
    )
    ring(gather_file, found.pk)
    return redirect("subject-request", key=key)


@require_safe
@asks_again
def subject_file(request: HttpRequest, key: str) -> HttpResponse:
    """The file, for who asked for it."""
    found = request_of(request, key)
    check(request, "retention.open_file", found)
    try:
        content = answering.download(found, by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("subject-request", key=key)
    response = HttpResponse(content, content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="what-is-kept.zip"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@asks_again
def gather_again(request: HttpRequest, key: str) -> HttpResponse:
    """Gather everything anew."""
    found = request_of(request, key)
    try:
        answering.start_again(found, by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        ring(gather_file, found.pk)
    return redirect("subject-request", key=key)


@require_POST
@asks_again
def erase_request(request: HttpRequest, key: str) -> HttpResponse:
    """Erase a file before its time."""
    found = request_of(request, key)
    try:
        answering.erase(found, by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("subject-request", key=key)
