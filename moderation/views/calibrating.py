"""The pages of calibrations: the list, opening one, one's own grade, the spread, the end."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits.models import Audit
from audits.rules import is_blind
from audits.selectors import edition_of
from core import clock
from core.moves import Refused
from core.trail import record, record_opening
from moderation.agreement import TooFew
from moderation.asking import grade_choices
from moderation.forms.calibrating import CloseForm, FindForm, GradeForm, OpenForm, RaterForm
from moderation.models import Calibration, CalibrationGrade
from moderation.selectors.calibrating import (
    LEAST,
    agreement_of,
    audit_to_grade,
    everybody_asked,
    exercises,
    exercises_rated_by,
    grade_of,
    in_order,
    picture,
    raters,
)
from moderation.selectors.moderating import auditors_event
from moderation.services import calibrating as service
from moderation.states import CalibrationState

PAGE = 25
State = CalibrationState


def refused(form: Form, fault: Refused) -> None:
    """What stands against it, beside the form."""
    for problem in fault.problems or (str(fault),):
        form.add_error(None, problem)


def exercise_of(request: HttpRequest, pk: int) -> Calibration:
    """One exercise that the person may open, or 404; the reading goes into the trail."""
    found = (
        Calibration.objects.visible_to(request.user)
        .select_related(
            "audit__case",
            "audit__council",
            "audit__auditor",
            "audit__tool",
            "audit__version__framework__council",
            "opened_by",
            "version__framework__council",
        )
        .defer(
            "audit__version__source",
            "audit__version__policy",
            "version__source",
            "version__policy",
            "audit__facts",
        )
    )
    one = get_object_or_404(found, pk=pk)
    if request.method != "POST":
        record_opening("open calibration", one, by=request.user, at=clock.now())
    return one


def run_by(request: HttpRequest, pk: int) -> Calibration:
    """One exercise, for somebody who runs it."""
    one = exercise_of(request, pk)
    if not request.user.has_perm("moderation.run_calibration", one):
        raise PermissionDenied
    return one


@require_safe
def calibrations(request: HttpRequest) -> HttpResponse:
    """The council's exercises for the QA team; for others those in which they grade."""
    if not request.user.has_perm("moderation.see_calibrations"):
        raise PermissionDenied
    page = Paginator(exercises(request.user), PAGE).get_page(request.GET.get("page"))
    record("list calibrations", "calibrations", by=request.user, at=clock.now())
    mine = exercises_rated_by(request.user, [one.pk for one in page])
    rows = [
        {
            "one": one,
            "mine": one.pk in mine,
            "counted": one.pk not in mine or one.state != State.OPEN,
        }
        for one in page
    ]
    runs = request.user.has_perm("moderation.run_calibrations")
    context = {"page": page, "rows": rows, "runs": runs, "today": clock.today()}
    return render(request, "moderation/calibrations.html", context)


# Opening ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_calibration(request: HttpRequest) -> HttpResponse:
    """Name the audit, then say who grades and until when."""
    if not request.user.has_perm("moderation.run_calibrations"):
        raise PermissionDenied
    find = FindForm(request.GET or None)
    audit = audit_asked_for(request, find)
    if audit is None:
        status = 422 if find.is_bound and find.errors else 200
        return render(request, "moderation/new_calibration.html", {"form": find}, status=status)
    free, left_out = raters(audit, request.user.pk, clock.today())
    form = OpenForm(
        request.POST if request.method == "POST" else None,
        initial={"title": f"Calibration of audit {audit.reference}"},
        raters=free,
        today=clock.today(),
    )
    if request.method == "POST" and form.is_valid():
        made = try_to_open(request, audit, form)
        if made is not None:
            messages.success(request, "The calibration is open. Those who grade have been told.")
            return redirect("calibration", pk=made.pk)
    record("look at raters", audit, by=request.user, at=clock.now())
    context = {
        "form": form,
        "audit": audit,
        "enough": len(free) >= LEAST,
        "least": LEAST,
        "left_out": left_out,
    }
    status = 422 if form.errors else 200
    return render(request, "moderation/new_calibration.html", context, status=status)


def audit_asked_for(request: HttpRequest, form: FindForm) -> Audit | None:
    """The audit named in the address; None while none is, and where it cannot be graded."""
    if not request.GET or not form.is_valid():
        return None
    found = audit_to_grade(request.user, form.cleaned_data["audit"])
    if found is None:
        form.add_error(
            "audit", "There is no returned audit of this reference that you may give to be graded."
        )
    return found


def try_to_open(request: HttpRequest, audit: Audit, form: OpenForm) -> Calibration | None:
    """Open it, or put what stands against it into the form."""
    data = form.cleaned_data
    try:
        return service.open_calibration(
            audit, data["title"], form.chosen, data["closes_on"], by=request.user, at=clock.now()
        )
    except Refused as fault:
        refused(form, fault)
    return None


# One exercise -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def calibration(request: HttpRequest, pk: int) -> HttpResponse:
    """One exercise: one's own grade while it is open, how many have answered, and the spread once it is shown."""
    one = exercise_of(request, pk)
    mine = grade_of(one, request.user)
    grades = request.user.has_perm("moderation.grade_in_calibration", one)
    form = grade_form(request, one, mine) if mine and grades and one.state == State.OPEN else None
    if request.method == "POST":
        if form is None:
            raise Refused(service.SHOWN) if grades else PermissionDenied
        if form.is_valid() and grade(request, one, form):
            messages.success(
                request, "Your grade is kept. You can change it until the grades are shown."
            )
            return redirect("calibration", pk=pk)
    context = overview(request, one, mine)
    status = 422 if form is not None and form.errors else 200
    return render(request, "moderation/calibration.html", {**context, "form": form}, status=status)


def grade_form(request: HttpRequest, one: Calibration, mine: CalibrationGrade) -> GradeForm:
    """The form of one's own grade, with what has been given."""
    policy = edition_of(one.audit).policy
    chosen = "surpassed" if mine.surpassed else mine.grade
    if mine.value is not None:
        chosen = str(mine.value)
    return GradeForm(
        request.POST if request.method == "POST" else None,
        initial={"grade": chosen, "rationale": mine.rationale},
        choices=grade_choices(policy),
        policy=policy,
    )


def grade(request: HttpRequest, one: Calibration, form: GradeForm) -> bool:
    """Keep one's own grade, or put what stands against it into the form."""
    given = form.given
    if given is None:
        form.add_error("grade", "Choose your grade.")
        return False
    try:
        service.give_grade(
            one, given, form.cleaned_data["rationale"], by=request.user, at=clock.now()
        )
    except Refused as fault:
        refused(form, fault)
        return False
    return True


def overview(
    request: HttpRequest, one: Calibration, mine: CalibrationGrade | None
) -> dict[str, Any]:
    """What the page of an exercise shows: nothing of anybody's grade before it is shown, nor to whoever is blind."""
    user, audit = request.user, one.audit
    policy = edition_of(audit).policy
    runs = user.has_perm("moderation.run_calibration", one)
    context: dict[str, Any] = {
        "calibration": one,
        "audit": audit,
        "mine": mine,
        "runs": runs,
        "policy": policy,
        "open": one.state == State.OPEN,
        "today": clock.today(),
        "least": LEAST,
        "readable": Audit.objects.visible_to(user).filter(pk=audit.pk).exists(),
    }
    if one.state == State.OPEN:
        return context | (answers(one) if runs else {})
    if is_blind(audit, user):
        return context | {"kept_back": True}
    return context | shown(one, qa=user.has_perm("moderation.run_calibrations"))


def answers(one: Calibration) -> dict[str, Any]:
    """Who is asked and how many have answered, without what they gave."""
    asked = everybody_asked(one)
    return {"asked": asked, "answered": sum(bool(row.grade) for row in asked)}


def shown(one: Calibration, *, qa: bool) -> dict[str, Any]:
    """The spread, every grade with its reasons, and the audit's own grade beside them."""
    policy = edition_of(one.audit).policy
    context: dict[str, Any] = {
        "picture": picture(one, policy),
        "everybody": everybody_asked(one),
        "event": auditors_event(one.audit),
        "settled": policy.grade(one.agreed) if one.agreed else None,
    }
    if qa:
        found = agreement_of(one.version)
        context |= {"agreement": found, "too_few": isinstance(found, TooFew)}
    return context


@require_POST
def show_calibration(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the grades to everybody who was asked."""
    service.show(run_by(request, pk), by=request.user, at=clock.now())
    messages.success(request, "The grades are shown. Those who were asked have been told.")
    return redirect("calibration", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def add_rater(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask one more person to grade."""
    one = run_by(request, pk)
    if one.state != State.OPEN:
        raise Refused(service.SHOWN)
    free, _ = raters(one.audit, one.opened_by_id, clock.today(), one)
    present = set(one.grades.values_list("rater_id", flat=True))
    free = [rater for rater in free if rater.user.pk not in present]
    form = RaterForm(request.POST if request.method == "POST" else None, raters=free)
    if request.method == "POST" and form.is_valid():
        try:
            service.add_rater(one, form.chosen, by=request.user, at=clock.now())
        except Refused as fault:
            refused(form, fault)
        else:
            messages.success(request, f"{form.chosen.name} has been asked to grade.")
            return redirect("calibration", pk=pk)
    context = {"calibration": one, "audit": one.audit, "form": form, "free": free}
    return render(request, "moderation/add_rater.html", context, status=422 if form.errors else 200)


@require_POST
def take_rater_out(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer ask somebody who has not graded."""
    one = run_by(request, pk)
    chosen = request.POST.get("rater", "")
    rows = one.grades.select_related("rater")
    row = (
        rows.filter(rater=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 10 else None
    )
    if row is None:
        raise Http404
    service.take_rater_out(one, row.rater, by=request.user, at=clock.now())
    messages.success(request, f"{row.rater.name} is no longer asked to grade.")
    return redirect("calibration", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def close_calibration(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the talk brought, and close the exercise."""
    one = run_by(request, pk)
    if one.state == State.CLOSED:
        return redirect("calibration", pk=pk)
    if one.state == State.OPEN:
        raise Refused("Show the grades before you close the exercise.")
    policy = edition_of(one.audit).policy
    offered = [(grade.code, grade.label) for grade in reversed(in_order(policy))]
    form = CloseForm(request.POST if request.method == "POST" else None, grades=offered)
    if request.method == "POST" and form.is_valid():
        try:
            discussed = form.cleaned_data["discussed"]
            service.close(one, discussed, form.settled, by=request.user, at=clock.now())
        except Refused as fault:
            refused(form, fault)
        else:
            messages.success(request, "The calibration is closed.")
            return redirect("calibration", pk=pk)
    context = {"calibration": one, "audit": one.audit, "form": form}
    status = 422 if form.errors else 200
    return render(request, "moderation/close_calibration.html", context, status=status)
