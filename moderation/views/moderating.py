"""The list of moderations, one moderation's page, and the moderator's form."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from actions.choices import choices_of
from actions.forms import PlanForm
from audits.models import Audit
from audits.selectors import edition_of
from core import clock
from core.moves import Refused
from core.trail import record
from moderation.asking import Key, Said
from moderation.filters import ModerationFilter
from moderation.forms.viewing import ViewForm, initial_of, marks_of
from moderation.models import Moderation
from moderation.selectors.moderating import (
    WAITING,
    actions_of,
    actions_of_audit,
    asked_of,
    auditors_event,
    meetings_of,
    next_rung,
    rows,
    said_of,
    steps_of,
)
from moderation.selectors.people import rule_of
from moderation.services.viewing import (
    Changed,
    Closed,
    Incomplete,
    add_action,
    hand_in,
    save_view,
)
from moderation.states import OPEN, ModerationState
from moderation.views.door import Door, open_door
from moderation.words import lines, talk_words
from people.models import User

PAGE = 50
State = ModerationState
MOVED = (
    "Somebody has saved this form since you opened it. Your words are still here, but not saved: read "
    "what is saved now, then press a button below to keep yours."
)
CLOSED = (
    "This moderation was closed meanwhile; these words were not saved. Copy what you still need."
)


@require_safe
def moderations(request: HttpRequest) -> HttpResponse:
    """The moderations that this person may open: what is open first, or narrowed to a state."""
    if not request.user.has_perm("moderation.see_moderations"):
        raise PermissionDenied
    found = Moderation.objects.visible_to(request.user).standing().with_audit()
    narrowed = ModerationFilter(request.GET, queryset=found.order_by("-chosen_at", "-id"))
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list moderations", "moderations", by=request.user, at=clock.now())
    listed = [
        (one, edition_of(one.moderation.audit).policy) for one in rows(list(page), request.user)
    ]
    return render(
        request,
        "moderation/list.html",
        {
            "filter": narrowed,
            "page": page,
            "rows": listed,
            "runs": request.user.has_perm("moderation.run_rounds"),
            "trust": request.user.has_perm("moderation.see_trust"),
        },
    )


@require_safe
def of_audit(request: HttpRequest, pk: int) -> HttpResponse:
    """From an audit to its moderation; where there is none yet, what that means and what the QA team can do."""
    audits = Audit.objects.visible_to(request.user).with_people().with_edition()
    audit = get_object_or_404(audits.select_related("council"), pk=pk)
    found = Moderation.objects.visible_to(request.user).filter(audit=audit).standing().first()
    if found is not None:
        return redirect("moderation", pk=found.pk)
    record("open moderation of audit", audit, by=request.user, at=clock.now())
    context = {
        "audit": audit,
        "rule": edition_of(audit).policy.moderation,
        "may_choose": request.user.has_perm("moderation.choose", audit),
        "started": Moderation.objects.filter(audit=audit).standing().exists(),
    }
    return render(request, "moderation/none.html", context)


@require_safe
def moderation(request: HttpRequest, pk: int) -> HttpResponse:
    """One moderation: where it stands, what to do next, what was said, how it ended."""
    door = open_door(request, pk, opened="moderation")
    return render(request, "moderation/moderation.html", overview(door, request.user))


def overview(door: Door, user: User) -> dict[str, Any]:
    """What the page of a moderation shows."""
    one = door.moderation
    audit, policy = one.audit, door.edition.policy
    shown = one.view_at is not None and not door.blind
    return {
        "door": door,
        "moderation": one,
        "audit": audit,
        "policy": policy,
        "rule": rule_of(audit),
        "waiting": WAITING.get(State(one.state), ""),
        "grades": [] if door.blind else audit.grade_events.select_related("by"),
        "said": lines(asked_of(one), said_of(one)) if shown else (),
        "actions": actions_of(one) if shown else [],
        "audit_actions": actions_of_audit(audit, blind=door.blind),
        "meetings": meetings_of(one) if shown else [],
        "steps": [] if door.blind else steps_of(one),
        "next": next_rung(one),
        "moves": [] if door.blind else one.moves.select_related("by"),
        "can": {
            name: user.has_perm(f"moderation.{name}", one)
            for name in ("assign", "moderate", "meet", "decide", "decide_leftover")
        },
        "may_choose": one.state == State.NOT_SAMPLED and user.has_perm("moderation.choose", audit),
        "open": one.state in OPEN,
    }


# The form -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """The moderator's form: kept by a button (and by itself with JavaScript), handed in by another."""
    door = open_door(request, pk, opened="moderation form")
    one = door.moderation
    if not request.user.has_perm("moderation.moderate", one):
        raise PermissionDenied
    if one.state != State.IN_MODERATION and request.method != "POST":
        return redirect("moderation", pk=pk)
    form = form_of(request, door)
    if request.method == "POST":
        response = save(request, door, form)
        if response is not None:
            return response
    return render(
        request,
        "moderation/view.html",
        form_context(door, form),
        status=422 if form.errors else 200,
    )


def form_of(request: HttpRequest, door: Door) -> ViewForm:
    """The form of a moderation with what has been said so far, or with what came in."""
    one = door.moderation
    asked = asked_of(one)
    said = said_of(one)
    hidden = {"read_version": one.version, "opened": marks_of(said)}
    before = "" if door.blind else door.edition.policy.grade(one.before).label
    return ViewForm(
        request.POST if request.method == "POST" else None,
        initial=initial_of(asked, said) | hidden,
        asked=asked,
        rule=rule_of(one.audit),
        before=before,
    )


def form_context(door: Door, form: ViewForm) -> dict[str, Any]:
    """What stands around the form: the auditor's grade where it may be seen, the audit's actions."""
    one = door.moderation
    context: dict[str, Any] = {
        "door": door,
        "moderation": one,
        "audit": one.audit,
        "form": form,
        "rule": rule_of(one.audit),
        "talk_with": talk_words(rule_of(one.audit).talk_with, door.edition.policy),
        "policy": door.edition.policy,
        "audit_actions": actions_of_audit(one.audit, blind=door.blind),
        "actions": actions_of(one),
        "adds_actions": any(asked.content.kind == "further_actions" for asked in form.asked),
    }
    if not door.blind:
        context["event"] = auditors_event(one.audit)
    return context


def save(request: HttpRequest, door: Door, form: ViewForm) -> HttpResponse | None:
    """Keep or hand in what came in; None where something must be put right first."""
    quiet, valid = is_quiet(request), form.is_valid()
    one = take(request, door, form, hands_in=valid and not quiet and "later" not in request.POST)
    if quiet:
        return render(
            request,
            "moderation/_saved.html",
            {"form": form, "moderation": one, "now": clock.now()},
            status=422 if form.errors else 200,
        )
    if form.errors:
        return None
    if request.POST.get("later") == "action":
        return redirect("moderation-action", pk=one.pk)
    if "later" in request.POST:
        messages.success(request, "Your words are kept. You can come back to them.")
        return redirect("moderation-view", pk=one.pk)
    messages.success(request, AFTER[State(one.state)])
    if one.panel_id:
        return redirect("panel", pk=one.panel_id)
    return redirect("moderation", pk=one.pk)


def take(request: HttpRequest, door: Door, form: ViewForm, *, hands_in: bool) -> Moderation:
    """Hand in what came in, or keep it; what stands in the way is said in the form, with the words still in it."""
    one, said = door.moderation, form.said()
    try:
        one = put(request, one, form, said, hands_in=hands_in)
    except Changed:
        one.refresh_from_db(fields=["version"])
        form.add_error(None, MOVED)
        form.tell(one.version, said_of(one))
    except Closed:
        form.add_error(None, CLOSED)
    else:
        form.saved(said, one.version, said_of(one))
    return one


def put(
    request: HttpRequest,
    moderation: Moderation,
    form: ViewForm,
    said: dict[Key, Said],
    *,
    hands_in: bool,
) -> Moderation:
    """Hand the view in or keep it. What cannot be handed in is kept all the same, so that nothing is lost.

    Only a button saves over what somebody else has saved, and only once the person has been told.
    """
    known = form.cleaned_data.get("read_version") or 0
    if not is_quiet(request):
        known = form.cleaned_data.get("told_version") or known

    def by(service: Callable[..., Moderation]) -> Moderation:
        who, at, opened = request.user, clock.now(), form.opened_with
        return service(moderation, said, read_version=known, opened=opened, by=who, at=at)

    if hands_in:
        try:
            return by(hand_in)
        except Incomplete as fault:
            for problem in fault.fields:
                form.add_error(problem.name if problem.name in form.fields else None, problem.says)
    return by(save_view)


def is_quiet(request: HttpRequest) -> bool:
    """Whether the form saves itself, without a button."""
    return bool(request.headers.get("HX-Request"))


AFTER = {
    State.FINAL: "Your view is in. You agree, so the grade is final.",
    State.DISAGREED: "Your view is in. The auditor has been asked to meet you about the grade.",
    State.SENT_BACK: "The audit has been sent back to its auditor.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an extra action to the moderation."""
    door = open_door(request, pk, opened="moderation form")
    one = door.moderation
    if not request.user.has_perm("moderation.moderate", one):
        raise PermissionDenied
    owners = User.objects.visible_to(request.user).active()
    choices = choices_of(one.audit.version, door.tool.code)
    form = PlanForm(request.POST or None, choices=choices, owners=owners)
    if request.method == "POST" and form.is_valid():
        try:
            add_action(one, form.plan(), by=request.user, at=clock.now())
        except Refused as fault:
            form.say(fault.problems or (str(fault),))
        else:
            messages.success(
                request, "The action is recorded. It opens when you hand your view in."
            )
            return redirect("moderation-view", pk=pk)
    context = {"door": door, "moderation": one, "audit": one.audit, "form": form}
    return render(request, "moderation/action.html", context, status=422 if form.errors else 200)
