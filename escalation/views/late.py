"""What is late, for the QA team: the list with its rungs, holding one back, letting it go."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from escalation.filters import OverdueFilter
from escalation.forms.late import HoldForm
from escalation.models import Hold, Overdue
from escalation.querysets import OverdueQuerySet
from escalation.selectors.late import counts, events_of, rows_of, rungs_left
from escalation.services.holding import hold as hold_back
from escalation.services.holding import let_go as let_it_go

PAGE = 25


@require_safe
def escalations(request: HttpRequest) -> HttpResponse:
    """What the last run found late and still is, with the rung that each thing has reached."""
    if not request.user.has_perm("escalation.see_late"):
        raise PermissionDenied
    found = late_now(request)
    narrowed = OverdueFilter(request.GET, found.with_held().select_related("late"))
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list late things", "escalations", by=request.user, at=clock.now())
    context = {
        "filter": narrowed,
        "page": page,
        "rows": rows_of(list(page), request.user, clock.today()),
        "counts": counts(found),
        "seen_at": found.order_by("-seen_at").values_list("seen_at", flat=True).first(),
    }
    return render(request, "escalation/escalations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold a rung of one late thing back, or its whole ladder."""
    found = late_now(request).select_related("version__framework__council")
    one = found.defer("version__source", "version__policy").filter(pk=pk).first()
    if one is None:
        return no_longer_late(request, pk)
    if not request.user.has_perm("escalation.hold", one):
        raise PermissionDenied
    form = HoldForm(request.POST or None, rungs=rungs_left(one))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            hold_back(one, form.rung, reason=reason, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "It is held back, and shown as withheld with your reason.")
            return after(request, one)
    context: dict[str, Any] = {
        "one": one,
        "form": form,
        "events": events_of(one.kind, one.subject_id),
    }
    return render(request, "escalation/hold.html", context, status=422 if form.errors else 200)


def no_longer_late(request: HttpRequest, pk: int) -> HttpResponse:
    """404, but for whoever wrote a reason meanwhile and may see what is late: they get it back to copy from."""
    one = Overdue.objects.visible_to(request.user).filter(pk=pk).first()
    form = HoldForm(request.POST or None, rungs=[])
    sees = one is not None or request.user.has_perm("escalation.see_late")
    if not (sees and request.method == "POST" and form.typed):
        raise Http404
    del form.fields["which"]
    form.too_late("This is no longer late, so nothing is held back.")
    context = {"one": one, "form": form, "over": True}
    return render(request, "escalation/hold.html", context, status=422)


@require_POST
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Let something go that was held back."""
    found = get_object_or_404(Hold.objects.visible_to(request.user), pk=pk)
    let_it_go(found, by=request.user, at=clock.now())
    messages.success(
        request, "It is let go. If it is still late, it goes out with the next daily run."
    )
    one = late_now(request)
    return after(request, one.filter(kind=found.kind, subject_id=found.subject_id).first())


def late_now(request: HttpRequest) -> OverdueQuerySet:
    """What is late now and this person may see."""
    user = request.user
    return Overdue.objects.visible_to(user).still_late(user.council_id or 0, clock.now())


def after(request: HttpRequest, one: Overdue | None) -> HttpResponse:
    """Back to the list, or for those who may not open it to the thing itself."""
    if request.user.has_perm("escalation.see_late") or one is None:
        return redirect("escalations")
    return redirect(one.path)
