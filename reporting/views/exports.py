"""One figure as a file: its numbers as CSV or a workbook, its chart as SVG, for the months and service in the address."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import clock
from core.replica import from_replica
from core.tabular import CSV_TYPE, XLSX_TYPE, csv_file, xlsx_file
from core.trail import record
from reporting.charts import draw
from reporting.figure import Figure
from reporting.presenting import said
from reporting.selectors.asking import Asked, asked, measures_for
from reporting.selectors.catalogue import MEASURES
from reporting.sheet import cells
from reporting.views.files import attachment

SVG_TYPE = "image/svg+xml; charset=utf-8"
COLUMNS = (
    *("figure", "title", "row", "total row", "column", "kind"),
    *("n", "of", "share", "low", "high", "kept", "text"),
)


def wanted(request: HttpRequest, code: str, kind: str) -> tuple[Asked, Figure]:
    """The figure that is asked for. PermissionDenied for those who read no figures; 404 for one that they may not read."""
    if not request.user.has_perm("reporting.see_figures"):
        raise PermissionDenied
    want = asked(request.user, request.GET, clock.now())
    if want is None or code not in MEASURES or not measures_for(request.user, (code,)):
        raise Http404
    record(
        f"download figure: {code}", "figures", by=request.user, at=clock.now(), detail={"as": kind}
    )
    return want, from_replica(want.figure, code)


def name_of(want: Asked, code: str, kind: str) -> str:
    """What the file is called."""
    return f"{code}-{want.scope.first_on:%Y-%m}-to-{want.scope.last_on:%Y-%m}.{kind}"


@require_safe
def figure_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The numbers of a figure, a line for each cell."""
    want, figure = wanted(request, code, "csv")
    content = csv_file([COLUMNS, *cells(figure)])
    return attachment(content, name_of(want, code, "csv"), CSV_TYPE)


@require_safe
def figure_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """A workbook: the table as it is shown, its numbers, and what is counted."""
    want, figure = wanted(request, code, "xlsx")
    sheets = {
        "Table": table(figure),
        "Numbers": [COLUMNS, *cells(figure)],
        "About": about(want, figure),
    }
    return attachment(xlsx_file(sheets), name_of(want, code, "xlsx"), XLSX_TYPE)


def table(figure: Figure) -> list[list[Any]]:
    """The table as it is shown: each cell in words."""
    lines: list[list[Any]] = [[figure.rows_are, *(one.label for one in figure.columns)]]
    for row in figure.rows:
        words = [said(cell, column) for column, cell in zip(figure.columns, row.cells, strict=True)]
        lines.append([row.label, *(f"{one.main} {one.small}".strip() for one in words)])
    return lines


def about(want: Asked, figure: Figure) -> list[list[Any]]:
    """What the numbers are of."""
    scope = want.scope
    return [
        ["Figure", figure.title],
        ["Council", scope.council.name],
        ["Months", want.months.words],
        ["Of", want.service_words],
        ["As at", f"{timezone.localtime(scope.at):%-d %B %Y, %H:%M}"],
        ["What is counted", figure.about],
        *(["What it says", one] for one in figure.says),
        *(["Note", one] for one in figure.notes),
    ]


@require_safe
def figure_svg(request: HttpRequest, code: str) -> HttpResponse:
    """The chart of a figure as a picture that stays sharp; 404 where it has none."""
    want, figure = wanted(request, code, "svg")
    if figure.chart is None:
        raise Http404
    words = " ".join((figure.about, *figure.says))
    drawn = draw(figure.chart, title=figure.title, description=words, key=code)
    return attachment(str(drawn).encode(), name_of(want, code, "svg"), SVG_TYPE)
