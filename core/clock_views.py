"""The test clock of a demo (T-1); where it cannot be moved there is no such page."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from core import clock, moving
from core.clock_forms import ClockForm
from core.moves import Refused
from core.tasks import ring_for_runs


def check(request: HttpRequest) -> None:
    """404 where no clock can be moved; refused to all but the QA team."""
    if not settings.TEST_CLOCK_MOVABLE:
        raise Http404
    if not request.user.has_perm("core.move_clock"):
        raise PermissionDenied


@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def test_clock(request: HttpRequest) -> HttpResponse:
    """The moment at which the service lives, a form to move it, and what fired at it."""
    check(request)
    clock.read_again()
    form = ClockForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and moved(request, form):
        return redirect("test-clock")
    now = clock.now()
    fired = moving.fired(request.user.council_id, at=now, reader=request.user)
    context = {"form": form, "now": now, "fired": fired}
    page = "core/test_clock.html"
    if request.headers.get("HX-Request"):
        return render(request, f"{page}#fired", context)
    return render(request, page, context, status=422 if form.errors else 200)


def moved(request: HttpRequest, form: ClockForm) -> bool:
    """Move the clock; what stands against it goes into the form."""
    data = form.cleaned_data
    try:
        to = timezone.make_aware(datetime.combine(data["day"], data["time"]))
        moving.set_clock(to, by=request.user)
    except Refused as fault:
        form.add_error("day", str(fault))
        return False
    messages.success(request, "The clock is moved.")
    return True


@require_POST
def forward(request: HttpRequest) -> HttpResponse:
    """One day on."""
    check(request)
    moving.forward(1, by=request.user)
    messages.success(request, "The clock is moved one day on.")
    return redirect("test-clock")


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Have everything run that is due; the page shows how far it is."""
    check(request)
    ring_for_runs(moving.run_jobs(by=request.user))
    return redirect("test-clock")
