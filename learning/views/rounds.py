"""Blind rounds: draw, code apart from each other, compare, settle."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.moves import Refused
from core.trail import record, record_all
from learning.forms import CodingForm, RoundForm, SettleForm
from learning.kinds import KEYS, KINDS
from learning.models import BlindItem, BlindRound, BlindSheet, Theme
from learning.selectors import queue
from learning.selectors.queue import one_of
from learning.selectors.rounds import coders_of, next_item, progress_of, result_of
from learning.selectors.texts import about, texts_of
from learning.services.blind import (
    codes_of,
    hand_in_sheet,
    open_round,
    settle_item,
    standing_themes,
)
from learning.services.coding import Code
from learning.services.gathering import gather
from learning.services.theming import seed_themes
from learning.views.door import ask, council_of, round_of

PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds there have been, and a new one."""
    ask(request, "learning.open_round")
    council = council_of(request)
    people = coders_of(council, clock.today())
    posted = request.POST if request.method == "POST" else None
    form = RoundForm(posted, people=people, initial={"number": 30})
    if posted is not None and form.is_valid():
        seed_themes(council, at=clock.now())
        gather(council, at=clock.now())
        try:
            made = open_round(**form.cleaned_data, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("blind-round", made.pk)
    found = BlindRound.objects.visible_to(request.user, clock.today())
    page = Paginator(found.select_related("first", "second"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {"form": form, "page": page}
    return render(request, "learning/rounds.html", context, status=422 if form.errors else 200)


@require_safe
def round_(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: how far the two are; once both have finished, how far they agree."""
    one = round_of(request, pk)
    context: dict[str, Any] = {"one": one, "progress": progress_of(one)}
    context["mine"] = request.user.has_perm("learning.code_blind", one)
    if one.shown_at is None and context["mine"]:
        context["next"] = next_item(one, request.user)
    if one.shown_at is not None:
        context["result"] = result_of(one, request.user, clock.today())
        read = [row.item.extract for row in context["result"].items if row.text]
        record_all("read extract", read, by=request.user, at=clock.now())
    record("open blind round", one, by=request.user, at=clock.now())
    return render(request, "learning/round.html", context)


def item_of(request: HttpRequest, pk: int, order: int) -> BlindItem:
    """An item of a round of one's own whose text one may read."""
    one = round_of(request, pk)
    ask(request, "learning.code_blind", one)
    item: BlindItem = get_object_or_404(one.items, order=order)
    extract = one_of(request.user, item.extract_id, clock.today())
    if extract is None:
        raise Http404
    item.extract, item.round = extract, one
    return item


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """One text of a round: coded apart from each other first, settled together once both have finished."""
    one = item_of(request, pk, order)
    if one.round.shown_at is not None:
        return settle(request, one)
    if BlindSheet.objects.filter(item=one, coder=request.user).exists():
        return redirect("blind-round", pk)
    offered = queue.offered_blind(one.round, request.user)
    posted = request.POST if request.method == "POST" else None
    start = {"kind": queue.likely_kind(one.extract)}
    form = CodingForm(posted, offered=[row.theme for row in offered], initial=start)
    if posted is not None and form.is_valid():
        try:
            hand_in_sheet(
                one,
                form.codes,
                by=request.user,
                at=clock.now(),
                new_tag=form.new,
                kind=form.cleaned_data["kind"],
            )
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            following = next_item(one.round, request.user)
            if following is None:
                messages.success(request, "You have coded every text of this round.")
                return redirect("blind-round", pk)
            return redirect("blind-item", pk, following.order)
    record("read extract", one.extract, by=request.user, at=clock.now())
    chosen = set(form["themes"].value() or ())
    context = {
        "item": one,
        "one": one.extract,
        "about": about(one.extract),
        "text": texts_of([one.extract]).get(one.extract_id, ""),
        "form": form,
        "offered": [(row, str(row.theme.pk) in chosen) for row in offered],
        "kinds": [(value, label, KEYS[value]) for value, label in KINDS.items()],
        "kind": form["kind"].value(),
        "of": one.round.items.count(),
    }
    return render(request, "learning/blind_item.html", context, status=422 if form.errors else 200)


def settle(request: HttpRequest, one: BlindItem) -> HttpResponse:
    """Where the two differed: what stands."""
    if one.settled_at is not None:
        return redirect("blind-round", one.round_id)
    stands = standing_themes(one.round.council_id)
    themes = Theme.objects.filter(council=one.round.council_id).in_bulk()
    given: dict[Code, list[str]] = {}
    for sheet in one.sheets.select_related("coder").order_by("pk"):
        for code in sorted(codes_of(sheet, stands)):
            given.setdefault(code, []).append(sheet.coder.name)
    choices = [
        (code, f"{themes[code.theme].label}: {KINDS[code.kind]} ({' and '.join(names)})")
        for code, names in given.items()
    ]
    both = [f"{code.theme}-{code.kind}" for code, names in given.items() if len(names) > 1]
    offered = [row.theme for row in queue.offered(one.round.council)]
    posted = request.POST if request.method == "POST" else None
    start = {"codes": both, "kind": queue.likely_kind(one.extract)}
    form = SettleForm(posted, given=choices, offered=offered, initial=start)
    if posted is not None and form.is_valid():
        try:
            settle_item(one, form.chosen, by=request.user, at=clock.now())
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            following = one.round.items.filter(settled_at=None).first()
            if following is None:
                messages.success(request, "Everything in this round is settled.")
                return redirect("blind-round", one.round_id)
            return redirect("blind-item", one.round_id, following.order)
    record("read extract", one.extract, by=request.user, at=clock.now())
    context = {
        "item": one,
        "one": one.extract,
        "about": about(one.extract),
        "text": texts_of([one.extract]).get(one.extract_id, ""),
        "form": form,
    }
    return render(request, "learning/settle.html", context, status=422 if form.errors else 200)
