"""What waits for somebody about reports: counted beside the menu, and what failed on the page of jobs."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from core import clock
from core.counts import COUNTS
from core.troubles import TROUBLES
from people.models import User
from people.roles import QA_TEAM
from people.selectors import holds
from reporting.models import ReportVersion
from reporting.querysets import oversees


def standing(user: User) -> QuerySet[ReportVersion]:
    """The newest versions of the reports of the person's council."""
    newer = ReportVersion.objects.filter(report=OuterRef("report"), number__gt=OuterRef("number"))
    return ReportVersion.objects.filter(council=user.council_id).exclude(Exists(newer))


def reports_waiting(user: User) -> int:
    """How many reports wait for this person: to be sent, published or tried again; or to be answered."""
    on = clock.today()
    if holds(user, *QA_TEAM, on=on):
        wanted = Q(state__in=["draft", "response_appended"], work="") | ~Q(fault="")
        return standing(user).filter(wanted).count()
    if oversees(user, on):
        return standing(user).filter(state="with_management", work="", fault="").count()
    return 0


def failed_reports(user: User) -> Iterator[tuple[str, str]]:
    """The reports of the person's council that could not be made."""
    found = ReportVersion.objects.failed().filter(council=user.council_id).light()
    for version in found.select_related("report").order_by("-pk")[:20]:
        words = f"{version.report}, version {version.number}: {version.fault}"
        yield words, reverse("report", args=[version.report_id])


COUNTS["reports"] = reports_waiting
TROUBLES.append(failed_reports)
