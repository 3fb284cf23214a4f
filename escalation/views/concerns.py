"""The pages of concerns: the list, raising one, its page, and what they teach."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.trail import record, record_opening
from escalation.filters import ConcernFilter
from escalation.forms.concerns import RaiseForm
from escalation.models import OfficerEscalation
from escalation.selectors.concerns import (
    answers,
    ladder_of,
    learning,
    may_raise,
    rows,
    rungs_above,
    solves,
    stage_ladders,
    with_everything,
    workers_of,
)
from escalation.services.concerns import EMPTY, Raised, raise_concern
from escalation.states import ConcernState
from standards.policy import Ladder
from standards.selectors import edition

PAGE = 25


def open_concern(request: HttpRequest, key: UUID) -> OfficerEscalation:
    """One concern that the person may open, or 404 as if it did not exist; the reading goes into the trail."""
    found = with_everything(OfficerEscalation.objects.visible_to(request.user))
    one = get_object_or_404(found, key=key)
    if request.method != "POST":
        record_opening("open concern", one, by=request.user, at=clock.now())
    return one


@require_safe
def concerns(request: HttpRequest) -> HttpResponse:
    """The concerns that a person raised, was told of or may solve; for the QA team the council's."""
    found = OfficerEscalation.objects.visible_to(request.user).select_related("officer")
    narrowed = ConcernFilter(request.GET, found.prefetch_related("stages"))
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    _, ladders = stage_ladders(request.user.council, clock.today())
    mine = [one for one in ladders if may_raise(request.user, one, clock.today())]
    record("list concerns", "concerns", by=request.user, at=clock.now())
    context = {
        "filter": narrowed,
        "page": page,
        "rows": rows(page, clock.today()),
        "ladders": mine,
        "learns": request.user.has_perm("escalation.see_learning"),
    }
    return render(request, "escalation/concerns.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def raise_one(request: HttpRequest, ladder: str) -> HttpResponse:
    """Raise a concern on one ladder."""
    version, ladders = stage_ladders(request.user.council, clock.today())
    chosen = next((one for one in ladders if one.code == ladder), None)
    if version is None or chosen is None:
        raise Http404
    if not may_raise(request.user, chosen, clock.today()):
        raise PermissionDenied
    if not chosen.rungs:
        return render(request, "escalation/empty.html", {"ladder": chosen, "empty": EMPTY})
    form = raise_form(request, chosen)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        said = Raised(
            ladder=chosen.code,
            concern=data["concern"],
            expectation=data["expectation"],
            worker=form.chosen_worker,
            reference=data["reference"],
            informal_on=data["informal_on"],
            informal_note=data["informal_note"],
        )
        try:
            made = raise_concern(said, version, by=request.user, at=clock.now())
        except Refused as fault:
            for problem in fault.problems or (str(fault),):
                form.add_error(None, problem)
        else:
            messages.success(
                request, "The concern is raised. Those whom it is put to have been told."
            )
            return redirect("concern", key=made.key)
    status = 422 if form.errors else 200
    context = {"ladder": chosen, "form": form}
    return render(request, "escalation/raise.html", context, status=status)


def raise_form(request: HttpRequest, ladder: Ladder) -> RaiseForm:
    """The form of a concern, with the council's workers to choose from."""
    return RaiseForm(
        request.POST if request.method == "POST" else None,
        ladder=ladder,
        workers=workers_of(request.user, clock.today()),
        today=clock.today(),
    )


@require_safe
def concern(request: HttpRequest, key: UUID) -> HttpResponse:
    """One concern: its stages, what was said, what was done, and the steps that this person may take."""
    one = open_concern(request, key)
    ladder, user = ladder_of(one), request.user
    (row,) = rows([one], clock.today())
    is_open = one.state == ConcernState.OPEN
    runs = user.pk == one.officer_id
    context: dict[str, Any] = {
        "concern": one,
        "ladder": ladder,
        "stage": row.stage,
        "late": row.late,
        "further": bool(row.stage and rungs_above(one, row.stage)),
        "runs": runs and is_open,
        "answers": is_open
        and not runs
        and row.stage is not None
        and row.stage.state == "open"
        and answers(user, one, clock.today()),
        "hands_over": is_open and user.has_perm("escalation.hand_over_concern", one),
        "solves": is_open and solves(user, one, clock.today()),
        "reopens": not is_open and user.has_perm("escalation.reopen_concern", one),
    }
    return render(request, "escalation/concern.html", context)


@require_safe
def learn(request: HttpRequest) -> HttpResponse:
    """What concerns teach, by quarter (C5-6)."""
    if not request.user.has_perm("escalation.see_learning"):
        raise PermissionDenied
    version, ladders = stage_ladders(request.user.council, clock.today())
    start = edition(version).year_start if version else 4
    found = OfficerEscalation.objects.visible_to(request.user).filter(restricted=False)
    record("read learning from concerns", "concerns", by=request.user, at=clock.now())
    context = {"quarters": learning(found, start), "ladders": ladders}
    return render(request, "escalation/learning.html", context)
