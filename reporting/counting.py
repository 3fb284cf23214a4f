"""What waits for somebody about reports: counted beside the menu, and what failed on the page of jobs."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from core import clock
from core.counts import COUNTS, Count
from core.prepared import COUNCIL
from core.troubles import TROUBLES
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds
from reporting.models import ReportVersion
from reporting.querysets import oversees


def standing() -> QuerySet[ReportVersion]:
    """The newest versions of the reports of a council."""
    newer = ReportVersion.objects.filter(report=OuterRef("report"), number__gt=OuterRef("number"))
    return ReportVersion.objects.filter(council=COUNCIL).exclude(Exists(newer))


def kind(user: User) -> str | None:
    """Whether a person sends and publishes reports, or answers them."""
    on = clock.today()
    if holds(user, *QA_TEAM, on=on):
        return "team"
    return "management" if oversees(user, on) else None


def reports_waiting(kind: str) -> QuerySet[ReportVersion]:
    """The reports that wait for somebody: to be sent, published or tried again; or to be answered."""
    if kind == "team":
        wanted = Q(state__in=["draft", "response_appended"], work="") | ~Q(fault="")
        return standing().filter(wanted)
    return standing().filter(state="with_management", work="", fault="")


def failed_reports(user: User) -> Iterator[tuple[str, str]]:
    """The reports of the person's council that could not be made."""
    found = ReportVersion.objects.failed().filter(council=user.council_id).light()
    for version in found.select_related("report").order_by("-pk")[:20]:
        words = f"{version.report}, version {version.number}: {version.fault}"
        yield words, reverse("report", args=[version.report_id])


COUNTS["reports"] = Count(kind, reports_waiting)
TROUBLES.append(failed_reports)
