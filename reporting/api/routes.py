"""The addresses of the API. Every one asks for a scope; nothing is written."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import NinjaAPI, Query

from core import clock
from people.models import Council
from reporting.api import rows, shapes
from reporting.api.door import Bearer, reads
from reporting.api.faults import Problem, listen
from reporting.figure import dump
from reporting.models import ApiToken, ReportVersion
from reporting.selectors.catalogue import MEASURES, Measure
from reporting.selectors.scope import Scope
from standards.deadlines import end_of_month, months_after
from standards.selectors import edition, in_force

DESCRIPTION = (
    "What a council’s own tools may read: figures as the dashboards show them, audits and actions as rows without names, "
    "and published reports with their figures as they were printed. Every request carries a token as “Authorization: "
    "Bearer …”; a token belongs to one council and reads nothing of another."
)
# Rights that every reader of the whole council’s figures has; a figure that asks for another one is not sent.
USUAL = frozenset({"", "reporting.see_grades", "learning.see_themes"})
MONTHS, LIMIT, MOST = 36, 100, 500
S = ApiToken.Scope

api = NinjaAPI(
    title="Quality assurance: read API",
    version="1",
    description=DESCRIPTION,
    auth=Bearer(),
    docs_url=None,
    urls_namespace="api-v1",
    openapi_extra={"info": {"contact": {"name": "The quality assurance team of your council"}}},
)
listen(api)
WRONG = {code: shapes.Wrong for code in (401, 403, 404, 422, 429)}
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
From = Annotated[
    date | None, Query(alias="from", ge=FIRST, le=LAST, description="a day of the first month")
]
Until = Annotated[
    date | None, Query(alias="to", ge=FIRST, le=LAST, description="a day of the last month")
]
After = Annotated[int | None, Query(ge=0, description="what “next” of the page before says")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many rows at most")]
Service = Annotated[str, Query(max_length=40, description="the code of a team or service")]


def months(first: date | None, last: date | None) -> tuple[date, date]:
    """The first and the last day of what is asked for: whole months, this one where nothing is said."""
    end = end_of_month(last or clock.today())
    begin = (first or months_after(end.replace(day=1), -11)).replace(day=1)
    if begin > end:
        raise Problem(422, "“from” lies after “to”.")
    if months_after(begin, MONTHS) <= end:
        raise Problem(422, f"Ask for {MONTHS} months or fewer.")
    return begin, end


def unit_of(council: Council, code: str) -> Any:
    """The unit with this code; nothing where none is asked for."""
    if not code:
        return None
    found = rows.Units(council.pk).named(code)
    if found is None:
        raise Problem(422, "Your council has no team or service with this code.")
    return found


def sent(measure: Measure) -> bool:
    """Whether a figure is sent at all."""
    return measure.permission in USUAL


@api.get(
    "/figures/",
    response={200: list[shapes.Listed], **WRONG},
    tags=["Figures"],
    url_name="api-figures",
)
def figures(request: HttpRequest) -> list[dict[str, str]]:
    """Every figure that can be read."""
    reads(request, S.FIGURES)
    return [
        {"code": one.code, "title": one.title, "section": one.section}
        for one in MEASURES.values()
        if sent(one)
    ]


@api.get(
    "/figures/{code}",
    response={200: shapes.FigureOut, **WRONG},
    tags=["Figures"],
    url_name="api-figure",
)
def figure(
    request: HttpRequest, code: str, first: From = None, last: Until = None, service: Service = ""
) -> dict[str, Any]:
    """One figure for some months (the last twelve where none are given), of the whole council or one service."""
    token = reads(request, S.FIGURES)
    if code not in MEASURES or not sent(MEASURES[code]):
        raise Problem(404, "There is no figure with this code.")
    begin, end = months(first, last)
    version = in_force(token.council, min(end, clock.today())) or in_force(
        token.council, clock.today()
    )
    if version is None:
        raise Problem(404, "Your council has no framework in force.")
    unit, found = unit_of(token.council, service), edition(version)
    scope = Scope(
        council=token.council,
        first_on=begin,
        last_on=end,
        at=clock.now(),
        edition=found,
        service=unit,
        minimum=found.policy.figures.minimum,
        smallest=found.policy.figures.smallest,
    )
    values = dump(MEASURES[code].build(scope))
    return {
        **{name: values[name] for name in ("code", "title", "about", "says", "notes", "signal")},
        "period": {"first_on": begin, "last_on": end},
        "service": unit.code if unit else None,
        "as_at": scope.at,
        "framework": f"{found.framework_name}, edition {found.number}",
        "columns": values["columns"],
        "rows": [without_links(row) for row in values["rows"]],
    }


def without_links(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose cells do not say where their list is: a tool cannot open it."""
    cells = [{key: value for key, value in cell.items() if key != "to"} for cell in row["cells"]]
    return {**row, "cells": cells}


def listed(
    council: Council,
    found: QuerySet[Any],
    service: str,
    after: int | None,
    limit: int,
    row: Callable[[Any, rows.Units, date], dict[str, Any]],
) -> dict[str, Any]:
    """One page of rows, of the whole council or of one service, each as the API tells it."""
    if service:
        found = rows.within(found, unit_of(council, service))
    page, following = rows.page_of(found, after, limit)
    units, today = rows.Units(council.pk), clock.today()
    return {"items": [row(one, units, today) for one in page], "next": following}


@api.get(
    "/audits/", response={200: shapes.AuditPage, **WRONG}, tags=["Rows"], url_name="api-audits"
)
def audits(
    request: HttpRequest,
    first: From = None,
    last: Until = None,
    service: Service = "",
    after: After = None,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Audits that count for some months, in the order in which they were given out."""
    token = reads(request, S.AUDITS)
    begin, end = months(first, last)
    found = rows.audits_of(token.council_id).filter(month__range=(begin, end))
    return listed(token.council, found, service, after, limit, rows.audit_row)


@api.get(
    "/actions/", response={200: shapes.ActionPage, **WRONG}, tags=["Rows"], url_name="api-actions"
)
def actions(
    request: HttpRequest,
    first: From = None,
    last: Until = None,
    service: Service = "",
    after: After = None,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Actions that were opened in some months, in the order in which they were recorded."""
    token = reads(request, S.ACTIONS)
    begin, end = months(first, last)
    found = rows.actions_of(token.council_id).filter(opened_on__range=(begin, end))
    return listed(token.council, found, service, after, limit, rows.action_row)


@api.get(
    "/reports/",
    response={200: list[shapes.ReportRow], **WRONG},
    tags=["Reports"],
    url_name="api-reports",
)
def reports(request: HttpRequest) -> list[dict[str, Any]]:
    """Every published report, the latest first."""
    token = reads(request, S.REPORTS)
    return [report_row(one) for one in published(token).light()]


@api.get(
    "/reports/{number}",
    response={200: shapes.ReportOut, **WRONG},
    tags=["Reports"],
    url_name="api-report",
)
def report(request: HttpRequest, number: int) -> dict[str, Any]:
    """One published report with its figures as they were printed."""
    token = reads(request, S.REPORTS)
    found = published(token).filter(pk=number).first()
    if found is None:
        raise Problem(404, "Your council has published no such report.")
    shown = {
        code: {**values, "rows": [without_links(row) for row in values["rows"]]}
        for code, values in found.figures.items()
        if code in MEASURES and sent(MEASURES[code])
    }
    return {**report_row(found), "figures": shown}


def published(token: ApiToken) -> Any:
    """The published versions of a council's reports, the latest first."""
    found = ReportVersion.objects.filter(council=token.council_id, state="published")
    return found.select_related("report").order_by("-report__last_on", "-number", "-pk")


def report_row(version: ReportVersion) -> dict[str, Any]:
    """One published report as it is sent."""
    report = version.report
    return {
        "id": version.pk,
        "code": report.code,
        "title": report.title,
        "period": report.period,
        "first_on": report.first_on,
        "last_on": report.last_on,
        "version": version.number,
        "issued_at": version.issued_at,
    }
