"""What follows a returned audit: the form that closes its loop, the lists of audits to watch, closing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.points import hidden_from
from audits import visibility
from audits.filters import LoopFilter
from audits.forms import LinkForm, LoopForm, ReasonForm
from audits.models import Audit, Loop
from audits.selectors import edition_of
from audits.selectors.closing import (
    candidates,
    due_days,
    grades_after,
    listed_for,
    managers_of,
    other_cases,
    remedial_actions,
    second_seen,
)
from audits.services import closing, loops
from audits.states import LINK, SUBMIT
from audits.views.door import Door, open_door
from core import clock
from core.moves import Refused
from core.trail import record
from people.models import User

PAGE = 50
FILLED = ("met_on", "met_manager", "different", "secured", "outstanding", "version", "state")
RIGHTS = ("fill_loop", "authorise_loop", "link_loop")


@require_safe
def loop_list(request: HttpRequest) -> HttpResponse:
    """The loops this person may open: forms that are due, second audits to come, and what they showed."""
    if not request.user.has_perm("audits.see_lists"):
        raise PermissionDenied
    found = Loop.objects.visible_to(request.user).with_audits().order_by("-begun_at", "-pk")
    narrowed = LoopFilter(request.GET, queryset=found)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list loops", "loops", by=request.user, at=clock.now())
    after = grades_after(page, request.user)
    rows = [(one, edition_of(one.audit).policy, after.get(one.reaudit_id)) for one in page]
    context = {"filter": narrowed, "page": page, "rows": rows, "today": clock.today()}
    return render(request, "audits/loop_list.html", context)


def open_loop(request: HttpRequest, pk: int) -> tuple[Door, Loop]:
    """The loop of an audit, or 404; it tells the grade, so that nobody who grades blind finds it."""
    door = open_door(request, pk, opened="loop")
    if door.me == visibility.BLIND:
        raise Http404
    loop = get_object_or_404(Loop.objects.visible_to(request.user).with_audits(), audit=door.audit)
    return door, loop


@require_http_methods(["GET", "HEAD", "POST"])
def loop(request: HttpRequest, pk: int) -> HttpResponse:
    """The loop of one audit; whoever fills its form saves it or hands it in here."""
    door, found = open_loop(request, pk)
    form = loop_form(request, found)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid() and saved(request, found, form):
            return redirect("loop", pk=pk)
    status = 422 if form and form.errors else 200
    return render(request, "audits/loop.html", shown(request, door, found, form), status=status)


def loop_form(request: HttpRequest, found: Loop) -> LoopForm | None:
    """The form with what stands in it, for whoever fills it while it is due; words that come too late come back."""
    asked_for = found.state in SUBMIT.sources or request.method == "POST"
    if not asked_for or not request.user.has_perm("audits.fill_loop", found):
        return None
    names = ("met_on", "met_manager", "different", "outstanding", "version")
    initial: dict[str, Any] = {name: getattr(found, name) for name in names}
    initial["secured"] = {True: "yes", False: "no"}.get(found.secured, "")
    managers = User.objects.visible_to(request.user).filter(pk__in=managers_of(found.audit))
    return LoopForm(request.POST or None, initial=initial, managers=managers.order_by("name"))


def saved(request: HttpRequest, found: Loop, form: LoopForm) -> bool:
    """Save the form or hand it in; a refusal goes into the form in words."""
    data, hands_in = form.cleaned_data, request.POST.get("do") == "submit"
    said = loops.Form(
        met_on=data["met_on"],
        met_manager=data["met_manager"],
        different=data["different"],
        secured={"yes": True, "no": False}.get(data["secured"]),
        outstanding=data["outstanding"],
    )
    step = loops.submit if hands_in else loops.save_form
    try:
        step(found, said, version=data["version"], by=request.user, at=clock.now())
    except Refused as fault:
        found.refresh_from_db(fields=FILLED)
        if isinstance(fault, loops.Stale) or found.state not in SUBMIT.sources:
            form.overtaken(found)
        for problem in fault.problems or (str(fault),):
            form.add_error(None, problem)
        return False
    done = "The form is handed in." if hands_in else "The form is saved. It is not handed in yet."
    messages.success(request, done)
    return True


def shown(request: HttpRequest, door: Door, found: Loop, form: LoopForm | None) -> dict[str, Any]:
    """What the page of a loop shows."""
    left_out = loops.left_out(found)
    to_link = found.state in LINK.sources or left_out
    links = to_link and request.user.has_perm("audits.link_loop", found)
    rule = door.edition.policy.closing_loop
    return {
        "door": door,
        "audit": door.audit,
        "loop": found,
        "form": form,
        "due_on": due_days([found])[found.audit_id] if found.state in SUBMIT.sources else None,
        "policy": door.edition.policy,
        "asked": rule.fields if rule else (),
        "second": second_seen(found, request.user) if found.reaudit_id else None,
        "actions": remedial_actions(door.audit).exclude(hidden_from(request.user)),
        "moves": found.moves.select_related("by"),
        "can": {name: request.user.has_perm(f"audits.{name}", found) for name in RIGHTS},
        "left_out": left_out,
        "links": links and found.reaudit_due_on,
        "candidates": candidates(found) if links else (),
        "cases": other_cases(found, request.user, clock.today()) if links else (),
        "today": clock.today(),
    }


STEPS: dict[str, dict[str, Any]] = {
    "refuse": {
        "right": "authorise_loop",
        "service": loops.refuse,
        "title": "Send the form back",
        "label": "What does the form still need?",
        "hint": "Whoever filled it in reads this.",
        "done": "The form is sent back.",
    },
    "leave-out": {
        "right": "link_loop",
        "service": loops.leave_out,
        "title": "This loop is no longer needed",
        "label": "Why is it no longer needed?",
        "hint": "The reason stays with the audit. The loop can be asked for again.",
        "done": "The loop is left out.",
    },
    "take-up": {
        "right": "link_loop",
        "service": loops.take_up,
        "title": "Ask for this loop again",
        "label": "Why is it needed again?",
        "hint": "Whoever fills the form in is told.",
        "done": "The loop is asked for again.",
    },
}


@require_http_methods(["GET", "HEAD", "POST"])
def loop_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """A step of a loop that needs a reason."""
    door, found = open_loop(request, pk)
    words = STEPS[step]
    if not request.user.has_perm(f"audits.{words['right']}", found):
        raise PermissionDenied
    form = ReasonForm(
        request.POST or None, label=words["label"], hint=words["hint"], absent="Enter the reason."
    )
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            words["service"](found, reason=reason, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error("reason", str(fault))
        else:
            messages.success(request, words["done"])
            return redirect("loop", pk=pk)
    context = {"door": door, "audit": door.audit, "form": form, "words": words}
    return render(request, "audits/loop_step.html", context, status=422 if form.errors else 200)


@require_POST
def authorise_loop(request: HttpRequest, pk: int) -> HttpResponse:
    """Authorise the form of a loop."""
    _, found = open_loop(request, pk)
    loops.authorise(found, by=request.user, at=clock.now())
    messages.success(request, "The form is authorised.")
    return redirect("loop", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def link_loop(request: HttpRequest, pk: int) -> HttpResponse:
    """Link the second audit."""
    door, found = open_loop(request, pk)
    if not request.user.has_perm("audits.link_loop", found):
        raise PermissionDenied
    form = LinkForm(request.POST or None, audits=candidates(found))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            loops.link(
                found, data["reaudit"], reason=data["reason"], by=request.user, at=clock.now()
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, "The second audit is linked.")
            return redirect("loop", pk=pk)
    context = {"door": door, "audit": door.audit, "loop": found, "form": form}
    return render(request, "audits/loop_link.html", context, status=422 if form.errors else 200)


@require_safe
def watch_list(request: HttpRequest) -> HttpResponse:
    """The audits that their grade puts before this person, until their actions are signed off (C2-5, B4-8, B4-10)."""
    if not request.user.has_perm("audits.see_lists"):
        raise PermissionDenied
    today = clock.today()
    how = listed_for(request.user, today)
    audits = (
        Audit.objects.visible_to(request.user)
        .filter(pk__in=how)
        .with_people()
        .with_edition()
        .with_blindness(request.user)
        .with_open_actions()
        .filter(blind=False)
        .order_by("returned_at", "pk")
    )
    page = Paginator(audits, PAGE).get_page(request.GET.get("page"))
    record("list watched audits", "audits", by=request.user, at=clock.now())
    rows = [(one, edition_of(one).policy, how[one.pk]) for one in page]
    context = {"page": page, "rows": rows, "today": today}
    return render(request, "audits/watch_list.html", context)


@require_POST
def confirm_closure(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Confirm one thing that must be there before the audit is closed."""
    door = open_door(request, pk)
    try:
        closing.confirm(door.audit, code, by=request.user, at=timezone.localtime(clock.now()))
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, "It is confirmed.")
    return redirect("audit", pk=pk)
