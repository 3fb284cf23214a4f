"""The pages of reports: the list, one report with its versions, building it, and its files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core import clock
from core.bell import ring
from core.moves import Refused
from core.recording import progress_only
from core.tabular import CSV_TYPE, csv_file
from core.trail import record
from people.models import User
from reporting import progress
from reporting.builders.quality_report import paper
from reporting.forms.reports import BeginForm, month_before
from reporting.models import Rendition, Report, ReportVersion
from reporting.months import made_here
from reporting.selectors.listing import audience_of, readable, rows_of, standing
from reporting.selectors.readers import readers_of
from reporting.selectors.reports import rule_of
from reporting.services import issuing
from reporting.services.building import ask_for_version, try_again
from reporting.services.scheduling import begin_report
from reporting.sheet import sheet
from reporting.states import PUBLISH
from reporting.tasks import make_report
from reporting.views.files import attachment
from standards.selectors import edition, in_force

PAGE = 25
KINDS = {"": "All", "month": "Monthly", "quarter": "Quarterly"}


def check(request: HttpRequest, permission: str, thing: Any = None) -> None:
    """Refuse who does not hold the right."""
    if not request.user.has_perm(f"reporting.{permission}", thing):
        raise PermissionDenied


def the_report(request: HttpRequest, pk: int) -> Report:
    """A report this person may open, or 404."""
    found = Report.objects.visible_to(request.user).select_related("council")
    return get_object_or_404(found, pk=pk)


def the_newest(request: HttpRequest, report: Report) -> ReportVersion:
    """The newest version that this person may open, or 404."""
    version = readable(report, request.user).first()
    if version is None:
        raise Http404
    return version


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that somebody may open, the newest months first: how far each is, and whom it waits for."""
    check(request, "see_reports")
    kind = request.GET.get("kind", "")
    found = Report.objects.visible_to(request.user)
    if kind in {"month", "quarter"}:
        found = found.filter(kind=kind)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows_of(list(page), request.user),
        "kind": kind,
        "kinds": KINDS.items(),
        "begins": request.user.has_perm("reporting.begin_report"),
    }
    return render(request, "reporting/report/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a report by hand, without waiting for its day."""
    check(request, "begin_report")
    on = clock.today()
    framework = in_force(request.user.council, on)
    rules = edition(framework).policy.reports if framework else ()
    codes = [(one.code, one.title) for one in rules if made_here(one)]
    posted = request.POST if request.method == "POST" else None
    form = BeginForm(posted, codes=codes, initial={"day": month_before(on)})
    if posted is not None and form.is_valid():
        try:
            version = begin_report(
                request.user.council,
                form.cleaned_data["code"],
                form.cleaned_data["day"],
                by=request.user,
                at=clock.now(),
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            ring(make_report, version.pk)
            return redirect("report", pk=version.report_id)
    context = {"form": form, "codes": codes}
    return render(
        request, "reporting/report/begin.html", context, status=422 if form.errors else 200
    )


@require_safe
@vary_on_headers("HX-Request")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: how far it is, its versions and files, who gets it, what is recommended and answered."""
    found = the_report(request, pk)
    versions = list(readable(found, request.user))
    if not versions:
        raise Http404
    newest = versions[0]
    if request.headers.get("HX-Request"):
        progress_only(request)
        response = render(request, "reporting/report/_progress.html", about_progress(found, newest))
        if not newest.busy:
            response.headers["HX-Refresh"] = "true"
        return response
    record("open report", newest, by=request.user, at=clock.now())
    if published := next((one for one in versions if one.state == "published"), None):
        issuing.note_opened(published, by=request.user, at=clock.now())
    context = standing(found, versions, request.user, clock.today())
    return render(
        request, "reporting/report/report.html", {**context, **about_progress(found, newest)}
    )


def about_progress(found: Report, newest: ReportVersion) -> dict[str, Any]:
    """How far the newest version is being made."""
    words, done, of = progress.read(newest.pk) if newest.busy else ("", 0, 0)
    return {"report": found, "newest": newest, "doing": words, "done": done, "of": of}


@require_POST
def build(request: HttpRequest, pk: int) -> HttpResponse:
    """Build again: with today's figures, or with the same figures and today's words."""
    found = the_report(request, pk)
    same = request.POST.get("figures") == "same"
    version = ask_for_version(found, by=request.user, at=clock.now(), same_figures=same)
    ring(make_report, version.pk)
    return redirect("report", pk=pk)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what failed be tried again."""
    found = the_report(request, pk)
    version = try_again(the_newest(request, found), by=request.user, at=clock.now())
    ring(make_report, version.pk)
    return redirect("report", pk=pk)


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the draft before management."""
    found = the_report(request, pk)
    issuing.send_to_management(the_newest(request, found), by=request.user, at=clock.now())
    messages.success(
        request, "The draft is with management. Those who can answer it have been told."
    )
    return redirect("report", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Look once more at who gets it and what becomes an action, then publish."""
    found = the_report(request, pk)
    newest = the_newest(request, found)
    check(request, "publish_report", newest)
    PUBLISH.check(newest.state)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            version = issuing.publish(newest, by=request.user, at=clock.now())
        except Refused as fault:
            refused = fault
        else:
            ring(make_report, version.pk)
            messages.success(request, "The final pages are being made. Then each reader is told.")
            return redirect("report", pk=pk)
    rule = rule_of(found.code, edition(newest.version))
    context = {
        "report": found,
        "newest": newest,
        "readers": readers_of(rule, newest, clock.today()),
        "recommendations": found.recommendations.select_related("owner", "action"),
        "refused": refused,
    }
    return render(request, "reporting/report/publish.html", context, status=422 if refused else 200)


def own_version(request: HttpRequest, pk: int) -> ReportVersion:
    """A version this person may open, or 404."""
    found = ReportVersion.objects.visible_to(request.user).select_related("report__council")
    return get_object_or_404(found, pk=pk)


@require_safe
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF, in the version that is meant for this person."""
    found = Rendition.objects.select_related("version__report")
    rendition = get_object_or_404(found, pk=pk)
    version = own_version(request, rendition.version_id)
    if not may_read(rendition, version, request.user):
        raise Http404
    at = clock.now()
    detail = {"audience": rendition.audience, "stage": rendition.stage}
    record("download report", version, by=request.user, at=at, detail=detail)
    issuing.note_opened(version, by=request.user, at=at)
    name = f"{version.report.code}-{version.report.first_on:%Y-%m}-v{version.number}-{rendition.audience}.pdf"
    return attachment(bytes(rendition.content), name.replace("_", "-"), "application/pdf")


def may_read(rendition: Rendition, version: ReportVersion, user: User) -> bool:
    """Whether a file is meant for this person: any for who oversees the report, else the final one of their audience."""
    if user.has_perm("reporting.read_every_version", version):
        return True
    final = rendition.stage == Rendition.Stage.FINAL
    return final and rendition.audience == audience_of(version, user)


@require_safe
def figures_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of a version as a CSV file, as this person's audience may see them."""
    version = own_version(request, pk)
    audience = audience_of(version, request.user)
    if version.frozen_at is None or not audience:
        raise Http404
    record("download figures of report", version, by=request.user, at=clock.now())
    issuing.note_opened(version, by=request.user, at=clock.now())
    content = csv_file(sheet(paper(version, audience)))
    name = f"{version.report.code}-{version.report.first_on:%Y-%m}-v{version.number}-figures.csv"
    return attachment(content, name.replace("_", "-"), CSV_TYPE)
