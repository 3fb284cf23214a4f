"""Themes: over time, one by one with what stands behind them, and the list itself."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.tabular import CSV_TYPE, csv_file
from core.trail import record, record_all
from learning.forms import MergeForm, ServiceChoice, ThemeForm
from learning.kinds import KINDS
from learning.models import Extract, Theme
from learning.selectors import queue
from learning.selectors.texts import with_sources
from learning.selectors.themes import COLUMNS, Over, themes_over
from learning.services.theming import (
    keep_theme,
    merge_theme,
    rename_theme,
    retire_theme,
    seed_themes,
)
from learning.states import ThemeState
from learning.views.door import ask, council_of, theme_of

PAGE = 20


def over_of(request: HttpRequest) -> tuple[ServiceChoice, Over, Any]:
    """The themes of the last quarters, for the service asked for."""
    council = council_of(request)
    form = ServiceChoice(request.GET or None, units=queue.units_of(council))
    service = form.cleaned_data["service"] if form.is_valid() else None
    path = service.path if service else ""
    return form, themes_over(council.pk, clock.today(), path), service


@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """Each theme by quarter, with what comes back and what was taught."""
    ask(request, "learning.see_themes")
    seed_themes(council_of(request), at=clock.now())
    form, over, service = over_of(request)
    record("open themes", "themes", by=request.user, at=clock.now())
    context = {
        "form": form,
        "over": over,
        "service": service,
        "heads": [(quarter, *of) for quarter, of in zip(over.quarters, over.of, strict=True)],
        "flagged": [one for one in over.lines if one.flag],
        "columns": [KINDS[one] for one in COLUMNS],
    }
    return render(request, "learning/themes.html", context)


@require_safe
def themes_file(request: HttpRequest) -> HttpResponse:
    """The themes by quarter as a CSV file."""
    ask(request, "learning.see_themes")
    _, over, _ = over_of(request)
    record("download themes", "themes", by=request.user, at=clock.now())
    heads = ["Theme", "State"]
    for quarter in over.quarters:
        heads += [f"{KINDS[kind]}, {quarter.words}" for kind in COLUMNS]
    heads += ["Feedback, impact and panels", "Flag", "Learning activities"]
    lines = [
        (
            one.theme.label,
            one.theme.get_state_display(),
            *(number for cells in one.quarters for number in cells),
            one.others,
            one.words,
            "; ".join(f"{title} ({day:%-d %B %Y})" for title, day in one.activities),
        )
        for one in over.lines
    ]
    coded = ["Audits coded, of audits returned", ""]
    for done, of in over.of:
        coded += [f"{done} of {of}", "", ""]
    response = HttpResponse(csv_file([heads, *lines, coded]), content_type=CSV_TYPE)
    name = f"themes-{clock.today():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def theme(request: HttpRequest, pk: int) -> HttpResponse:
    """One theme: by quarter, what was taught; for the QA team the texts behind it (G-45)."""
    one = theme_of(request, pk)
    over = themes_over(one.council_id, clock.today())
    line = next((row for row in over.lines if row.theme.pk == one.pk), None)
    activities = one.activities.visible_to(request.user, clock.today()).order_by("-held_on")
    context: dict[str, Any] = {
        "one": one,
        "heads": [(quarter, *of) for quarter, of in zip(over.quarters, over.of, strict=True)],
        "cells": list(zip(over.quarters, over.of, line.quarters, strict=True)) if line else [],
        "line": line,
        "columns": [KINDS[kind] for kind in COLUMNS],
        "activities": activities,
    }
    if request.user.has_perm("learning.code"):
        context |= behind(request, one, clock.today())
    if not context.get("rows"):
        record("open theme", one, by=request.user, at=clock.now())
    return render(request, "learning/theme.html", context)


def behind(request: HttpRequest, one: Theme, on: date) -> dict[str, Any]:
    """The texts that bear a theme, as this member of the QA team may read them, the newest first."""
    kind = request.GET.get("kind", "")
    given = {"codings__theme": one} | ({"codings__kind": kind} if kind in KINDS else {})
    found = Extract.objects.visible_to(request.user, on).filter(**given).distinct()
    page = Paginator(with_sources(found.order_by("-month", "pk")), PAGE).get_page(
        request.GET.get("page")
    )
    record_all("read extract", page, by=request.user, at=clock.now())
    return {
        "page": page,
        "rows": queue.rows_of(page, texts=True),
        "kinds": KINDS.items(),
        "kind": kind,
    }


@require_safe
def theme_list(request: HttpRequest) -> HttpResponse:
    """The controlled list, new tags first."""
    ask(request, "learning.code")
    seed_themes(council_of(request), at=clock.now())
    rows = Theme.objects.visible_to(request.user, clock.today()).select_related("added_by", "into")
    found = list(rows)
    order = [ThemeState.NEW, ThemeState.USED, ThemeState.RETIRED, ThemeState.MERGED]
    found.sort(key=lambda one: (order.index(one.state), one.label))
    return render(request, "learning/theme_list.html", {"themes": found})


@require_http_methods(["GET", "HEAD", "POST"])
def change_theme(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep, rename, merge or retire a theme."""
    one = theme_of(request, pk)
    ask(request, "learning.manage_theme", one)
    others = Theme.objects.visible_to(request.user, clock.today()).in_use().exclude(pk=one.pk)
    verb = request.POST.get("verb", "")
    posted = request.POST if request.method == "POST" else None
    name = ThemeForm(posted if verb == "rename" else None, initial={"label": one.label})
    merge = MergeForm(posted if verb == "merge" else None, others=others)
    shown = {"rename": name, "merge": merge}.get(verb)
    if posted is not None and (shown is None or shown.is_valid()):
        try:
            said = take_step(request, one, verb, name, merge)
        except Refused as fault:
            shown = shown or name
            if not shown.is_bound:
                shown = name = ThemeForm({"label": one.label}, initial={"label": one.label})
            shown.add_error(None, str(fault))
        else:
            messages.success(request, said)
            return redirect("theme-list")
    wrong = bool(name.errors or merge.errors)
    context = {"one": one, "name": name, "merge": merge, "form": merge if merge.errors else name}
    return render(request, "learning/change_theme.html", context, status=422 if wrong else 200)


def take_step(
    request: HttpRequest, one: Theme, verb: str, name: ThemeForm, merge: MergeForm
) -> str:
    """Take the step that was chosen; what is said of it."""
    said = {"by": request.user, "at": clock.now()}
    match verb:
        case "rename":
            rename_theme(one, name.cleaned_data["label"], **said)
            return "The theme has its new name."
        case "merge":
            into = merge.cleaned_data["into"]
            merge_theme(one, into, **said)
            return f"“{one.label}” is now part of “{into.label}”."
        case "retire":
            retire_theme(one, **said)
            return f"“{one.label}” is no longer offered. What is coded with it stays."
        case "keep":
            keep_theme(one, **said)
            return f"“{one.label}” is on the list."
    raise Refused("Choose what is done with the theme.")
