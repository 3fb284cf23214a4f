"""Whether the audited files are like the open caseload: the page, and the same as a table to keep."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.tabular import CSV_TYPE, csv_file
from core.trail import record
from programme.models import ProgrammeYear
from programme.representation import Group, percent
from programme.selectors.representation import CHARACTERISTICS, Representation, representation
from programme.views.board import year_words

PAGE = 25
COLUMNS = (
    "Characteristic",
    "Group",
    "Open files",
    "Open files, %",
    "Audited files",
    "Audited files, %",
    "Difference, percentage points",
    "Standardised difference",
    "In words",
    "Part of the group audited, %",
)


def check(request: HttpRequest) -> None:
    """For the QA team and senior leaders."""
    if not request.user.has_perm("programme.see_representation"):
        raise PermissionDenied


def years_begun(request: HttpRequest) -> list[ProgrammeYear]:
    """The years that run or have run, the newest first."""
    return list(ProgrammeYear.objects.visible_to(request.user).filter(first_on__lte=clock.today()))


def chosen(request: HttpRequest, years: list[ProgrammeYear]) -> ProgrammeYear | None:
    """The year asked for; else the newest that has begun."""
    wanted = request.GET.get("year", "")
    return next((one for one in years if str(one.pk) == wanted), None) or next(iter(years), None)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One table for each characteristic."""
    check(request)
    years = years_begun(request)
    year = chosen(request, years)
    team = request.user.has_perm("programme.run_programme")
    allocated = team and request.GET.get("allocated") == "1"
    context: dict[str, Any] = {
        "years": [(one, year_words(one.first_on)) for one in years],
        "year": year,
        "words": year_words(year.first_on) if year else "",
        "team": team,
        "allocated": allocated,
    }
    if year:
        found = representation(request.user, year, clock.today(), allocated=allocated, named=team)
        workers = Paginator(found.tables["worker"].groups, PAGE)
        context |= {
            "found": found,
            "coverage": percent(found.coverage),
            "flagged": flagged(found),
            "tables": [
                (name, heading, found.tables[name])
                for name, (heading, _) in CHARACTERISTICS.items()
            ],
            "page": workers.get_page(request.GET.get("page")),
        }
    record("look at representation", year or "programme", by=request.user, at=clock.now())
    return render(request, "programme/representation.html", context)


def flagged(found: Representation) -> list[tuple[str, str, Group]]:
    """The groups that stand out: under which characteristic, and with its heading."""
    return [
        (name, CHARACTERISTICS[name][0], group)
        for name, table in found.tables.items()
        for group in table.flagged
    ]


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file, with a number in place of each worker's name."""
    check(request)
    year = chosen(request, years_begun(request))
    if year is None:
        raise Http404
    allocated = request.GET.get("allocated") == "1"
    found = representation(request.user, year, clock.today(), allocated=allocated)
    content = csv_file([COLUMNS, *lines(found)])
    record("download representation", year, by=request.user, at=clock.now())
    name = f"representation-{found.first_on}-to-{found.last_on}.csv"
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=CSV_TYPE, headers=headers)


def lines(found: Representation) -> Iterator[tuple[Any, ...]]:
    """Each group as a line of the file; empty where nothing was audited."""
    for name, table in found.tables.items():
        for group in table.groups:
            share = group.audited_share
            yield (
                CHARACTERISTICS[name][0],
                group.name,
                group.open,
                rounded(100 * group.open_share, 1),
                group.audited,
                rounded(None if share is None else 100 * share, 1),
                rounded(group.points, 1),
                rounded(group.difference, 2),
                group.verdict.capitalize(),
                rounded(100 * group.coverage, 1),
            )


def rounded(value: float | None, places: int) -> Decimal | str:
    """A figure for a spreadsheet; empty where there is none."""
    return "" if value is None else Decimal(f"{round(value, places) + 0.0:.{places}f}")
