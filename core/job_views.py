"""What runs by itself, for the QA team; what was sent, for its head."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core import clock, outbox, running
from core.bell import ring
from core.jobs import JOBS, Job
from core.models import JobRun, Notice
from core.notices import log_for
from core.tasks import ring_for_runs, send_notices
from core.trail import record
from core.troubles import troubles_for

PAGE = 25
# What the list of messages can be narrowed to.
SHOWN = {
    "": "All",
    "unsent": "Not sent yet",
    "failed": "Could not be sent",
    "left": "Not sent, the person has left",
}


@dataclass(frozen=True)
class Line:
    """One job: its latest run, and the next planned moment."""

    job: Job
    run: JobRun | None
    next_at: datetime


def lines(at: datetime) -> list[Line]:
    """Every job by its title."""
    latest = {run.name: run for run in JobRun.objects.newest_of_each()}
    return [
        Line(job, latest.get(job.name), job.when.next(at))
        for job in sorted(JOBS.values(), key=lambda job: job.title)
    ]


def check(request: HttpRequest, right: str) -> None:
    """Refuse who does not hold the right."""
    if not request.user.has_perm(f"core.{right}"):
        raise PermissionDenied


@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """What runs by itself, when it ran last and comes next, what failed, and the history."""
    check(request, "see_jobs")
    failed = JobRun.objects.filter(state=JobRun.State.FAILED)
    unsendable = Notice.objects.log_of(request.user.council_id).failed()
    history = JobRun.objects.exclude(started_at=None).order_by("-started_at", "-pk")
    titles = {job.name: job.title for job in JOBS.values()}
    page = Paginator(history, PAGE).get_page(request.GET.get("page"))
    context = {
        "lines": lines(clock.now()),
        "failed": [(run, titles.get(run.name, run.name)) for run in failed[:PAGE]],
        "unsendable": unsendable.count(),
        "troubles": troubles_for(request.user),
        "page": page,
        "history": [(run, titles.get(run.name, run.name)) for run in page],
    }
    return render(request, "core/jobs.html", context)


@require_POST
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed run be tried again."""
    check(request, "retry_job")
    get_object_or_404(JobRun, pk=pk)
    running.retry(pk, by=request.user, at=clock.now())
    ring_for_runs([pk])
    messages.success(request, "The job is tried again.")
    return redirect("jobs")


@require_safe
def message_log(request: HttpRequest) -> HttpResponse:
    """Every message of the council: to which role, about what, planned, made and sent when (C6-2)."""
    check(request, "see_all_messages")
    shown = request.GET.get("show", "")
    rows = log_for(request.user).select_related("to")
    if shown == "failed":
        rows = rows.failed()
    elif shown == "unsent":
        rows = rows.filter(sent_at=None, to__is_active=True)
    elif shown == "left":
        rows = rows.left_unsent()
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    record("list messages", "messages", by=request.user, at=clock.now())
    context = {"page": page, "shown": shown, "choices": SHOWN.items()}
    return render(request, "core/message_log.html", context)


@require_POST
def retry_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a message that was given up be tried again."""
    check(request, "retry_message")
    get_object_or_404(Notice.objects.log_of(request.user.council_id), pk=pk)
    outbox.retry(pk, by=request.user, at=clock.now())
    ring(send_notices)
    messages.success(request, "The message is sent again with the next round.")
    return redirect("message-log")
