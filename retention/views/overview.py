"""The overview, runs of erasing and their lists, and holds."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.bell import ring
from core.moves import Refused
from core.tabular import csv_file
from core.trail import record
from people.sensitive import asks_again
from retention import selectors
from retention.forms import HoldForm, LiftForm, RefuseForm
from retention.models import Hold, Item, Run, SubjectRequest
from retention.services import holding, running
from retention.tasks import erase_listed

PAGE, FEW = 50, 10


def check(request: HttpRequest, permission: str, one: Any = None) -> None:
    """Raises PermissionDenied for somebody without the right."""
    if not request.user.has_perm(permission, one):
        raise PermissionDenied


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """How long everything is kept, what has been erased, what is on hold, and who has asked for their own data."""
    check(request, "retention.see_data_protection")
    user, on = request.user, clock.today()
    version, rules, missing = selectors.rule_lines(user.council, on)
    runs = Run.objects.visible_to(user).select_related("proposed_by", "decided_by")
    holds = Hold.objects.visible_to(user).filter(lifted_at=None).select_related("case", "person")
    requests = SubjectRequest.objects.visible_to(user).light().select_related("case", "person")
    record("open data protection", "data protection", by=user, at=clock.now())
    context = {
        "version": version,
        "rules": rules,
        "missing": missing,
        "runs": runs[:FEW],
        "holds": holds[:FEW],
        "requests": requests[:FEW],
    }
    return render(request, "retention/overview.html", context)


@require_POST
@asks_again
def propose(request: HttpRequest) -> HttpResponse:
    """Make the list of what is due."""
    check(request, "retention.propose_run")
    try:
        run = running.propose(request.user.council, by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("data-protection")
    return redirect("erasing", number=run.number)


def run_of(request: HttpRequest, number: int) -> Run:
    """One run that the person may see, or 404."""
    check(request, "retention.see_data_protection")
    rows = Run.objects.visible_to(request.user).select_related(
        "proposed_by", "decided_by", "version"
    )
    run: Run = get_object_or_404(rows, number=number)
    return run


@require_safe
def erasing(request: HttpRequest, number: int) -> HttpResponse:
    """One run: what is due by which rule, who decided, how far it is; its list, for those who may read case numbers."""
    run = run_of(request, number)
    record("open erasing", run, by=request.user, at=clock.now())
    return run_page(request, run, RefuseForm())


def run_page(request: HttpRequest, run: Run, form: RefuseForm, status: int = 200) -> HttpResponse:
    """The page of a run."""
    items = Item.objects.visible_to(request.user).filter(run=run).select_related("part")
    kind = request.GET.get("kind", "")
    if kind:
        items = items.filter(part__kind=kind)
    page = Paginator(items.order_by("due_on", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "run": run,
        "parts": selectors.part_lines(run),
        "page": page,
        "kind": selectors.words(kind) if kind else "",
        "progress": selectors.progress(run),
        "decides": selectors.decides(request.user, run),
        "approves": selectors.approves(request.user, run),
        "may_retry": request.user.has_perm("retention.decide_run", run),
        "form": form,
    }
    return render(request, "retention/erasing.html", context, status=status)


@require_safe
@asks_again
def erasing_list(request: HttpRequest, number: int) -> HttpResponse:
    """The list of a run as a file."""
    run = run_of(request, number)
    check(request, "retention.see_items")
    record("download erasing list", run, by=request.user, at=clock.now())
    response = HttpResponse(
        csv_file(selectors.list_lines(run)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="erasing-{run.number}.csv"'
    return response


@require_POST
@asks_again
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Approve a list: a worker erases what it names. What a job has listed is checked by one and approved by another."""
    run = run_of(request, number)
    checks = request.POST.get("step") == "check"
    try:
        (running.check_list if checks else running.approve)(run, by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
        return redirect("erasing", number=number)
    if checks:
        messages.success(request, "Checked. Nothing is erased until a second person approves it.")
    else:
        ring(erase_listed, run.pk)
        messages.success(request, "Approved. The records are being erased.")
    return redirect("erasing", number=number)


@require_POST
@asks_again
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """Do not approve a list."""
    run = run_of(request, number)
    check(request, "retention.decide_run", run)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return run_page(request, run, form, status=422)
    try:
        running.refuse(run, form.cleaned_data["reason"], by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("erasing", number=number)


@require_POST
@asks_again
def try_again(request: HttpRequest, number: int) -> HttpResponse:
    """Let a run that failed go on."""
    run = run_of(request, number)
    try:
        running.try_again(run, by=request.user, at=clock.now())
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        ring(erase_listed, run.pk)
    return redirect("erasing", number=number)


@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """Everything that is or was held back."""
    check(request, "retention.see_holds")
    rows = Hold.objects.visible_to(request.user).select_related("case", "person", "by", "lifted_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    record("list holds", "holds", by=request.user, at=clock.now())
    return render(request, "retention/holds.html", {"page": page, "on": clock.today()})


@require_http_methods(["GET", "HEAD", "POST"])
def new_hold(request: HttpRequest) -> HttpResponse:
    """Hold back everything about a case or a person."""
    check(request, "retention.hold")
    form = HoldForm(request.POST or None, council_id=request.user.council_id)
    if request.method == "POST" and form.is_valid() and form.subject is not None:
        data = form.cleaned_data
        try:
            holding.hold(
                form.subject,
                data["reason"],
                data["text"],
                from_on=clock.today(),
                until_on=data["until_on"],
                by=request.user,
                at=clock.now(),
            )
        except Refused as fault:
            form.add_error("until_on", str(fault))
        else:
            messages.success(request, "Nothing about them is erased while this stands.")
            return redirect("retention-holds")
    return render(
        request, "retention/new_hold.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def lift_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a hold, with the reason."""
    check(request, "retention.see_holds")
    rows = Hold.objects.visible_to(request.user).select_related("case", "person", "by")
    one = get_object_or_404(rows, pk=pk)
    check(request, "retention.hold")
    if one.lifted_at is not None:
        messages.error(request, "This hold was lifted before.")
        return redirect("retention-holds")
    form = LiftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        holding.lift(one, form.cleaned_data["reason"], by=request.user, at=clock.now())
        messages.success(request, "Lifted. The others who decide on lists have been told.")
        return redirect("retention-holds")
    context = {"one": one, "form": form}
    return render(request, "retention/lift_hold.html", context, status=422 if form.errors else 200)
