"""How far grades can be trusted: the figures, each auditor's for the QA head alone, and one's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.tabular import CSV_TYPE, csv_file
from core.trail import record
from moderation.agreement import (
    AGREEMENT_MINIMUM,
    SHARE_MINIMUM,
    Estimate,
    FoundAgreement,
)
from moderation.coverage import MINIMUM as DELAY_MINIMUM
from moderation.frame import MISSING, Row
from moderation.leniency import AUDITORS, MINIMUM, RATE, Alike, Auditor
from moderation.periods import Period, chosen, periods
from moderation.selectors import trust as select
from moderation.trust import (
    Figure,
    Trust,
    decimal,
    grades_apart,
    line,
    reach,
    rule_in_words,
    trust,
    verdict,
)
from people.models import OrgUnit

COLUMNS = (
    "Edition",
    "Returns",
    "Service",
    "Compared",
    "Figure",
    "Unit",
    "Value",
    "95% interval from",
    "95% interval to",
    "Moderated audits",
    "Without correction",
    "Without correction, from",
    "Without correction, to",
    "In words",
)
LIMITS = {
    "share_minimum": SHARE_MINIMUM,
    "agreement_minimum": AGREEMENT_MINIMUM,
    "delay_minimum": DELAY_MINIMUM,
    "missing": round(100 * MISSING),
    "minimum": MINIMUM,
    "auditors": AUDITORS,
    "rate": round(100 * RATE),
}


def check(request: HttpRequest) -> None:
    """For the head of quality assurance alone."""
    if not request.user.has_perm("moderation.see_trust"):
        raise PermissionDenied


@dataclass(frozen=True)
class Asked:
    """What a page is narrowed to, and what it could be narrowed to."""

    editions: list[select.Choice]
    one: select.Choice
    periods: tuple[Period, ...]
    period: Period
    services: list[OrgUnit]
    service: OrgUnit | None

    @property
    def service_words(self) -> str:
        """The service's name, or the whole council."""
        return self.service.name if self.service else "Whole council"

    def rows(self) -> list[Row]:
        """The returned audits."""
        policy = self.one.edition.policy
        return select.read(self.one.version, policy, self.period, self.services, self.service)


def asked(
    request: HttpRequest, editions: list[select.Choice], *, whole: bool = False
) -> Asked | None:
    """What is asked for in the address; the newest edition, twelve months and the whole council otherwise.

    `whole`: the council is never narrowed to a service, since the service is part of the case mix.
    """
    if not editions:
        return None
    wanted = request.GET.get("edition", "")
    one = next((each for each in editions if str(each.version.pk) == wanted), editions[0])
    found = periods(one.first_on, clock.today(), one.edition.year_start)
    services = select.services(request.user.council_id)
    service = request.GET.get("service", "")
    return Asked(
        editions,
        one,
        found,
        chosen(found, request.GET.get("period", "")),
        services,
        next((each for each in services if str(each.pk) == service and not whole), None),
    )


# The figures --------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The figures of one edition, period and service."""
    check(request)
    want = asked(request, select.choices(request.user.council_id))
    context: dict[str, Any] = {"want": want, **LIMITS}
    if want:
        policy = want.one.edition.policy
        context |= {
            "policy": policy,
            "found": trust(want.rows(), policy.grades, clock.today()),
            "rule": rule_in_words(policy.moderation, policy.grades),
        }
    record(
        "look at trust in grades",
        want.one.version if want else "moderation",
        by=request.user,
        at=clock.now(),
    )
    return render(request, "moderation/trust.html", context)


@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The table of figures as a CSV file."""
    check(request)
    want = asked(request, select.choices(request.user.council_id))
    if want is None:
        raise Http404
    found = trust(want.rows(), want.one.edition.policy.grades, clock.today())
    content = csv_file([COLUMNS, *lines(want, found)])
    record("download trust in grades", want.one.version, by=request.user, at=clock.now())
    name = f"trust-in-grades-edition-{want.one.edition.number}-{want.period.code}.csv"
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=CSV_TYPE, headers=headers)


def lines(want: Asked, found: Trust) -> Iterator[tuple[Any, ...]]:
    """Each figure as a line of the file; empty where nothing can be told."""
    about = (want.one.name, want.period.words, want.service_words)
    for one in found.figures:
        told = isinstance(one.found, Estimate)
        yield (
            *about,
            one.about,
            one.label,
            "from −1 to 1" if one.shown is decimal else "of 100 audits",
            *three(one, one.found),
            one.n,
            *three(one, one.plain if told else None),
            "" if told else one.value,
        )


def three(one: Figure, found: FoundAgreement | None) -> tuple[Decimal | str, ...]:
    """Figure and limits for a spreadsheet; empty where there is none."""
    if not isinstance(found, Estimate):
        return "", "", ""
    times, places = (1, 3) if one.shown is decimal else (100, 1)
    low, value, high = (
        Decimal(f"{round(times * each, places) + 0.0:.{places}f}")
        for each in (found.low, found.value, found.high)
    )
    return value, low, high


# Each auditor -------------------------------------------------------------------------------------


@require_safe
def auditors(request: HttpRequest) -> HttpResponse:
    """How each auditor grades against all, by the alphabet; who has too few is named without a figure."""
    check(request)
    want = asked(request, select.choices(request.user.council_id), whole=True)
    context: dict[str, Any] = {"want": want, **LIMITS}
    if want:
        found, people = select.people(want.rows(), request.user.council_id)
        told = [one.found for one in people if one.found]
        far = reach(told)
        context |= {
            "alike": isinstance(found, Alike),
            "average": grades_apart(found.average) if told else "",
            "far": grades_apart(far),
            "people": [
                (one, shown(one.found), one.found and line(one.found, far)) for one in people
            ],
            "told": bool(told),
        }
    record(
        "look at auditors’ leniency",
        want.one.version if want else "moderation",
        by=request.user,
        at=clock.now(),
    )
    return render(request, "moderation/trust_auditors.html", context)


def shown(one: Auditor | None) -> dict[str, Any] | None:
    """An estimate in words."""
    if one is None:
        return None
    return {
        "value": grades_apart(one.value),
        "low": grades_apart(one.low),
        "high": grades_apart(one.high),
        "n": one.n,
        "flagged": one.flagged,
        "verdict": verdict(one),
    }


@require_safe
def my_grading(request: HttpRequest) -> HttpResponse:
    """What a person may know of their own grading, and of nobody else's."""
    mine = select.audited_under(request.user)
    editions = [one for one in select.choices(request.user.council_id) if one.version.pk in mine]
    want = asked(request, editions, whole=True)
    context: dict[str, Any] = {"want": want, **LIMITS}
    if want:
        found = select.own(want.rows(), request.user)
        context |= {
            "alike": isinstance(found, Alike),
            "own": shown(found if isinstance(found, Auditor) else None),
        }
    record("look at own grading", "moderation", by=request.user, at=clock.now())
    return render(request, "moderation/my_grading.html", context)
