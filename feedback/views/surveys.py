"""The pages of surveys: the list, planning, one survey, its links, answers typed in, and its results.

Nothing that is done for a single answer leaves a line in the trail: it would stand beside the answer.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.tabular import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from core.trail import record
from feedback.forms.surveys import SLIPS, LinksForm, PlanForm, TypeInForm
from feedback.models import Survey, SurveyReport
from feedback.qr import Code, code_of
from feedback.selectors.instruments import for_staff, instrument_of
from feedback.selectors.surveys import (
    instruments_to_plan,
    listed,
    response_of,
    results_of,
    rows_of,
)
from feedback.services import surveys as service
from feedback.services.answering import type_in, type_in_refusal
from feedback.states import SurveyState
from feedback.survey_filters import SurveyFilter
from feedback.totals import COLUMNS, COURSE_COLUMNS, course_lines, lines
from people.selectors import roles_of
from standards.instruments import Instrument
from standards.selectors import edition

PAGE = 25
NOT_CLOSED = "Results are shown once the survey is closed."


def survey_of(request: HttpRequest, pk: int) -> Survey:
    """One survey that the person may open, or 404."""
    found: Survey = get_object_or_404(listed(request.user).select_related("council"), pk=pk)
    return found


def run_by(request: HttpRequest, pk: int) -> Survey:
    """One survey that the person may open and runs. Raises PermissionDenied for one that they do not run."""
    survey = survey_of(request, pk)
    if not request.user.has_perm("feedback.run_survey", survey):
        raise PermissionDenied
    return survey


def plannable(request: HttpRequest) -> list[Instrument]:
    """What this person can plan: the QA team everything, others what their role asks."""
    found = instruments_to_plan(request.user.council, clock.today())
    if request.user.has_perm("core.see_jobs"):
        return list(found)
    roles = roles_of(request.user, clock.today())
    return [one for one in found if not roles.isdisjoint(one.asked_by)]


@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """The council's surveys that the person may open."""
    if not request.user.has_perm("feedback.see_feedback"):
        raise PermissionDenied
    found = listed(request.user)
    newest = found.order_by("instrument", "-number").distinct("instrument")
    names = [(one.instrument, instrument_of(one).title) for one in newest]
    narrowed = SurveyFilter(request.GET, queryset=found, instruments=names)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list surveys", "surveys", by=request.user, at=clock.now())
    context = {
        "page": page,
        "rows": rows_of(page),
        "filter": narrowed,
        "narrowed": any(request.GET.get(name) for name in ("instrument", "state")),
        "plans": bool(plannable(request)),
    }
    return render(request, "feedback/surveys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_survey(request: HttpRequest) -> HttpResponse:
    """Plan a survey with one of the framework's instruments."""
    found = plannable(request)
    if not found and not request.user.has_perm("core.see_jobs"):
        raise PermissionDenied
    today = clock.today()
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        initial={"opens_on": today, "instrument": found[0].code if len(found) == 1 else None},
        instruments=found,
        council_id=request.user.council_id,
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        planned = service.Planned(data["title"], data["opens_on"], data["closes_on"])
        council, code = request.user.council, data["instrument"]
        try:
            made = service.plan_survey(council, code, planned, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The survey is planned. It opens by itself on its first day.")
            return redirect("survey", pk=made.pk)
    context = {"form": form, "without": not found}
    return render(request, "feedback/plan_survey.html", context, status=422 if form.errors else 200)


@require_safe
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """One survey: its days, who is asked, how many links were given out, and what can be done now."""
    one = survey_of(request, pk)
    instrument = instrument_of(one)
    context = {
        "survey": one,
        "instrument": instrument,
        "edition": edition(one.version),
        "response": response_of(one),
        "moves": one.moves.select_related("by"),
        "report": SurveyReport.objects.visible_to(request.user, clock.today())
        .filter(survey=one)
        .first(),
        "staff": for_staff(instrument),
        "runs": request.user.has_perm("feedback.run_survey", one),
        "reads": request.user.has_perm("feedback.read_totals", one),
        "takes": Survey.objects.open_on(clock.today()).filter(pk=one.pk).exists(),
    }
    return render(request, "feedback/survey.html", context)


# Steps --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A step of a survey: its words on the page to confirm it, and what is said when it is done."""

    take: Any
    title: str
    text: str
    button: str
    done: str


STEPS = {
    "open": Step(
        service.open_survey,
        "Open the survey now?",
        "It takes answers from its first day on, until its last day is over. Once it is open it cannot be called off.",
        "Open the survey",
        "The survey is open.",
    ),
    "close": Step(
        service.close_survey,
        "Close the survey now?",
        "Nobody can answer after that, and what people have begun and not handed in is lost. It cannot be opened "
        "again. Its results are worked out from the answers that are in.",
        "Close the survey",
        "The survey is closed. Its results can be read.",
    ),
    "take-links-back": Step(
        service.take_links_back,
        "Take all links back?",
        "Every link and slip given out so far that nobody has used stops working, for example because a sheet was lost. "
        "What has been handed in stays. You can make new links afterwards.",
        "Take all links back",
        "The links are taken back. You can make new ones.",
    ),
    "call-off": Step(
        service.call_off,
        "Call the survey off?",
        "Nobody has been asked yet. It stays in the list as called off.",
        "Call it off",
        "The survey is called off.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Open, close or call off a survey, after a question."""
    one = run_by(request, pk)
    what = STEPS[name]
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            what.take(one, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, what.done)
            return redirect("survey", pk=one.pk)
    context = {"survey": one, "step": what, "form": form}
    return render(request, "feedback/step.html", context, status=422 if form.errors else 200)


# Links --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slip:
    """One link to hand over: its address and, on a sheet, its QR code."""

    address: str
    code: Code | None = None


def address_of(ticket: str) -> str:
    """Where a ticket is answered, at the service's own address."""
    return f"{settings.QA_ORIGIN}{reverse('answer', args=[ticket])}"


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, pk: int) -> HttpResponse:
    """Make links: a list to copy or a sheet to print. They are shown this once and kept nowhere."""
    one = run_by(request, pk)
    if one.state not in {SurveyState.PLANNED, SurveyState.OPEN}:
        raise Refused("This survey is over. Nobody could answer by its links.")
    form = LinksForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {
        "survey": one,
        "instrument": instrument_of(one),
        "form": form,
        "staff": for_staff(instrument_of(one)),
    }
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "feedback/links.html", context, status=status)
    number = form.cleaned_data["number"]
    made = service.give_out(one, number, by=request.user, at=clock.now())
    addresses = [address_of(ticket) for ticket in made]
    if form.cleaned_data["how"] == SLIPS:
        slips = [Slip(address, code_of(address)) for address in addresses]
        return render(request, "feedback/slips.html", {**context, "slips": slips})
    return render(request, "feedback/link_list.html", {**context, "addresses": addresses})


# Typing in ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def type_in_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Type in what somebody answered on paper or by telephone, or that they chose not to."""
    one = run_by(request, pk)
    if not Survey.objects.open_on(clock.today()).filter(pk=one.pk).exists():
        raise Refused("This survey takes no answers today.")
    instrument = instrument_of(one)
    if request.method == "POST" and "declined" in request.POST:
        token = TypeInForm.token_of(request.POST)
        type_in_refusal(one, on=clock.today(), token=token)
        messages.success(request, "Counted: asked, and chose not to answer.")
        return redirect("type-in-answer", pk=one.pk)
    form = TypeInForm(request.POST if request.method == "POST" else None, instrument=instrument)
    if request.method == "POST" and form.is_valid():
        faults = type_in(one, form.given, on=clock.today(), token=form.token)
        if not faults:
            messages.success(request, "The answer is kept. You can type in the next one.")
            return redirect("type-in-answer", pk=one.pk)
        form.add_faults(faults)
    context = {"survey": one, "instrument": instrument, "form": form, "decline_token": uuid4()}
    return render(request, "feedback/type_in.html", context, status=422 if form.errors else 200)


# Results ------------------------------------------------------------------------------------------


def read_by(request: HttpRequest, pk: int) -> Survey:
    """One closed survey whose totals the person reads. Raises PermissionDenied, or Refused before it is closed."""
    one = survey_of(request, pk)
    if not request.user.has_perm("feedback.read_totals", one):
        raise PermissionDenied
    if one.state != SurveyState.CLOSED:
        raise Refused(NOT_CLOSED)
    return one


@require_safe
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """The totals of a closed survey, beside earlier rounds."""
    one = read_by(request, pk)
    instrument = instrument_of(one)
    found = results_of(one, request.user)
    record("open totals", one, by=request.user, at=clock.now())
    context = {
        "survey": one,
        "instrument": instrument,
        "edition": edition(one.version),
        "totals": found.totals,
        "broken_down_by": broken_down_by(instrument),
        "rounds": found.rounds,
        "courses": found.courses,
        "editions": len({then.edition for then in found.rounds}) > 1,
        "response": response_of(one),
        "deleted": bool(found.totals.answered) and not one.answers.exists(),
    }
    return render(request, "feedback/results.html", context)


def broken_down_by(instrument: Instrument) -> str:
    """The question by whose answers the means are broken down."""
    by = instrument.broken_down_by
    return instrument.asked(by).label if by else ""


@require_safe
def results_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The totals as a file, without anybody's words."""
    if kind not in {"csv", "xlsx"}:
        raise Http404
    one = read_by(request, pk)
    found = results_of(one, request.user)
    record("download totals", one, by=request.user, at=clock.now(), detail={"kind": kind})
    table = [COLUMNS, *lines(found.totals)]
    if kind == "csv":
        content, content_type = csv_file(table), CSV_TYPE
    else:
        course = [COURSE_COLUMNS, *course_lines(found.courses, found.rounds)]
        content, content_type = xlsx_file({"Totals": table, "Over time": course}), XLSX_TYPE
    name = f"{one.instrument}-{one.number}-totals.{kind}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
