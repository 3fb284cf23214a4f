"""Figures on screen: the dashboard of a person's role, a section of figures, one figure, and grades by quarter."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.replica import from_replica
from core.trail import record
from reporting.figure import Figure
from reporting.forms.notes import NoteForm
from reporting.headline import NEEDED, three_questions
from reporting.models import Annotation
from reporting.sections import SECTIONS
from reporting.selectors import by_quarter
from reporting.selectors.asking import Asked, asked, measures_for
from reporting.selectors.catalogue import MEASURES
from reporting.selectors.duties import duties
from reporting.selectors.newest import newest_reports
from reporting.selectors.own import own_year, since_of
from reporting.selectors.own_work import own_actions
from reporting.services.notes import add_note, remove_note

# What the dashboard of those who lead shows of what is changing, in this order.
CHANGING = ("good-over-time", "inadequate-over-time", "sections-by-service", "actions-by-age")
# The charts beside which something can be noted.
OVER_TIME = ("good-over-time", "inadequate-over-time")
TABS = tuple(one for one in SECTIONS if one.figures)
# What the sections are called where there is little room.
SHORT = {
    "practice": "Practice",
    "sections": "Sections",
    "inadequate": "Immediate risk",
    "voice": "Voices",
    "actions": "Actions",
    "learning": "Learning",
    "activities": "Other work",
    "triangulation": "Other sources",
    "sample": "Who was audited",
    "trust": "Trust in grades",
    "delivery": "Programme",
}


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """What waits for the person, and what is changing, as far as their role shows it (G-60 to G-68)."""
    user, today = request.user, clock.today()
    record("open dashboard", "figures", by=user, at=clock.now())
    actions = own_actions(user, since_of(today))
    context = {
        "duties": duties(user, today, actions),
        "own": own_year(user, today, actions),
        "reports": newest_reports(user, today),
        "today": today,
    }
    if user.has_perm("reporting.see_figures"):
        want = asked(user, request.GET, clock.now())
        context["want"] = want
        if want:
            context |= from_replica(what_changes, request, want) | {"tabs": tabs(request)}
    return render(request, "reporting/dashboard.html", context)


def what_changes(request: HttpRequest, want: Asked) -> dict[str, object]:
    """The three questions, and the figures of what is changing."""
    known = [one.code for one in measures_for(request.user, NEEDED)]
    return {
        "questions": three_questions(want.figure, known),
        "figures": read(request, want, CHANGING),
    }


def tabs(request: HttpRequest) -> list[tuple[str, str]]:
    """The sections of which the person may read some figure: code and short title."""
    return [
        (one.code, SHORT.get(one.code, one.title))
        for one in TABS
        if measures_for(request.user, one.figures)
    ]


def read(request: HttpRequest, want: Asked, codes: tuple[str, ...]) -> list[Figure]:
    """The figures of these codes that the person may read."""
    return [want.figure(one.code) for one in measures_for(request.user, codes)]


def wanted(request: HttpRequest) -> Asked:
    """What is asked for; PermissionDenied for those who read no figures, 404 without a framework in force."""
    if not request.user.has_perm("reporting.see_figures"):
        raise PermissionDenied
    found = asked(request.user, request.GET, clock.now())
    if found is None:
        raise Http404
    return found


@require_safe
def section(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of one section."""
    want = wanted(request)
    found = next((one for one in TABS if one.code == code), None)
    if found is None or not measures_for(request.user, found.figures):
        raise Http404
    record(f"read figures: {code}", "figures", by=request.user, at=clock.now())
    context = {
        "want": want,
        "section": found,
        "figures": from_replica(read, request, want, found.figures),
        "tabs": tabs(request),
    }
    return render(request, "reporting/figures.html", context)


@require_safe
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure with its chart, its table, what it says and how it is counted."""
    return render(request, "reporting/figure.html", one_figure(request, code))


def one_figure(request: HttpRequest, code: str) -> dict[str, object]:
    """What the page of one figure shows; 404 for a code that is none, and for one the person may not read."""
    want = wanted(request)
    if code not in MEASURES or not measures_for(request.user, (code,)):
        raise Http404
    record(f"read figure: {code}", "figures", by=request.user, at=clock.now())
    noting = code in OVER_TIME and request.user.has_perm("reporting.note_figure")
    notes = Annotation.objects.visible_to(request.user).standing(
        request.user.council_id, code, clock.now()
    )
    return {
        "want": want,
        "figure": from_replica(want.figure, code),
        "section": next((one for one in TABS if code in one.figures), None),
        "notes": notes.select_related("by") if code in OVER_TIME else (),
        "form": NoteForm(auto_id="id_%s") if noting else None,
    }


@require_http_methods(["POST"])
def note(request: HttpRequest, code: str) -> HttpResponse:
    """Note something beside a month of a chart."""
    if code not in OVER_TIME:
        raise Http404
    if not request.user.has_perm("reporting.note_figure"):
        raise PermissionDenied
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render(
            request,
            "reporting/figure.html",
            {**one_figure(request, code), "form": form},
            status=422,
        )
    said = form.cleaned_data
    add_note(
        code,
        month=said["month"],
        words=said["words"],
        rebased=said["rebased"],
        by=request.user,
        at=clock.now(),
    )
    return redirect("figure", code=code)


@require_POST
def take_note_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a note away; reports that were built with it keep it."""
    found = get_object_or_404(Annotation.objects.visible_to(request.user), pk=pk)
    remove_note(found, by=request.user, at=clock.now())
    return redirect("figure", code=found.figure)


@require_safe
def grades(request: HttpRequest) -> HttpResponse:
    """Grades by quarter, with a line wherever another edition began."""
    if not request.user.has_perm("reporting.see_grades"):
        raise PermissionDenied
    today = clock.today()
    context = {
        "tables": from_replica(by_quarter.grades_over_time, request.user, today),
        "kept_back": from_replica(by_quarter.kept_back, request.user, today),
    }
    return render(request, "reporting/grades.html", context)
