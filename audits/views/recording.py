"""The actions of an audit: record, change, remove."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from actions.choices import choices_of
from actions.forms import PlanForm, initial_of
from actions.models import Action
from actions.states import ActionState
from audits.selectors import actions_of
from audits.services.actions import change_recorded, record_action, remove_recorded
from audits.views.door import Door, open_door
from core import clock
from core.moves import Refused
from people.models import User
from people.querysets import on_day
from people.selectors import line

OPENED = "The audit was returned since you opened the page, so this action is open already."
REMOVED = "This action was removed since you opened the page."


def owners(door: Door) -> "QuerySet[User]":
    """Who can be given an action: the parties, the worker's line, and the people of the child's team."""
    audit, today = door.audit, clock.today()
    tree = line(audit.council_id, today)
    ids = {audit.auditor_id, audit.worker_id, audit.second_worker_id, audit.manager_id}
    for worker in (audit.worker_id, audit.second_worker_id):
        if worker:
            ids |= {pk for seat in tree.above(worker) for pk in seat.holders}
    team = Q(on_day(today, "holdings__"), holdings__post__unit=audit.unit_id)
    return (
        User.objects.visible_to(door.audit.auditor)
        .active()
        .filter(Q(pk__in=ids) | team)
        .distinct()
        .order_by("name")
    )


def action_form(
    door: Door, request: HttpRequest, initial: dict[str, Any] | None = None
) -> PlanForm:
    """The form with what the framework offers."""
    return PlanForm(
        request.POST or None,
        initial=initial,
        choices=choices_of(door.audit.version, door.tool.code),
        owners=owners(door),
    )


def recorded(request: HttpRequest, door: Door, form: PlanForm, action: Action | None) -> bool:
    """Record or change the action; a refusal goes into the form in words."""
    now = clock.now()
    try:
        if action is None:
            record_action(door.audit, form.plan(), by=request.user, at=now)
        else:
            change_recorded(door.audit, action, form.plan(), by=request.user, at=now)
    except Refused as fault:
        form.say(fault.problems or (str(fault),))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, pk: int, action_pk: int = 0) -> HttpResponse:
    """Record an action, or change one that was recorded."""
    door = open_door(request, pk, opened="action")
    if not request.user.has_perm("audits.record_action", door.audit):
        raise PermissionDenied
    found = change_of(request, door, action_pk) if action_pk else None
    initial = initial_of(found) if found else None
    form = action_form(door, request, initial)
    if found and found.state != ActionState.DRAFT:
        return too_late(request, door, form, found)
    if request.method == "POST" and form.is_valid() and recorded(request, door, form, found):
        messages.success(request, "The action is recorded.")
        return redirect(back(request, pk))
    status = 422 if form.errors else 200
    return render(
        request,
        "audits/action.html",
        {"door": door, "audit": door.audit, "form": form, "action": found},
        status=status,
    )


def change_of(request: HttpRequest, door: Door, pk: int) -> Action:
    """The action to change; what somebody typed about one that was removed meanwhile is still taken in."""
    every = Action.objects.raised_by("audit", door.audit.pk).select_related("owner")
    found: Action = get_object_or_404(
        every if request.method == "POST" else actions_of(door.audit), pk=pk
    )
    return found


def too_late(request: HttpRequest, door: Door, form: PlanForm, action: Action) -> HttpResponse:
    """An action that is no draft any more: its own page, or first the words that were typed meanwhile (422)."""
    removed = action.state == ActionState.WITHDRAWN
    if request.method == "POST" and form.typed:
        form.too_late(REMOVED if removed else OPENED)
        context = {"door": door, "audit": door.audit, "form": form, "action": action}
        over = {"over": True, "removed": removed}
        return render(request, "audits/action.html", context | over, status=422)
    if removed:
        raise Http404
    return redirect("action-page", pk=action.pk)


def back(request: HttpRequest, pk: int) -> str:
    """The audit's page, at its actions."""
    return redirect("audit", pk=pk).url + "#actions"


@require_POST
def remove_action(request: HttpRequest, pk: int, action_pk: int) -> HttpResponse:
    """Remove a recorded action before the return; it stays in the history."""
    door = open_door(request, pk)
    if not request.user.has_perm("audits.record_action", door.audit):
        raise PermissionDenied
    found = get_object_or_404(actions_of(door.audit), pk=action_pk)
    remove_recorded(door.audit, found, by=request.user, at=clock.now())
    messages.success(request, "The action is removed.")
    return redirect(back(request, pk))
