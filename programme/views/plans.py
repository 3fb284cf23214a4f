"""The plan of a draw: ask for it, look at it, change it by hand, confirm it; and who is away."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core import clock
from core.bell import ring
from core.moves import Refused
from core.recording import progress_only
from core.trail import record
from people.models import User
from programme.forms.plans import AskForm, AuditorForm, AwayForm, ConfirmForm, NobodyForm
from programme.models import AllocationPlan, Away, Draw, PlanRow
from programme.selectors.plans import (
    Situation,
    by_day,
    changed_since,
    lines,
    loads,
    planned_loads,
    situation,
    who_audits,
    why_not_now,
)
from programme.services.allocating import NeedsConfirming
from programme.services.leave import note_away, remove_away
from programme.services.plans import REPLACED, Terms, ask_for_plan, change_by_hand, confirm
from programme.states import PlanState
from programme.tasks import work_out_plan
from programme.views.allocating import check
from standards.selectors import edition

PAGE = 25
BUSY = (PlanState.WAITING, PlanState.WORKING)


def draw_of(request: HttpRequest, pk: int) -> Draw:
    """One of the council's draws, for its QA team; others learn nothing of it."""
    check(request)
    draws = Draw.objects.visible_to(request.user, clock.today())
    return get_object_or_404(
        draws.select_related("council", "version__framework__council", "tool"), pk=pk
    )


def plan_of(draw: Draw) -> AllocationPlan | None:
    """The draw's plan, if one has been asked for."""
    plan: AllocationPlan | None = (
        AllocationPlan.objects.filter(draw=draw).select_related("asked_by", "confirmed_by").first()
    )
    if plan is not None:
        plan.draw = draw
    return plan


# The plan ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of a draw, at whatever stage it is."""
    draw = draw_of(request, pk)
    found = plan_of(draw)
    if request.headers.get("HX-Request") and request.method != "POST":
        progress_only(request)
        return progress(request, draw, found)
    if request.method == "POST" and "confirm" not in request.POST:
        return ask(request, draw)
    record("open plan", draw, by=request.user, at=clock.now())
    if found is None or found.state in (*BUSY, PlanState.FAILED):
        context = {
            "draw": draw,
            "plan": found,
            "busy": found is not None and found.state in BUSY,
            "form": ask_form(draw),
            "refused": why_not_now(draw),
        }
        return render(request, "programme/plan_asked.html", context)
    return ready(request, found)


def progress(request: HttpRequest, draw: Draw, found: AllocationPlan | None) -> HttpResponse:
    """How far it is, for a page that asks every two seconds; the whole page comes when it is done."""
    if found is not None and found.state in BUSY:
        return render(request, "programme/_plan_progress.html", {"draw": draw, "plan": found})
    answer = HttpResponse()
    answer["HX-Refresh"] = "true"
    return answer


def ask_form(draw: Draw, data: Any = None) -> AskForm:
    """The form that asks for a plan, in the words of the draw's framework."""
    rule = edition(draw.version).policy.allocation
    return AskForm(data, numbered=rule.per_auditor is not None)


def ask(request: HttpRequest, draw: Draw) -> HttpResponse:
    """Ask for the plan, or for another one, and ring the bell."""
    form = ask_form(draw, request.POST)
    over = form.is_valid() and form.cleaned_data.get("over_number", False)
    made = ask_for_plan(draw, by=request.user, at=clock.now(), over_number=over)
    ring(work_out_plan, made.pk)
    return redirect("plan", pk=draw.pk)


def ready(request: HttpRequest, plan: AllocationPlan) -> HttpResponse:
    """The plan's rows, what could not be met, and the confirmation."""
    counts = counted(plan)
    form = confirm_form(request, plan, counts["none"] - counts["left"])
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        done, problems, doubts = try_to_confirm(request, plan, form)
        if done:
            return redirect("plan", pk=plan.draw_id)
    page = rows_page(request, plan)
    open_ = plan.state == PlanState.READY and not why_not_now(plan.draw)
    context = {
        "draw": plan.draw,
        "plan": plan,
        "counts": counts,
        "page": page,
        "lines": lines(plan, page.object_list, on=clock.today()),
        "open": open_,
        "refused": "" if plan.state == PlanState.CONFIRMED else why_not_now(plan.draw),
        "replaced": REPLACED if open_ and changed_since(plan) else "",
        "form": form,
        "again": ask_form(plan.draw),
        "problems": problems,
        "doubts": doubts,
    }
    status = 422 if form.errors or problems or doubts else 200
    return render(request, "programme/plan.html", context, status=status)


def counted(plan: AllocationPlan) -> dict[str, int]:
    """How many rows have an auditor, have none, are left out and were changed by hand."""
    none = Q(auditor=None)
    return plan.rows.aggregate(
        all=Count("pk"),
        none=Count("pk", filter=none),
        left=Count("pk", filter=none & Q(by_hand=True)),
        by_hand=Count("pk", filter=Q(by_hand=True)),
        auditors=Count("auditor", distinct=True),
    )


def rows_page(request: HttpRequest, plan: AllocationPlan) -> Page[Any]:
    """A page of the rows, those without an auditor first, else in the order of the draw."""
    rows = (
        plan.rows.select_related("case__unit", "worker", "auditor", "audit__moderator")
        .defer("audit__facts")
        .annotate(served=Case(When(auditor=None, then=0), default=1))
        .order_by("served", "pk")
    )
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def confirm_form(request: HttpRequest, plan: AllocationPlan, without: int) -> ConfirmForm:
    """The form of the confirmation."""
    return ConfirmForm(
        request.POST if request.method == "POST" else None,
        initial={"audit_on": plan.draw.audit_on},
        by_day=by_day(plan.draw),
        without=without,
    )


def try_to_confirm(
    request: HttpRequest, plan: AllocationPlan, form: ConfirmForm
) -> tuple[bool, tuple[str, ...], tuple[str, ...]]:
    """Confirm; gives whether it is done, what stands against it, and what must be accepted."""
    data = form.cleaned_data
    terms = Terms(
        left_out=data.get("left_out", ""),
        audit_on=data.get("audit_on"),
        practice_week=data["practice_week"],
        accepted=data["accepted"],
    )
    try:
        made = confirm(plan, terms, by=request.user, at=clock.now())
    except NeedsConfirming as fault:
        return False, (), fault.problems
    except Refused as fault:
        return False, fault.problems or (str(fault),), ()
    words = "1 audit is" if len(made) == 1 else f"{len(made)} audits are"
    messages.success(request, f"{words} given out. Those whom the framework names have been told.")
    return True, (), ()


@require_safe
def load(request: HttpRequest, pk: int) -> HttpResponse:
    """How many audits each auditor has with this plan."""
    draw = draw_of(request, pk)
    found = get_object_or_404(AllocationPlan.objects.visible_to(request.user), draw=draw)
    found.draw = draw
    page = Paginator(loads(found, on=clock.today()), PAGE).get_page(request.GET.get("page"))
    rule = edition(draw.version).policy.allocation.per_auditor
    record("open load of plan", draw, by=request.user, at=clock.now())
    context = {"draw": draw, "plan": found, "page": page, "rule": rule}
    return render(request, "programme/plan_load.html", context)


# One row -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def plan_row(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """Another auditor for one file of the plan, or none."""
    draw = draw_of(request, pk)
    rows = PlanRow.objects.select_related("plan", "case__unit", "worker", "auditor")
    row = get_object_or_404(rows, pk=row_pk, plan__draw=draw)
    row.plan.draw = draw
    now = situation(draw, [row.case_id], on=clock.today())
    people = choices(now, row)
    override = now.edition.policy.allocation.override_team
    leaving = "leave" in request.POST
    given = request.POST if request.method == "POST" else None
    initial = {"auditor": row.auditor_id, "reason": row.reason}
    form = AuditorForm(
        None if leaving else given, people=people, override=override, initial=initial
    )
    nobody = NobodyForm(given if leaving else None)
    if given is not None and changed(request, row, now, nobody if leaving else form):
        return redirect("plan", pk=pk)
    record("open row of plan", row.case, by=request.user, at=clock.now())
    file = now.files[row.case_id]
    barred = {one.user.pk: now.against(one.user.pk, row.case_id) for one in now.people.values()}
    context = {
        "draw": draw,
        "row": row,
        "file": file,
        "form": nobody if leaving else form,
        "auditor_form": form,
        "nobody": nobody,
        "barred": now.barred(),
        "left_out": [(now.people[user_id], words) for user_id, words in barred.items() if words],
        "open": row.plan.state == PlanState.READY and not why_not_now(draw),
    }
    status = 422 if form.errors or nobody.errors else 200
    return render(request, "programme/plan_row.html", context, status=status)


def choices(now: Situation, row: PlanRow) -> list[tuple[str, str]]:
    """Everybody who audits, with their load in the plan and whether they may audit this file."""
    planned = planned_loads(row.plan)
    found = []
    for user_id, one in now.people.items():
        total = one.auditor.allotted + planned[user_id]
        marks = [f"{total} with this plan"] if total else []
        if now.persons[user_id].away:
            marks.append("away")
        if now.files[row.case_id].demand.worker_id in now.persons[user_id].last_worker_ids:
            marks.append("same worker last time")
        bar = " – cannot audit this file" if now.against(user_id, row.case_id) else ""
        about = "; ".join([one.post, *marks])
        found.append((bool(bar), total, (str(user_id), f"{one.user.name} ({about}){bar}")))
    return [pair for _, _, pair in sorted(found, key=lambda item: item[:2])]


def changed(
    request: HttpRequest, row: PlanRow, now: Situation, form: AuditorForm | NobodyForm
) -> bool:
    """Change the row; what stands against it goes into the form."""
    if not form.is_valid():
        return False
    data = form.cleaned_data
    auditor = now.people[int(data["auditor"])].user if "auditor" in data else None
    reason = data.get("reason", "") if auditor else data["why"]
    try:
        change_by_hand(row, auditor, reason=reason, by=request.user, at=clock.now())
    except Refused as fault:
        for problem in fault.problems or (str(fault),):
            form.add_error("auditor" if auditor else "why", problem)
        return False
    messages.success(request, f"The plan is changed for case {row.case.number}.")
    return True


# Who is away ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest) -> HttpResponse:
    """Who is away now or later; plans give them no audit that falls mostly into those days."""
    check(request)
    today = clock.today()
    people = who_audits(request.user, today)
    form = AwayForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid() and noted(request, form, people):
        return redirect("away")
    rows = Away.objects.visible_to(request.user, today).filter(to_on__gte=today)
    page = Paginator(rows.select_related("user", "noted_by"), PAGE).get_page(
        request.GET.get("page")
    )
    record("list who is away", "away", by=request.user, at=clock.now())
    context = {"form": form, "page": page, "today": today}
    return render(request, "programme/away.html", context, status=422 if form.errors else 200)


def noted(request: HttpRequest, form: AwayForm, people: list[User]) -> bool:
    """Note it; what stands against it goes into the form."""
    data = form.cleaned_data
    person = {str(one.pk): one for one in people}[data["person"]]
    try:
        note_away(person, data["from_on"], data["to_on"], by=request.user, at=clock.now())
    except Refused as fault:
        form.add_error("to_on", str(fault))
        return False
    messages.success(request, "It is noted. Plans worked out from now on take it into account.")
    return True


@require_POST
def no_longer_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one entry back."""
    check(request)
    rows = Away.objects.visible_to(request.user, clock.today()).select_related("user")
    remove_away(get_object_or_404(rows, pk=pk), by=request.user, at=clock.now())
    messages.success(request, "It is removed.")
    return redirect("away")
