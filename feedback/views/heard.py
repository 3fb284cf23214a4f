"""The pages of what was heard: summaries, who answered, themes, and the themes of a reply."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from actions.selectors import themes_of
from core import clock
from core.moves import Refused
from core.tabular import CSV_TYPE, csv_file
from core.trail import record
from feedback.filters import DaysForm
from feedback.forms.heard import SummaryForm, ThemesForm
from feedback.models import Reply, Summary
from feedback.selectors.funnels import first_of, funnels_of, reasons_of
from feedback.selectors.instruments import instrument_of, instruments_in_force
from feedback.selectors.themes import themes_said
from feedback.services.summaries import TOTALS, change_summary, record_summary
from feedback.services.tagging import tag_reply
from people.selectors import roles_of
from standards.instruments import Instrument
from standards.selectors import in_force

PAGE = 25
COLUMNS = ("Theme", "Replies", "Summaries", "Surveys", "Actions open", "Actions signed off")


def listed_themes(request: HttpRequest) -> list[str]:
    """The themes that the council's framework in force lists."""
    version = in_force(request.user.council, clock.today())
    return themes_of(version) if version else []


def door(request: HttpRequest) -> None:
    """Raises PermissionDenied for whoever has nothing to do with feedback."""
    if not request.user.has_perm("feedback.see_feedback"):
        raise PermissionDenied


# Summaries ----------------------------------------------------------------------------------------


def summed_up(request: HttpRequest) -> list[Instrument]:
    """The instruments of which this person keeps summaries."""
    today = clock.today()
    roles = roles_of(request.user, today)
    qa = request.user.has_perm("feedback.import_replies")
    return [
        one
        for one in instruments_in_force(request.user.council, today)
        if one.privacy == TOTALS and (qa or not roles.isdisjoint(one.asked_by))
    ]


@require_safe
def summaries(request: HttpRequest) -> HttpResponse:
    """The summaries that this person may read, newest first."""
    door(request)
    today = clock.today()
    found = Summary.objects.visible_to(request.user, today).select_related("version", "entered_by")
    page = Paginator(found.defer("version__source", "version__policy"), PAGE).get_page(
        request.GET.get("page")
    )
    record("list summaries", "summaries", by=request.user, at=clock.now())
    context = {
        "page": page,
        "rows": [
            (one, instrument_of(one).title, request.user.has_perm("feedback.record_summary", one))
            for one in page
        ],
        "instruments": summed_up(request),
    }
    return render(request, "feedback/summaries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_summary(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what several people said on one occasion."""
    instrument = next((one for one in summed_up(request) if one.code == code), None)
    if instrument is None:
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    form = SummaryForm(posted, listed=listed_themes(request), today=clock.today())
    if posted is not None and form.is_valid():
        try:
            record_summary(
                request.user.council,
                code,
                form.said,
                by=request.user,
                at=clock.now(),
                form_token=form.cleaned_data["token"],
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The summary is kept.")
            return redirect("summaries")
    return summary_page(request, form, instrument)


@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a summary right."""
    one = get_object_or_404(Summary.objects.visible_to(request.user, clock.today()), pk=pk)
    if not request.user.has_perm("feedback.record_summary", one):
        raise PermissionDenied
    form = SummaryForm(
        request.POST if request.method == "POST" else None,
        listed=listed_themes(request),
        today=clock.today(),
        initial={
            name: getattr(one, name)
            for name in ("held_on", "people", "heard", "learning", "themes")
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_summary(one, form.said, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The summary is changed.")
            return redirect("summaries")
    return summary_page(request, form, instrument_of(one))


def summary_page(request: HttpRequest, form: SummaryForm, instrument: Instrument) -> HttpResponse:
    """The form of a summary."""
    context = {"form": form, "instrument": instrument}
    status = 422 if form.errors else 200
    return render(request, "feedback/summary_form.html", context, status=status)


# Who answered, and themes -------------------------------------------------------------------------


@require_safe
def funnel(request: HttpRequest) -> HttpResponse:
    """Who was asked with audits and what came of it, of the audits that this person may open."""
    door(request)
    today = clock.today()
    record("open who answered", "replies", by=request.user, at=clock.now())
    page = Paginator(reasons_of(request.user, today), PAGE).get_page(request.GET.get("page"))
    context = {
        "tables": funnels_of(request.user, today),
        "page": page,
        "since": first_of(today),
        "today": today,
    }
    return render(request, "feedback/funnel.html", context)


@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """What is said again and again."""
    door(request)
    form, since, until = days_of(request)
    found = themes_said(request.user, clock.today(), since, until)
    record("open themes", "replies", by=request.user, at=clock.now())
    context: dict[str, Any] = {"form": form, "found": found, "since": since, "until": until}
    return render(request, "feedback/themes.html", context)


@require_safe
def themes_file(request: HttpRequest) -> HttpResponse:
    """The themes as a CSV file."""
    door(request)
    _, since, until = days_of(request)
    found = themes_said(request.user, clock.today(), since, until)
    record("download themes", "replies", by=request.user, at=clock.now())
    lines = [
        (one.name, one.replies, one.summaries, one.surveys, one.open, one.signed_off)
        for one in found.rows
    ]
    response = HttpResponse(csv_file([COLUMNS, *lines]), content_type=CSV_TYPE)
    name = f"themes-{since:%Y-%m-%d}-{until:%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def days_of(request: HttpRequest) -> tuple[DaysForm, date, date]:
    """From when to when: as asked, else the last four quarters."""
    today = clock.today()
    first = first_of(today)
    form = DaysForm(request.GET or None, initial={"since": first, "until": today})
    if not form.is_valid():
        return form, first, today
    since = form.cleaned_data["since"] or first
    until = form.cleaned_data["until"] or today
    return form, min(since, until), max(since, until)


@require_http_methods(["GET", "HEAD", "POST"])
def tag(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give a reply its themes."""
    one = get_object_or_404(Reply.objects.visible_to(request.user, clock.today()), key=key)
    if not request.user.has_perm("feedback.tag_reply", one):
        raise PermissionDenied
    if one.outcome != "answered":
        raise Http404
    form = ThemesForm(
        request.POST if request.method == "POST" else None,
        listed=listed_themes(request),
        initial={"themes": one.themes},
    )
    if request.method == "POST" and form.is_valid():
        tag_reply(one, form.cleaned_data["themes"], by=request.user, at=clock.now())
        messages.success(request, "The themes are kept.")
        return redirect("reply", key=key)
    context = {"form": form, "reply": one, "title": instrument_of(one).title}
    return render(request, "feedback/tag.html", context, status=422 if form.errors else 200)
