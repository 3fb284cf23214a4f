"""The actions of an audit: record, change, remove."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from actions.models import Action
from actions.services import Plan
from audits.forms import ActionForm
from audits.selectors import actions_of
from audits.services.actions import change_recorded, record_action, remove_recorded
from audits.views.door import Door, open_door
from core import clock
from core.moves import Refused
from people.models import User
from people.querysets import on_day
from people.selectors import line


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
) -> ActionForm:
    """The form with the framework's kinds of action."""
    kinds = [(kind.code, kind.label) for kind in door.edition.policy.actions.kinds]
    return ActionForm(request.POST or None, initial=initial, kinds=kinds, owners=owners(door))


def plan_of(data: dict[str, Any]) -> Plan:
    """The form's data as a plan."""
    return Plan(
        kind=data["kind"],
        what=data["what"],
        why=data["why"],
        owner=data["owner"],
        due_on=data["due_on"],
    )


def recorded(request: HttpRequest, door: Door, form: ActionForm, action: Action | None) -> bool:
    """Record or change the action; a refusal goes into the form in words."""
    plan, now = plan_of(form.cleaned_data), clock.now()
    try:
        if action is None:
            record_action(door.audit, plan, by=request.user, at=now)
        else:
            change_recorded(door.audit, action, plan, by=request.user, at=now)
    except Refused as fault:
        for problem in fault.problems or (str(fault),):
            form.add_error("due_on" if "date" in problem else None, problem)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, pk: int, action_pk: int = 0) -> HttpResponse:
    """Record an action, or change one that was recorded."""
    door = open_door(request, pk, opened="action")
    if not request.user.has_perm("audits.record_action", door.audit):
        raise PermissionDenied
    found = get_object_or_404(actions_of(door.audit), pk=action_pk) if action_pk else None
    initial = (
        {name: getattr(found, name) for name in ("kind", "what", "why", "owner", "due_on")}
        if found
        else None
    )
    form = action_form(door, request, initial)
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
