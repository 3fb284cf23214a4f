"""The tracker: every action that a person may see, narrowed, sorted, kept as a view, and as a file (C1-11)."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from actions.bands import band
from actions.filters import ALL, ActionFilter
from actions.forms import SaveViewForm
from actions.models import Action, SavedView
from actions.querysets import ActionQuerySet
from actions.selectors import closing_times
from actions.services import keeping
from actions.words import source_words
from core import clock
from core.moves import Refused
from core.tabular import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from core.trail import record

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


def visible(request: HttpRequest) -> ActionQuerySet:
    """Every action that this person may open."""
    found: ActionQuerySet = Action.objects.visible_to(request.user)
    return found


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
    narrowed = ActionFilter(request.GET, queryset=visible(request), user=request.user)
    found = narrowed.qs
    page = Paginator(found.with_people(), PAGE).get_page(request.GET.get("page"))
    record("list actions", "actions", by=request.user, at=clock.now())
    today = clock.today()
    query = query_of(request.GET)
    context = {
        "filter": narrowed,
        "page": page,
        "rows": [(one, band(one.due_on, today) if one.to_do else None) for one in page],
        "times": closing_times(in_any_state(request, narrowed), today),
        "views": views,
        "query": query,
        "current": next((one for one in views if one.query == query), None),
        "today": today,
    }
    return render(request, "actions/tracker.html", context)


def in_any_state(request: HttpRequest, narrowed: ActionFilter) -> ActionQuerySet:
    """The same choice of actions whatever their state or lateness: closed and open ones both tell how long it takes."""
    data = request.GET.copy()
    data["state"] = ALL
    data.pop("band", None)
    found: ActionQuerySet = ActionFilter(
        data, queryset=visible(request), user=request.user, offered=narrowed.offered
    ).qs
    return found


# Files ------------------------------------------------------------------------------------------------


@require_safe
def download(request: HttpRequest, form: str) -> HttpResponse:
    """What the tracker shows, as a CSV or XLSX file."""
    if form not in {"csv", "xlsx"}:
        raise Http404
    found = ActionFilter(request.GET, queryset=visible(request), user=request.user).qs
    count = found.count()
    if count > MOST_ROWS:
        raise Refused(f"A file holds {MOST_ROWS:,} actions at most. Narrow the list first.")
    detail = {"rows": count, "form": form}
    record("download actions", "actions", by=request.user, at=clock.now(), detail=detail)
    lines = [COLUMNS, *lines_of(found.with_people())]
    content = csv_file(lines) if form == "csv" else xlsx_file({"Actions": lines})
    kind = CSV_TYPE if form == "csv" else XLSX_TYPE
    name = f"actions-{clock.today():%Y-%m-%d}.{form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=kind, headers=headers)


def lines_of(found: Iterable[Action]) -> Iterator[tuple[str, ...]]:
    """Each action as a line of texts."""
    today = clock.today()
    for one in found:
        cells: tuple[Any, ...] = (
            one.pk,
            one.case.number if one.case else "",
            source_words(one.source),
            one.source_label,
            one.kind_label,
            one.class_label,
            one.what,
            one.why,
            one.success,
            ", ".join(one.themes),
            one.unit.name if one.unit else "",
            one.worker.name if one.worker else "",
            one.owner.name,
            timezone.localdate(one.recorded_at),
            one.due_on or "",
            one.get_state_display(),
            band(one.due_on, today).label if one.to_do and one.due_on else "",
            one.done_on or "",
            one.closed_on or "",
        )
        yield tuple(str(cell) for cell in cells)


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
