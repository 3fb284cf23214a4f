"""The calendar by which working days are counted: the year's bank holidays, and where the council differs."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.moves import Refused
from standards import calendars
from standards.calendar_forms import CalendarForm
from standards.models import CalendarDay
from standards.selectors import calendar_of
from standards.workdays import holidays_named, is_working

FIRST, LAST = 2000, 2100


def year_of(request: HttpRequest) -> int:
    """The year asked for, or the present one."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else 0
    return year if FIRST <= year <= LAST else clock.today().year


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """One year: bank holidays, the council's own days, terms and cycles; and the form to enter some."""
    if not request.user.has_perm("standards.see_calendar"):
        raise PermissionDenied
    changes = request.user.has_perm("standards.change_calendar")
    if request.method == "POST" and not changes:
        raise PermissionDenied
    form = CalendarForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and entered(request, form):
        year = form.cleaned_data["from_on"].year
        return redirect(f"{reverse('calendar')}?year={year}")
    year = year_of(request)
    own = calendar_of(request.user.council_id)
    context = {
        "form": form,
        "changes": changes,
        "year": year,
        "before": max(year - 1, FIRST),
        "after": min(year + 1, LAST),
        "holidays": [(day, name, is_working(day, own)) for day, name in holidays_named(year)],
        "days": CalendarDay.objects.visible_to(request.user).in_year(year),
    }
    return render(request, "standards/calendar.html", context, status=422 if form.errors else 200)


def entered(request: HttpRequest, form: CalendarForm) -> bool:
    """Enter it; what stands against it goes into the form."""
    data = form.cleaned_data
    days = (data["kind"], data["name"], data["from_on"], form.last_day())
    try:
        calendars.add_day(*days, by=request.user, at=clock.now())
    except Refused as fault:
        form.add_error("from_on", str(fault))
        return False
    messages.success(request, "It is entered. Dates counted from now on take it into account.")
    return True


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry out."""
    if not request.user.has_perm("standards.see_calendar"):
        raise PermissionDenied
    day = get_object_or_404(CalendarDay.objects.visible_to(request.user), pk=pk)
    calendars.remove_day(pk, by=request.user, at=clock.now())
    messages.success(request, "It is removed. Dates counted from now on take it into account.")
    return redirect(f"{reverse('calendar')}?year={day.from_on.year}")
