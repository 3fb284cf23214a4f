"""The tracker: every action that a person may see, narrowed, sorted, kept as a view, and as a file (C1-11)."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from actions.bands import band
from actions.closing_time import Times
from actions.filters import ActionFilter
from actions.forms import SaveViewForm
from actions.models import Action, SavedView
from actions.points import kept_ids
from actions.querysets import ActionQuerySet, sees_all
from actions.rows import LABELS, rows_of
from actions.selectors import by_class, closing_times, sums_for
from actions.services import keeping
from actions.states import TO_DO
from actions.words import source_words
from core import clock
from core.addresses import by_number
from core.moves import Refused
from core.paging import rows_of_page
from core.tabular import CSV_TYPE, XLSX_TYPE, csv_lines, xlsx_file
from core.trail import record
from people.roles import QA_TEAM
from people.selectors import holds
from standards.templatetags.working_days import calendar_for

PAGE = 50
MOST_ROWS = 20_000
COLUMNS = (
    "Action",
    "Case number",
    "Source",
    "From",
    "Kind",
    "Class",
    "What",
    "For the child",
    "How it will be known",
    "Themes",
    "Team or service",
    "Worker",
    "Owner",
    "Recorded",
    "Due",
    "State",
    "How late",
    "Done",
    "Signed off",
)
# What the columns are made of.
IN_FILE = (
    *("pk", "case__number", "source", "source_label", "kind_label", "class_label", "what", "why"),
    *("success", "themes", "unit__name", "worker__name", "owner__name", "recorded_at", "due_on"),
    *("state", "done_on", "closed_on"),
)
LINES_SENT = 500


def query_of(data: QueryDict) -> str:
    """What the list is narrowed to, as an address keeps it, without the page."""
    kept = data.copy()
    for name in ("page", "csrfmiddlewaretoken"):
        kept.pop(name, None)
    for name in [name for name, value in kept.items() if not value]:
        kept.pop(name)
    return str(kept.urlencode())


@require_safe
def tracker(request: HttpRequest) -> HttpResponse:
    """The actions that this person may open: what is not finished, or as they have narrowed it."""
    views = list(SavedView.objects.visible_to(request.user))
    default = next((one for one in views if one.is_default), None)
    if default and default.query and not request.GET:
        return redirect(f"{reverse('actions')}?{default.query}")
    narrowed = asked_for(request, today := clock.today())
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    record("list actions", "actions", by=request.user, at=clock.now())
    query = query_of(request.GET)
    context = {
        "filter": narrowed,
        "page": page,
        "rows": rows_of(
            rows_of_page(page.object_list),
            by_number("action-page"),
            today,
            lambda: calendar_for(request),
        ),
        "reassigns": request.user.has_perm("actions.reassign_any"),
        "times": times_of(narrowed, today),
        "views": views,
        "query": query,
        "current": next((one for one in views if one.query == query), None),
        "today": today,
    }
    return render(request, "actions/tracker.html", context)


def asked_for(request: HttpRequest, on: date) -> ActionFilter:
    """What the list is narrowed to; what is kept from the person is read once for all that the page asks."""
    user = request.user
    kept = kept_ids(user)
    whole = sees_all(user, on, kept)
    council = Action.objects.filter(council=user.council_id)
    found = council if whole else Action.objects.visible_to(user, on, kept=kept)
    sums = sums_for(user, kept, on) if holds(user, *QA_TEAM, on=on) else None
    return ActionFilter(request.GET, queryset=found, user=user, whole=whole, sums=sums)


def times_of(narrowed: ActionFilter, on: date) -> list[tuple[str, Times]]:
    """How long the chosen actions take, whatever their state; from the sums where these are all that may be seen."""
    if narrowed.sums is None or narrowed.chosen:
        return closing_times(narrowed.in_any_state, on)
    return by_class(narrowed.sums.lengths)


# Files ------------------------------------------------------------------------------------------------


@require_safe
def download(request: HttpRequest, form: str) -> HttpResponseBase:
    """What the tracker shows, as a CSV or XLSX file; its lines are read from the database as they are written."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    found = asked_for(request, clock.today()).qs
    count = found.count()
    if count > MOST_ROWS:
        raise Refused(f"A file holds {MOST_ROWS:,} actions at most. Narrow the list first.")
    detail = {"rows": count, "form": form}
    record("download actions", "actions", by=request.user, at=clock.now(), detail=detail)
    lines = chain([COLUMNS], lines_of(found, clock.today()))
    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(pieces(csv_lines(lines)), content_type=CSV_TYPE)
    else:
        response = HttpResponse(xlsx_file({"Actions": lines}), content_type=XLSX_TYPE)
    name = f"actions-{clock.today():%Y-%m-%d}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def pieces(lines: Iterable[str]) -> Iterator[str]:
    """The lines in pieces that are worth sending; no more than one piece is held at a time."""
    waiting = iter(lines)
    while piece := "".join(islice(waiting, LINES_SENT)):
        yield piece


def lines_of(found: ActionQuerySet, today: date) -> Iterator[tuple[str, ...]]:
    """Each action as a line of texts, by a cursor of the database's: as much is in memory for many as for few."""
    for values in found.values_list(*IN_FILE).iterator(chunk_size=LINES_SENT):
        one = dict(zip(IN_FILE, values, strict=True))
        due, state = one["due_on"], one["state"]
        cells: tuple[Any, ...] = (
            one["pk"],
            one["case__number"],
            source_words(one["source"]),
            one["source_label"],
            one["kind_label"],
            one["class_label"],
            one["what"],
            one["why"],
            one["success"],
            ", ".join(one["themes"]),
            one["unit__name"],
            one["worker__name"],
            one["owner__name"],
            timezone.localdate(one["recorded_at"]),
            due,
            LABELS[state],
            band(due, today).label if state in TO_DO and due else "",
            one["done_on"],
            one["closed_on"],
        )
        yield tuple("" if cell is None else str(cell) for cell in cells)


# Views ------------------------------------------------------------------------------------------------


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep what the list is narrowed to under a name."""
    form = SaveViewForm(request.POST)
    if not form.is_valid():
        raise Refused("Give the view a name of up to 60 letters.")
    data = form.cleaned_data
    query = query_of(QueryDict(data["query"]))
    keeping.save_view(data["name"], query, default=data["default"], by=request.user, at=clock.now())
    messages.success(request, "The view is kept.")
    return redirect(f"{reverse('actions')}?{query}" if query else reverse("actions"))


@require_POST
def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    keeping.remove_view(view, by=request.user, at=clock.now())
    messages.success(request, "The view is removed.")
    return redirect("actions")
