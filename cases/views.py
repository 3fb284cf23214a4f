"""The list of cases, one case's reference, and the import of staff and cases."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases import services
from cases.filters import CaseFilter
from cases.forms import UploadForm, fixed_kinds
from cases.kinds import KINDS, fixed, kinds_of
from cases.models import CaseFile, ImportRun
from cases.rows import rows_of
from cases.tasks import work_on_import
from core import clock
from core.addresses import by_number
from core.bell import ring
from core.forms import ServiceForm
from core.moves import Refused
from core.recording import progress_only
from core.sheets import Column
from core.tabular import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from core.trail import record
from people.sensitive import asks_again

WORKING = {"waiting", "checking", "confirmed", "writing"}


def check_import(request: HttpRequest) -> None:
    """Only the QA team and administrators import; the staff file is for whoever keeps the posts."""
    if not request.user.has_perm("cases.import_cases"):
        raise PermissionDenied


def imported(request: HttpRequest, pk: int) -> ImportRun:
    """One import of a kind that this person imports, or 404; 403 for whoever imports nothing."""
    if not kinds_of(request.user):
        raise PermissionDenied
    return get_object_or_404(ImportRun.objects.visible_to(request.user).defer("content"), pk=pk)


def own_kinds(request: HttpRequest) -> list[tuple[str, str]]:
    """The kinds with a template that this person imports, with their words."""
    may = kinds_of(request.user)
    return [(code, label) for code, label in fixed_kinds() if code in may]


def take_file(
    request: HttpRequest, form: ServiceForm, kind: str, subject: str = ""
) -> ImportRun | None:
    """Keep the file of a form and ring a worker; None where something stands against it, which the form says."""
    content = form.cleaned_data["file"].read()
    try:
        run = services.upload(kind, content, by=request.user, at=clock.now(), subject=subject)
    except Refused as fault:
        form.add_error("file", str(fault))
        return None
    ring(work_on_import, run.pk)
    return run


@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """The case files this person may see."""
    if not request.user.has_perm("cases.see_cases"):
        raise PermissionDenied
    cases = CaseFile.objects.visible_to(request.user).order_by("number")
    narrowed = CaseFilter(request.GET, queryset=cases)
    page = Paginator(narrowed.qs, 50).get_page(request.GET.get("page"))
    record("list cases", "cases", by=request.user, at=clock.now())
    rows = rows_of(page.object_list, by_number("case"))
    return render(request, "cases/case_list.html", {"page": page, "rows": rows, "filter": narrowed})


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One child's reference: the number, the demographics, who works it."""
    found = get_object_or_404(
        CaseFile.objects.visible_to(request.user).select_related("unit"), pk=pk
    )
    record("open case", found, by=request.user, at=clock.now())
    involved = found.involvements.select_related("user").order_by("-from_on", "kind")
    return render(request, "cases/case.html", {"case": found, "involved": involved})


@require_http_methods(["GET", "HEAD", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """Upload a file, and see what happened to earlier ones."""
    check_import(request)
    sent = request.method == "POST"
    chosen = {"kind": request.GET.get("kind")}
    own = own_kinds(request)
    data = {"data": request.POST, "files": request.FILES} if sent else {"initial": chosen}
    form = UploadForm(**data, kinds=own)
    if sent and form.is_valid():
        run = take_file(request, form, form.cleaned_data["kind"])
        if run is not None:
            return redirect("import-run", pk=run.pk)
    runs = ImportRun.objects.visible_to(request.user).listed(*fixed())[:10]
    kinds = [(kind, label, KINDS[kind].columns) for kind, label in own]
    context = {"form": form, "runs": runs, "kinds": kinds}
    return render(request, "cases/import.html", context, status=422 if form.errors else 200)


@require_safe
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is: being checked, its faults row by row, or what it would change."""
    run = imported(request, pk)
    if request.headers.get("HX-Request") and run.state in WORKING:
        progress_only(request)
    kind = KINDS[run.kind]
    template = (
        "cases/_import_run.html" if request.headers.get("HX-Request") else "cases/import_run.html"
    )
    context = {
        "run": run,
        "page": Paginator(run.faults, 50).get_page(request.GET.get("page")),
        "working": run.state in WORKING,
        "about": kind.about(run.council, run.subject, clock.today()) if kind.about else "",
        "own": run.uploaded_by_id == request.user.pk,
        "others": services.others(run, at=clock.now()) if run.waits_for_another else [],
        "back": reverse(kind.page),
        "again": f"?{urlencode({'kind': run.kind, 'subject': run.subject})}",
    }
    return render(request, template, context)


@require_POST
@asks_again
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Import a checked file."""
    run = imported(request, pk)
    services.confirm(run, by=request.user, at=clock.now())
    ring(work_on_import, run.pk)
    messages.success(request, "The file is being imported.")
    return redirect("import-run", pk=pk)


@require_safe
def import_faults(request: HttpRequest, pk: int) -> HttpResponse:
    """The faults as a CSV file, to put right beside the sheet."""
    run = imported(request, pk)
    faults = ([fault["row"], fault["column"], fault["says"]] for fault in run.faults)
    content = csv_file([["Row", "Column", "What to do"], *faults])
    record("download import faults", run, by=request.user, at=clock.now())
    return download(content, "import-faults.csv", CSV_TYPE)


@require_safe
def import_template(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """An empty file with every column, an example row, and an explanation per column (XLSX)."""
    check_import(request)
    if kind not in dict(own_kinds(request)) or form not in {"csv", "xlsx"}:
        raise Http404
    columns = KINDS[kind].columns
    if form == "csv":
        return download(csv_file(to_fill(columns)), f"{kind}-template.csv", CSV_TYPE)
    return download(workbook(columns), f"{kind}-template.xlsx", XLSX_TYPE)


def to_fill(columns: tuple[Column, ...]) -> list[list[str]]:
    """The names of the columns and an example of each."""
    return [[column.name for column in columns], [column.example for column in columns]]


def workbook(columns: tuple[Column, ...]) -> bytes:
    """The template as a workbook: the sheet to fill, and a sheet that explains each column."""
    about = [[column.name, "Yes" if column.needed else "No", column.about] for column in columns]
    return xlsx_file(
        {
            "Fill this in": to_fill(columns),
            "What each column means": [["Column", "Needed", "What it holds"], *about],
        }
    )


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep."""
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
