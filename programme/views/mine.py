"""One's own allocations, and their meetings and deadlines as a calendar file."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.trail import record
from programme.diary import calendar_of
from programme.selectors.mine import entries, given_to, year_from
from programme.selectors.post_year import own_rows


@require_safe
def my_allocations(request: HttpRequest) -> HttpResponse:
    """What this person has been given to audit this year, soonest due first."""
    today = clock.today()
    page = Paginator(given_to(request.user, today), 25).get_page(request.GET.get("page"))
    record("list allocations", "audits", by=request.user, at=clock.now())
    context = {
        "page": page,
        "today": today,
        "year_from": year_from(request.user, today),
        "own_rows": own_rows(request.user, today),
    }
    return render(request, "programme/my_allocations.html", context)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Meetings and deadlines of the audits this person takes part in, for their own calendar."""

    def address(pk: int) -> str:
        return request.build_absolute_uri(reverse("audit", args=[pk]))

    found = entries(request.user, clock.today(), address)
    content = calendar_of(found, at=clock.now(), title="Audits")
    record("download calendar", "audits", by=request.user, at=clock.now())
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="my-allocations.ics"'},
    )
