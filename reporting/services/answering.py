"""Management's response to a report: written once, signed with name and post, never changed (G-40, G-47)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from people.models import User
from reporting.models import ManagementResponse, RecommendationReply, ReportVersion
from reporting.selectors import reports
from reporting.services.issuing import check_recommendations, taken
from reporting.states import APPEND

Answer = RecommendationReply.Answer


@dataclass(frozen=True)
class Replied:
    """What is answered to one recommendation."""

    answer: str
    text: str = ""


@transaction.atomic
def respond(
    version: ReportVersion,
    text: str,
    replies: Mapping[int, Replied],
    *,
    by: User,
    at: datetime,
) -> ManagementResponse:
    """Give management's response to the newest version; its pages are appended in the background.

    `replies` are by the recommendations' ids, one for each. Raises PermissionDenied for the QA team and whoever
    built it; Refused at any other stage, for an empty text, and for a recommendation without an answer or a reason.
    """
    row = taken(version, "reporting.respond", by)
    APPEND.check(row.state)
    if ManagementResponse.objects.filter(version=row).exists():
        raise Refused("The response is there already.")
    check_recommendations(row)
    wanted = list(row.report.recommendations.all())
    problems = [] if text.strip() else ["Write the response."]
    for one in wanted:
        said = replies.get(one.pk)
        if said is None or said.answer not in Answer.values:
            problems.append(f"Answer recommendation {one.number}.")
        elif said.answer != Answer.ACCEPT and not said.text.strip():
            problems.append(f"Say why recommendation {one.number} is not accepted in full.")
    if problems:
        raise Refused("The response is not complete.", problems)
    response = ManagementResponse.objects.create(
        version=row,
        author=by,
        author_name=by.name,
        post=reports.post_of(by, timezone.localdate(at))[:250],
        at=at,
        text=text.strip(),
    )
    RecommendationReply.objects.bulk_create(
        RecommendationReply(
            response=response,
            recommendation=one,
            answer=replies[one.pk].answer,
            text=replies[one.pk].text.strip(),
        )
        for one in wanted
    )
    row.work, row.responded_at = ReportVersion.Work.RESPONSE, at
    row.save(update_fields=["work", "responded_at"])
    record("respond to report", row, by=by, at=at)
    return response
