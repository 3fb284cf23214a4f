"""Who did, opened, downloaded or was refused what: the trail of the council for the head of QA (H-7)."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.tabular import CSV_TYPE, csv_lines
from core.trail import record
from people.models import User
from people.sensitive import asks_again
from people.trail_search import Found, TrailForm, Wish, all_rows, in_rows, page_of, search
from people.watching import noticed

LOOKED_FOR = "trail-looked-for"
COLUMNS = (
    *("Line", "Day", "Time", "Who", "Posts that day", "What was done", "To what", "Which"),
    "Internet address",
)


def check(request: HttpRequest) -> None:
    """Refuse who may not read the trail."""
    if not request.user.has_perm("core.see_trail"):
        raise PermissionDenied


def looked_for(request: HttpRequest) -> tuple[TrailForm, Wish]:
    """What was looked for last in this session, as a form and as what it means."""
    kept = request.session.get(LOOKED_FOR)
    form = TrailForm(kept) if isinstance(kept, dict) else TrailForm()
    return form, Wish(**form.cleaned_data) if form.is_bound and form.is_valid() else Wish()


@require_http_methods(["GET", "HEAD", "POST"])
def trail(request: HttpRequest) -> HttpResponse:
    """The lines that match, newest first. What is looked for is posted, so that no name stands in an address."""
    check(request)
    if request.method == "POST":
        form = TrailForm(request.POST)
        if "clear" in request.POST:
            request.session.pop(LOOKED_FOR, None)
            return redirect("trail")
        if form.is_valid():
            kept = {name: request.POST.get(name, "")[:120] for name in form.fields}
            request.session[LOOKED_FOR] = kept
            return redirect("trail")
        return render(request, "people/trail.html", {"form": form}, status=422)
    form, wish = looked_for(request)
    return shown(request, form, wish)


def shown(request: HttpRequest, form: TrailForm, wish: Wish) -> HttpResponse:
    """One page of the lines that match."""
    found = search(request.user, wish)
    before = number(request.GET.get("before"))
    lines, more = page_of(found.lines, before)
    leave_line(request, "look at trail", found, wish)
    context = {
        "form": form,
        "wish": wish,
        "rows": in_rows(lines, request.user),
        "unknown": unknown(found),
        "older": lines[-1].pk if more else None,
        "later": bool(before),
        "noticed": noticed(request.user, clock.now()) if wish.empty and not before else [],
    }
    return render(request, "people/trail.html", context)


def unknown(found: Found) -> str:
    """What was typed and means nothing."""
    if found.people == []:
        return "Nobody of that name is in the council’s staff list."
    return "There is no case or audit with that number." if found.cases == [] else ""


def number(typed: str | None) -> int | None:
    """An id from an address; nothing for anything else."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def leave_line(request: HttpRequest, verb: str, found: Found, wish: Wish) -> None:
    """Looking at the trail is in the trail, with what was looked for as numbers."""
    record(verb, "trail", by=request.user, at=clock.now(), detail=found.detail(wish))


@require_safe
@asks_again
def trail_file(request: HttpRequest) -> StreamingHttpResponse:
    """Every line that matches, as a table for a spreadsheet."""
    check(request)
    _, wish = looked_for(request)
    found = search(request.user, wish)
    leave_line(request, "download trail", found, wish)
    response = StreamingHttpResponse(csv_lines(written(found, request.user)), content_type=CSV_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="trail.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def written(found: Found, reader: User) -> Iterator[tuple[Any, ...]]:
    """The lines of the file, the first of which names its columns."""
    yield COLUMNS
    for row in all_rows(found.lines, reader):
        at = timezone.localtime(row.at)
        yield (
            *(row.pk, f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}", row.who, row.posts, row.done, row.thing),
            *(row.reference, row.source),
        )
