"""Changes after allocation: asking, deciding, leaving out, giving to another auditor."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from audits.models import Audit
from audits.selectors import edition_of
from core import clock
from core.forms import ServiceForm
from core.moves import Refused
from core.trail import record
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds
from programme.forms.changes import DecisionForm, LeaveOutForm, MoreTimeForm, ReassignForm
from programme.models import DateChange
from programme.selectors.changes import (
    Rights,
    can_be_left_out,
    changeable,
    names_of,
    of_their_auditors,
    rights,
    waiting,
)
from programme.services.allocating import NeedsConfirming
from programme.services.changes import (
    Handover,
    Wish,
    ask,
    decide,
    free_auditors,
    grant,
    reassign,
)

Kind = DateChange.Kind
WORDS: dict[str, dict[str, str]] = {
    Kind.EXTENSION: {
        "ask": "Ask for more time",
        "grant": "Give more time",
        "asked": "Your request is with those who decide. They have been told.",
        "granted": "There is more time now. The auditor has been told.",
        "title": "More time",
        "does": "give more time",
        "what": "more time",
    },
    Kind.EXCLUSION: {
        "ask": "Ask to leave it out",
        "grant": "Leave it out",
        "asked": "Your request is with those who decide. They have been told.",
        "granted": "The audit is left out. Those who take part have been told.",
        "title": "Leaving the audit out",
        "does": "leave an audit out",
        "what": "leaving audits out",
    },
}


def changing(request: HttpRequest, pk: int) -> Audit:
    """An audit whose pages of changes this person may open, or 404."""
    found = (
        changeable(request.user, clock.today())
        .with_people()
        .with_edition()
        .select_related("council")
    )
    return get_object_or_404(found, pk=pk)


def has_a_say(user: User, audit: Audit, right: Rights) -> bool:
    """Whether somebody may read who decides: those who may ask or decide, and the QA team."""
    return right.may_ask(user) or right.may_decide(user) or holds(user, *QA_TEAM, on=clock.today())


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """More time, or leaving out: ask for it or grant it, as the framework lets this person."""
    audit, today = changing(request, pk), clock.today()
    right = rights(audit, kind, on=today)
    if request.method != "POST" and not has_a_say(request.user, audit, right):
        raise PermissionDenied
    form = form_of(kind, request)
    grants = right.may_decide(request.user)
    if request.method == "POST":
        if not (grants or right.may_ask(request.user)):
            # The service refuses it, and keeps the attempt (B6-2).
            grant(audit, Wish(kind, ""), by=request.user, at=clock.now())
        if form.is_valid() and take(request, audit, kind, form, grants=grants):
            return redirect(after(request, audit))
    record("open change", audit, by=request.user, at=clock.now())
    context = {
        "audit": audit,
        "form": form,
        "kind": kind,
        "words": WORDS[kind],
        "right": right,
        "deciders": names_of(frozenset(right.limits)),
        "grants": grants,
        "asks": right.may_ask(request.user),
        "limit": right.limits.get(request.user.pk),
        "open": right.open_on(today) and standing(audit, kind),
        "waiting": audit.changes.open().filter(kind=kind).select_related("asked_by").first(),
        "back": back_of(request.user, audit),
        "today": today,
    }
    status = 422 if form.errors else 200
    return render(request, "programme/change.html", context, status=status)


def standing(audit: Audit, kind: str) -> bool:
    """Whether the audit is at a stage at which this can be changed."""
    return can_be_left_out(audit) if kind == Kind.EXCLUSION else audit.under_way


def form_of(kind: str, request: HttpRequest) -> ServiceForm:
    """The form of one kind of change."""
    made = MoreTimeForm if kind == Kind.EXTENSION else LeaveOutForm
    return made(request.POST or None)


def take(request: HttpRequest, audit: Audit, kind: str, form: ServiceForm, *, grants: bool) -> bool:
    """Ask or grant; what stands against it goes into the form."""
    data = form.cleaned_data
    wish = Wish(kind, data["reason"], data.get("deadline_on"))
    step, said = (grant, "granted") if grants else (ask, "asked")
    try:
        step(audit, wish, by=request.user, at=clock.now())
    except Refused as fault:
        form.add_error("deadline_on" if "deadline_on" in form.fields else "reason", str(fault))
        return False
    messages.success(request, WORDS[kind][said])
    return True


def back_of(user: User, audit: Audit) -> str:
    """The page to go back to: the audit's, or the requests where somebody may not open it."""
    seen = Audit.objects.visible_to(user).filter(pk=audit.pk).exists()
    return reverse("audit", args=[audit.pk]) if seen else reverse("requests")


def after(request: HttpRequest, audit: Audit) -> str:
    """Where a change leads to."""
    return back_of(request.user, audit)


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for this person's decision, and the audits of auditors below them that they may change."""
    if not request.user.has_perm("programme.see_requests"):
        raise PermissionDenied
    today = clock.today()
    audits = (
        of_their_auditors(request.user, today)
        .select_related("auditor")
        .defer("facts")
        .order_by("deadline_on", "pk")
    )
    page = Paginator(audits, 25).get_page(request.GET.get("page"))
    record("list requests", "requests", by=request.user, at=clock.now())
    context = {"waiting": waiting(request.user, today), "page": page, "today": today}
    return render(request, "programme/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: who asked for what and why; those who may, decide."""
    change = get_object_or_404(
        DateChange.objects.visible_to(request.user).exclude(kind=Kind.REASSIGNMENT).with_audit(),
        pk=pk,
    )
    today = clock.today()
    right = rights(change.audit, change.kind, on=today)
    dated = change.kind == Kind.EXTENSION
    initial = {"deadline_on": change.new_deadline_on} if dated else {}
    form = DecisionForm(request.POST or None, dated=dated, initial=initial)
    grants = right.may_decide(request.user)
    if request.method == "POST" and form.is_valid() and settled(request, change, form):
        return redirect("request", pk=pk)
    record("open request", change.audit, by=request.user, at=clock.now())
    context = {
        "change": change,
        "audit": change.audit,
        "form": form,
        "right": right,
        "deciders": names_of(frozenset(right.limits)),
        "limit": right.limits.get(request.user.pk),
        "grants": grants and change.state == DateChange.State.ASKED and change.audit.under_way,
        "open": right.open_on(today) and standing(change.audit, change.kind),
        "back": back_of(request.user, change.audit),
    }
    return render(request, "programme/request.html", context, status=422 if form.errors else 200)


def settled(request: HttpRequest, change: DateChange, form: DecisionForm) -> bool:
    """Grant or refuse as the pressed button says; what stands against it goes into the form."""
    data = form.cleaned_data
    granted = request.POST.get("decision") == "grant"
    try:
        decide(
            change,
            granted=granted,
            note=data["note"],
            by=request.user,
            at=clock.now(),
            deadline_on=data.get("deadline_on"),
        )
    except Refused as fault:
        dated = granted and "deadline_on" in form.fields
        form.add_error("deadline_on" if dated else "note", str(fault))
        return False
    done = "granted" if granted else "refused"
    messages.success(request, f"The request is {done}. Whoever asked has been told.")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def another_auditor(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the audit to another auditor, under every rule of allocation."""
    audit = changing(request, pk)
    if not request.user.has_perm("programme.reassign_audit", audit):
        raise PermissionDenied
    rule = edition_of(audit).policy.allocation
    people = free_auditors(audit, on=clock.today())
    form = ReassignForm(request.POST or None, candidates=people, override=rule.override_team)
    doubts: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        chosen = {str(one.user.pk): one.user for one in people}[form.cleaned_data["auditor"]]
        done, doubts = pass_on(request, audit, form, chosen)
        if done:
            return redirect("audit", pk=pk)
    record("open change", audit, by=request.user, at=clock.now())
    context: dict[str, Any] = {
        "audit": audit,
        "form": form,
        "doubts": doubts,
        "left_out": [one for one in people if one.objections],
        "open": can_be_left_out(audit),
    }
    status = 422 if form.errors or doubts else 200
    return render(request, "programme/another_auditor.html", context, status=status)


def pass_on(
    request: HttpRequest, audit: Audit, form: ReassignForm, auditor: User
) -> tuple[bool, tuple[str, ...]]:
    """Reassign; gives whether it is done, and what must be confirmed."""
    data = form.cleaned_data
    handover = Handover(auditor, data["reason"], data.get("aside", ""))
    try:
        reassign(audit, handover, by=request.user, at=clock.now(), confirmed=data["confirmed"])
    except NeedsConfirming as fault:
        return False, fault.problems
    except Refused as fault:
        for problem in fault.problems or (str(fault),):
            form.add_error("auditor", problem)
        return False, ()
    messages.success(request, "The audit has another auditor now. Both have been told.")
    return True, ()
