"""Coding: the queue, one extract after the other, and what of it may be printed."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.trail import record
from learning.filters import QueueFilter
from learning.forms import CodingForm, QuotationForm
from learning.kinds import KEYS, KINDS
from learning.models import Extract, Training
from learning.querysets import ExtractQuerySet
from learning.selectors import queue
from learning.selectors.texts import about, place_of, texts_of, with_sources
from learning.services.coding import Code, code_extract, quote
from learning.services.gathering import gather_when_due
from learning.services.theming import seed_themes
from learning.views.door import ask, council_of, extract_of

PAGE = 25
# What an address of the queue may say; anything else in it is left out.
NAMES = ("state", "source", "month", "service", "kind")


def narrowed(request: HttpRequest) -> tuple[QueueFilter, ExtractQuerySet, str]:
    """The filter, the extracts asked for, and what the address says of it."""
    seen = queue.seen_by(request.user, clock.today())
    asked = {name: request.GET[name] for name in NAMES if request.GET.get(name)}
    months, units = queue.months_of(seen), queue.units_of(council_of(request))
    found = QueueFilter(asked, queryset=seen, months=months, units=units)
    rows = found.qs if found.form.is_valid() else seen.waiting()
    return found, rows, urlencode(asked)


@require_safe
def coding(request: HttpRequest) -> HttpResponse:
    """What waits to be coded; what is new is looked up when the page is opened."""
    ask(request, "learning.code")
    council = council_of(request)
    seed_themes(council, at=clock.now())
    gather_when_due(council, at=clock.now())
    found, rows, query = narrowed(request)
    page = Paginator(with_sources(rows.order_by("-month", "pk")), PAGE).get_page(
        request.GET.get("page")
    )
    record("list extracts", "extracts", by=request.user, at=clock.now())
    context = {
        "filter": found,
        "page": page,
        "rows": queue.rows_of(page),
        "query": query,
        "first": page[0] if page and page.number == 1 else rows.order_by("-month", "pk").first(),
        "training": Training.objects.filter(council=council).first(),
    }
    return render(request, "learning/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """One extract: read it, give it themes, go to the next."""
    one = extract_of(request, pk)
    _, rows, query = narrowed(request)
    kept = [
        (Code(row.theme_id, row.kind), f"{row.theme.label}: {KINDS[row.kind]}")
        for row in one.codings.select_related("theme")
    ]
    offered = queue.offered(council_of(request), one)
    start = {
        "kind": queue.likely_kind(one),
        "keep": [f"{code.theme}-{code.kind}" for code, _ in kept],
        "read": one.revision,
    }
    form = CodingForm(
        request.POST if request.method == "POST" else None,
        offered=[row.theme for row in offered],
        kept=kept,
        initial=start,
    )
    if request.method == "POST" and form.is_valid():
        following = queue.next_of(rows, one)
        try:
            code_extract(
                one,
                form.codes,
                by=request.user,
                at=clock.now(),
                read=form.cleaned_data["read"],
                new_tag=form.new,
                kind=form.cleaned_data["kind"],
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return onward(request, following, query)
    return coding_page(request, one, form, offered, rows, query)


def onward(request: HttpRequest, following: Extract | None, query: str) -> HttpResponse:
    """To the next one, or to the queue after the last one."""
    if following is None:
        messages.success(request, "That was the last one: everything here is coded.")
        return redirect("coding")
    return redirect(with_query("coding-extract", following.pk, query))


def with_query(name: str, pk: int, query: str) -> str:
    """The address of an extract's page within a narrowed queue."""
    address = reverse(name, args=[pk])
    return f"{address}?{query}" if query else address


def coding_page(
    request: HttpRequest,
    one: Extract,
    form: CodingForm,
    offered: list[queue.Offered],
    rows: "QuerySet[Extract]",
    query: str,
) -> HttpResponse:
    """The page of one extract."""
    record("read extract", one, by=request.user, at=clock.now())
    following, earlier = queue.next_of(rows, one), queue.before(rows, one)
    chosen = set(form["themes"].value() or ())
    context: dict[str, Any] = {
        "one": one,
        "about": about(one),
        "text": texts_of([one]).get(one.pk, ""),
        "place": place_of(one, request.user, clock.today()),
        "form": form,
        "offered": [(row, str(row.theme.pk) in chosen) for row in offered],
        "suggested": sum(row.suggested for row in offered),
        "kinds": [(value, label, KEYS[value]) for value, label in KINDS.items()],
        "kind": form["kind"].value(),
        "waiting": rows.count(),
        "query": query,
        "next": with_query("coding-extract", following.pk, query) if following else "",
        "before": with_query("coding-extract", earlier.pk, query) if earlier else "",
        "in_round": getattr(one, "in_round", False),
    }
    return render(request, "learning/code.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def quotation(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what may be printed of an extract."""
    one = extract_of(request, pk)
    form = QuotationForm(
        request.POST if request.method == "POST" else None, initial={"quotation": one.quotation}
    )
    if request.method == "POST" and form.is_valid():
        quote(one, form.cleaned_data["quotation"], by=request.user, at=clock.now())
        messages.success(
            request,
            "The quotation is kept."
            if form.cleaned_data["quotation"]
            else "Nothing of it is printed.",
        )
        return redirect("coding-extract", one.pk)
    record("read extract", one, by=request.user, at=clock.now())
    context = {
        "one": one,
        "about": about(one),
        "text": texts_of([one]).get(one.pk, ""),
        "form": form,
    }
    return render(request, "learning/quotation.html", context, status=422 if form.errors else 200)
