"""Writing a report: commentary beside the live figures, recommendations, and management's response."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.selectors import themes_of
from core import clock
from core.bell import ring
from core.moves import Refused
from people.models import User
from reporting.forms.reports import CommentaryForm, RecommendationForm, ResponseForm
from reporting.models import Recommendation, Report
from reporting.placeholders import filled, values_of
from reporting.sections import Place, Section
from reporting.selectors import reports as selectors
from reporting.services import recommending
from reporting.services.answering import respond
from reporting.services.writing import Draft, Named, Overtaken, check_text, save_commentary
from reporting.states import APPEND
from reporting.tasks import make_report
from reporting.views.reports import check, the_newest, the_report
from standards.selectors import edition


def to_write(request: HttpRequest, pk: int) -> Report:
    """A report that this person may write."""
    found = the_report(request, pk)
    check(request, "write_report", found)
    return found


def sections_of(found: Report) -> tuple[Section, ...]:
    """The report's sections."""
    kept = edition(selectors.framework_of(found))
    return selectors.sections_of(selectors.rule_of(found.code, kept))


@require_safe
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The sections in their order: what has been written and what has not."""
    found = to_write(request, pk)
    written = {one.place: one for one in found.commentaries.select_related("saved_by")}
    parts = [
        (section, [(place, written.get(place.code)) for place in section.places])
        for section in sections_of(found)
    ]
    context = {"report": found, "parts": parts, "recommendations": found.recommendations.count()}
    return render(request, "reporting/report/write.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write_section(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One section: its live figures, the values that can be filled in, and its texts."""
    found = to_write(request, pk)
    sections = sections_of(found)
    section = next((one for one in sections if one.code == code), None)
    if section is None:
        raise Http404
    scope = selectors.scope_of(found, selectors.framework_of(found), clock.now())
    figures = figures_beside(section, sections, scope)
    values = values_of(figures)
    kept = {one.place: one for one in found.commentaries.select_related("saved_by")}
    posted = request.POST if request.method == "POST" else None
    texts, saved, wrong = [], False, False
    for place in section.places:
        text = Writing(place, kept.get(place.code))
        if posted is not None and posted.get("place") == place.code:
            saved = text.take(found, posted, values, request.user)
            wrong = not saved and not text.preview
        texts.append(text.shown(values))
    if saved:
        messages.success(request, "Saved.")
        return redirect("write-section", pk=pk, code=code)
    at = sections.index(section)
    context = {
        "report": found,
        "section": section,
        "figures": [] if code == "leaders" else figures,
        "values": [(name, value) for name, value in values.items()],
        "texts": texts,
        "before": sections[at - 1] if at else None,
        "after": sections[at + 1] if at + 1 < len(sections) else None,
    }
    return render(
        request, "reporting/report/write_section.html", context, status=422 if wrong else 200
    )


def figures_beside(section: Section, sections: tuple[Section, ...], scope: Any) -> tuple[Any, ...]:
    """The live figures of a section; the page for leaders speaks of all of them."""
    if section.code != "leaders":
        return selectors.live(section, scope)
    return tuple(one for other in sections for one in selectors.live(other, scope))


class Writing:
    """One text on the page: its form, what stands in it, whose words stand there now, and how it will read."""

    def __init__(self, place: Place, kept: Any) -> None:
        self.place, self.kept = place, kept
        start = {"text": kept.text if kept else "", "saves": kept.saves if kept else 0}
        self.form = CommentaryForm(None, place=place, initial=start)
        self.theirs: Any = None
        self.named: list[str] = []
        self.preview = ""
        self.reads = ""

    def take(self, found: Report, posted: Any, values: Any, by: User) -> bool:
        """Save what was typed; False where it was only to be looked at, or could not be saved."""
        self.form = form = CommentaryForm(posted, place=self.place)
        if not form.is_valid():
            return False
        data = form.cleaned_data
        try:
            if "preview" in posted:
                check_text(data["text"], self.place, values)
                self.preview = filled(data["text"], values) or "Nothing is written."
                return False
            draft = Draft(self.place, data["text"], data["saves"], data["looked"])
            save_commentary(found, draft, values, by=by, at=clock.now())
        except Overtaken as fault:
            self.theirs = fault.theirs
            form.data = {**posted.dict(), form.add_prefix("saves"): fault.theirs.saves}
            form.add_error("text", str(fault))
        except Named as fault:
            self.named = fault.found
            form.add_error("text", str(fault))
        except Refused as fault:
            form.add_error("text", str(fault))
        return not form.errors

    def shown(self, values: Any) -> "Writing":
        """With how the kept text reads now."""
        if self.kept and self.kept.text:
            self.reads = filled(self.kept.text, values)
        return self


@require_http_methods(["GET", "HEAD", "POST"])
def recommend(request: HttpRequest, pk: int, row: int | None = None) -> HttpResponse:
    """Write a recommendation, or change one that is not issued."""
    found = to_write(request, pk)
    kept = get_object_or_404(found.recommendations, pk=row) if row else None
    posted = request.POST if request.method == "POST" else None
    start = (
        {
            name: getattr(kept, name)
            for name in ("text", "why", "owner", "due_on", "themes", "for_staff")
        }
        if kept
        else {}
    )
    form = RecommendationForm(
        posted,
        owners=User.objects.visible_to(request.user).active().order_by("name"),
        themes=themes_of(selectors.framework_of(found)),
        initial=start,
    )
    if posted is not None and form.is_valid():
        try:
            wish = recommending.Wish(**form.cleaned_data)
            recommending.write_recommendation(
                found, wish, row=kept, by=request.user, at=clock.now()
            )
        except Refused as fault:
            form.add_problems(fault.problems or [str(fault)])
        else:
            messages.success(request, "The recommendation is kept.")
            return redirect("report", pk=pk)
    context = {"report": found, "form": form, "row": kept}
    return render(
        request, "reporting/report/recommend.html", context, status=422 if form.errors else 200
    )


@require_POST
def drop(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take out a recommendation that is not issued."""
    found = to_write(request, pk)
    kept = get_object_or_404(Recommendation.objects.select_related("report"), report=found, pk=row)
    recommending.drop_recommendation(kept, by=request.user, at=clock.now())
    messages.success(request, "The recommendation is taken out.")
    return redirect("report", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write management's response: the text, and an answer to each recommendation."""
    found = the_report(request, pk)
    newest = the_newest(request, found)
    if not request.user.has_perm("reporting.respond", newest):
        raise PermissionDenied
    APPEND.check(newest.state)
    posted = request.POST if request.method == "POST" else None
    form = ResponseForm(posted, recommendations=found.recommendations.all())
    if posted is not None and form.is_valid():
        try:
            respond(
                newest, form.cleaned_data["text"], form.replies(), by=request.user, at=clock.now()
            )
        except Refused as fault:
            for words in fault.problems or [str(fault)]:
                form.add_error(None, words)
        else:
            ring(make_report, newest.pk)
            messages.success(request, "Your response is kept. It is being appended to the report.")
            return redirect("report", pk=pk)
    context = {"report": found, "newest": newest, "form": form}
    return render(
        request, "reporting/report/respond.html", context, status=422 if form.errors else 200
    )
