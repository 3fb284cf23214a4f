"""The pages of validation panels: the list, planning one, its page, changing and closing it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audits.querysets import AuditQuerySet
from audits.selectors import edition_of
from core import clock
from core.moves import Refused
from core.trail import record, record_opening
from moderation.forms.panels import DRAW, ChangeForm, DaysForm, SampleForm
from moderation.models import Panel
from moderation.selectors.panels import (
    Sitter,
    chairs,
    everybody_on,
    has_verdict,
    items_of,
    kept_from,
    left_to_close,
    open_returns,
    panel_editions,
    panel_rule,
    posts_in_words,
    size_of,
    usual_days,
    waiting_for_verdict,
)
from moderation.selectors.panels import members as members_of
from moderation.services import panels as service
from moderation.states import PanelState
from people.selectors import line
from standards.models import FrameworkVersion
from standards.selectors import edition

PAGE = 25


def refused(form: Form, fault: Refused) -> None:
    """What stands against it, beside the form."""
    for problem in fault.problems or (str(fault),):
        form.add_error(None, problem)


def panel_of(request: HttpRequest, pk: int, read: str) -> Panel:
    """One panel that the person may open, or 404; the reading goes into the trail."""
    found = Panel.objects.visible_to(request.user).select_related(
        "version__framework__council", "chair", "council", "selection", "closed_by", "made_by"
    )
    one = get_object_or_404(
        found.defer(
            "version__source", "version__policy", "selection__pool", "selection__result"
        ).prefetch_related("members"),
        pk=pk,
    )
    if request.method != "POST":
        record_opening(read, one, by=request.user, at=clock.now())
    return one


def check_runs(request: HttpRequest) -> None:
    """Only the QA team plans, changes and closes panels."""
    if not request.user.has_perm("moderation.run_panels"):
        raise PermissionDenied


@require_safe
def panels(request: HttpRequest) -> HttpResponse:
    """The council's panels for the QA team; for others those that they sit on."""
    if not request.user.has_perm("moderation.see_moderations"):
        raise PermissionDenied
    found = Panel.objects.visible_to(request.user).select_related("chair", "version__framework")
    found = found.defer("version__source", "version__policy").annotate(audits=Count("moderations"))
    found = found.order_by("-held_on", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record("list panels", "panels", by=request.user, at=clock.now())
    runs = request.user.has_perm("moderation.run_panels")
    return render(request, "moderation/panels.html", {"page": page, "runs": runs})


# Planning -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_panel(request: HttpRequest) -> HttpResponse:
    """Choose the days, see how much was returned in them, then say who, when and which audits."""
    check_runs(request)
    editions = panel_editions(request.user.council_id)
    if not editions:
        return render(request, "moderation/new_panel.html", {"without": True})
    days = days_form(request, editions)
    if not request.GET or not days.is_valid() or "change" in request.GET:
        status = 422 if days.is_bound and days.errors else 200
        context = {"form": days, "rule": panel_rule(editions[0])}
        return render(request, "moderation/new_panel.html", context, status=status)
    version = next(one for one in editions if str(one.pk) == days.cleaned_data["version"])
    return sample_step(request, version, days)


def sample_step(request: HttpRequest, version: FrameworkVersion, days: DaysForm) -> HttpResponse:
    """The second step: how many returns there are, who sits on the panel, which audits it looks at."""
    from_on, to_on = days.cleaned_data["from_on"], days.cleaned_data["to_on"]
    found = list(returns_of(request, version, from_on, to_on))
    chaired = chairs(version, clock.today())
    form = sample_form(request, version, found, chaired)
    if request.method == "POST" and form.is_valid():
        made = try_to_plan(request, version, days, form)
        if made is not None:
            said = f"Panel {made.number} is planned and its people have been told."
            messages.success(request, said)
            return redirect("panel", pk=made.pk)
    record("look at returns", "panels", by=request.user, at=clock.now())
    context: dict[str, Any] = {
        "form": form,
        "pool": found,
        "version": version,
        "framework": edition(version),
        "from_on": from_on,
        "to_on": to_on,
        "chairs": chaired,
    }
    status = 422 if form.errors else 200
    return render(request, "moderation/new_panel.html", context, status=status)


def returns_of(
    request: HttpRequest, version: FrameworkVersion, from_on: date, to_on: date
) -> AuditQuerySet:
    """The returns to choose from, as this person may see them."""
    found: AuditQuerySet = open_returns(version, from_on, to_on)
    return found.with_people().with_edition().with_blindness(request.user)


def days_form(request: HttpRequest, editions: list[FrameworkVersion]) -> DaysForm:
    """The form of the days, filled with those that come next."""
    from_on, to_on = usual_days(editions[0], clock.today())
    names = [(one, edition(one)) for one in editions]
    initial = {"version": str(editions[0].pk), "from_on": from_on, "to_on": to_on}
    return DaysForm(
        request.GET or None,
        initial=initial,
        editions=[
            (str(one.pk), f"{about.framework_name}, edition {about.number}") for one, about in names
        ],
        today=clock.today(),
    )


def sample_form(
    request: HttpRequest, version: FrameworkVersion, found: list[Any], chaired: list[Sitter]
) -> SampleForm:
    """The form of a panel's people and its audits, with what the framework names."""
    wanted = min(size_of(version) or 0, len(found))
    me = request.user.pk
    return SampleForm(
        request.POST if request.method == "POST" else None,
        initial={
            "how": DRAW,
            "number": wanted or None,
            "chair": str(chaired[0].user.pk) if len(chaired) == 1 else None,
        },
        chairs=chaired,
        members=members_of(version, clock.today()),
        pool=[
            (str(one.pk), audit_in_words(one))
            for one in found
            if me not in {one.auditor_id, one.worker_id, one.second_worker_id}
        ],
        size=len(found),
    )


def audit_in_words(audit: Any) -> str:
    """One audit that can be picked; its grade is left out where the person must still give theirs."""
    grade = "" if audit.blind else f", {edition_of(audit).policy.grade(audit.grade).label}"
    return f"{audit.reference}, case {audit.case.number}, auditor {audit.auditor.name}{grade}"


def try_to_plan(
    request: HttpRequest, version: FrameworkVersion, days: DaysForm, form: SampleForm
) -> Panel | None:
    """Plan the panel, or put what stands against it into the form."""
    data = form.cleaned_data
    drawn = data["how"] == DRAW
    plan = service.Plan(
        version=version,
        held_on=data["held_on"],
        chair=form.chosen_chair,
        members=form.chosen_members,
        from_on=days.cleaned_data["from_on"],
        to_on=days.cleaned_data["to_on"],
        number=data["number"] if drawn else None,
        picked=frozenset() if drawn else frozenset(map(int, data["picked"])),
        notes=data["notes"],
    )
    try:
        return service.plan_panel(plan, by=request.user, at=clock.now())
    except Refused as fault:
        refused(form, fault)
    return None


# One panel ----------------------------------------------------------------------------------------


@require_safe
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """One panel: who, which audits, what was found, what others may learn."""
    one = panel_of(request, pk, "open panel")
    items, hidden = items_of(one, request.user, clock.today())
    tree = line(one.council_id, min(one.held_on, clock.today()))
    people = [Sitter(user, posts_in_words(user.pk, tree)) for user in everybody_on(one)]
    context = {
        "panel": one,
        "items": items,
        "hidden": hidden,
        "people": people,
        "policy": edition(one.version).policy,
        "framework": edition(one.version),
        "open": one.state == PanelState.PLANNED,
        "runs": request.user.has_perm("moderation.run_panels"),
        "minutes": has_verdict(one) and not kept_from(one, request.user),
    }
    return render(request, "moderation/panel.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the day and the members, and write down apologies, messages for learning and notes."""
    one = panel_of(request, pk, "open panel")
    check_runs(request)
    if one.state != PanelState.PLANNED:
        raise Refused(service.CLOSED)
    form = change_form(request, one)

    def take() -> str:
        data = form.cleaned_data
        change = service.Change(
            data["held_on"],
            form.chosen_members,
            data["apologies"],
            data["notes"],
            data["messages"],
        )
        service.change_panel(one, change, by=request.user, at=clock.now())
        return (
            "The panel is changed. Whoever is new, and everybody after a new date, has been told."
        )

    return with_form(request, one, form, take, "moderation/change_panel.html")


def change_form(request: HttpRequest, one: Panel) -> ChangeForm:
    """The form of a panel as it stands; those who sit on it can stay even without their post."""
    present = members_of(one.version, clock.today())
    known = {sitter.user.pk for sitter in present}
    extra = [user for user in everybody_on(one)[1:] if user.pk not in known]
    offered = [sitter for sitter in present if sitter.user.pk != one.chair_id]
    offered += [Sitter(user, "on this panel") for user in extra]
    return ChangeForm(
        request.POST or None,
        initial={
            "held_on": one.held_on,
            "members": [str(user.pk) for user in everybody_on(one)[1:]],
            "apologies": one.apologies,
            "messages": one.messages,
            "notes": one.notes,
        },
        members=offered,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def close_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the panel, after saying what becomes of the returns that it did not choose."""
    one = panel_of(request, pk, "open panel")
    check_runs(request)
    if one.state != PanelState.PLANNED:
        raise Refused(service.CLOSED)
    form = Form(request.POST if request.method == "POST" else None)

    def take() -> str:
        service.close_panel(one, by=request.user, at=clock.now())
        return f"Panel {one.number} is closed. Its minutes are final."

    rest = left_to_close(one).count()
    waiting = waiting_for_verdict(one)
    return with_form(
        request, one, form, take, "moderation/close_panel.html", rest=rest, waiting=waiting
    )


def with_form(
    request: HttpRequest, one: Panel, form: Form, take: Any, template: str, **more: Any
) -> HttpResponse:
    """A page of a panel with one form; what is refused is said in it."""
    if request.method == "POST" and form.is_valid():
        try:
            said = take()
        except Refused as fault:
            refused(form, fault)
        else:
            messages.success(request, said)
            return redirect("panel", pk=one.pk)
    context = {"panel": one, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)
