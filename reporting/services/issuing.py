"""Issuing a version: to management, and when it is final to its readers; recommendations become actions."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from people.models import User
from reporting.models import Distribution, Report, ReportMove, ReportVersion
from reporting.selectors import reports
from reporting.selectors.readers import Readers, readers_of, those_who_answer
from reporting.services.recommending import raise_actions
from reporting.services.steps import move
from reporting.states import PUBLISH, SEND
from standards.selectors import edition

NEWER = "There is a newer version. Only the newest one goes on."
CHANGED = (
    "The recommendations have been changed since this version was made. "
    "Make the PDF anew with the same figures first."
)
NO_RESPONSE = "This report is published with management’s written response, which is not there yet."


def taken(version: ReportVersion, permission: str, by: User) -> ReportVersion:
    """The newest version as it stands, kept from others. Refused while something is made for it or has failed."""
    Report.objects.select_for_update(of=("self",)).get(pk=version.report_id)
    row = (
        ReportVersion.objects.select_for_update(of=("self",))
        .select_related("report__council", "version")
        .get(pk=version.pk)
    )
    if not by.has_perm(permission, row):
        raise PermissionDenied
    newest = reports.newest(row.report)
    if newest is None or newest.pk != row.pk:
        raise Refused(NEWER)
    if row.fault:
        raise Refused("Something of this version has failed. Try that again first.")
    if row.work:
        raise Refused("Something is being made for this version. Wait until it is done.")
    return row


@transaction.atomic
def send_to_management(version: ReportVersion, *, by: User, at: datetime) -> ReportVersion:
    """Put a draft before management, and tell those who can answer it.

    Refused where the framework asks for no response, or the recommendations are no longer those in the file.
    """
    row = taken(version, "reporting.write_report", by)
    if row.about["response"] == "none":
        raise Refused("The framework asks for no response to this report.")
    check_recommendations(row)
    move(row, SEND, by=by, at=at)
    row.save(update_fields=["state"])
    record("send report to management", row, by=by, at=at)
    words = Message(
        kind="report.response",
        subject=f"{row.report} waits for management’s response",
        text=f"The draft of the report “{row.report}” is there to read. Please write the response of the service.",
        path=reverse("report", args=[row.report_id]),
    )
    tell(those_who_answer(row, timezone.localdate(at)), words, key=f"report-{row.pk}-answer", at=at)
    return row


def check_recommendations(version: ReportVersion) -> None:
    """Refuse where the recommendations of the report are no longer those that the version holds."""
    printed = [
        (one["number"], one["text"], one["why"], one["due_on"]) for one in recommended(version)
    ]
    rows = version.report.recommendations.all()
    now = [(one.number, one.text, one.why, one.due_on.isoformat()) for one in rows]
    if printed != now:
        raise Refused(CHANGED)


def recommended(version: ReportVersion) -> list[dict[str, str]]:
    """The recommendations that a version holds."""
    found: list[dict[str, str]] = version.about.get("recommendations", [])
    return found


@transaction.atomic
def publish(version: ReportVersion, *, by: User, at: datetime) -> ReportVersion:
    """Issue the newest version: its recommendations become actions, and its final pages are made and sent.

    Raises PermissionDenied for others than the QA team and for whoever had it built. Refused without the response where
    that is compulsory, and for a recommendation that cannot become an action.
    """
    row = taken(version, "reporting.publish_report", by)
    PUBLISH.check(row.state)
    if row.response_needed and row.responded_at is None:
        raise Refused(NO_RESPONSE)
    check_recommendations(row)
    on = timezone.localdate(at)
    row.work = ReportVersion.Work.ISSUE
    row.issue_asked_by = by
    row.issue_words = f"Issued on {on:%-d %B %Y}: {reports.post_of(by, on)}"
    row.save(update_fields=["work", "issue_asked_by", "issue_words"])
    raise_actions(row, by=by, at=at)
    record("publish report", row, by=by, at=at)
    return row


def publish_now(version: ReportVersion, *, at: datetime) -> None:
    """The final pages are there: the version is published, and each reader is told once. The caller holds the row."""
    by = version.issue_asked_by
    PUBLISH.check(version.state)
    version.state, version.issued_by, version.issued_at = PUBLISH.target, by, at
    ReportMove.objects.create(version=version, verb=PUBLISH.verb, state=version.state, by=by, at=at)
    rule = reports.rule_of(version.report.code, edition(version.version))
    found = readers_of(rule, version, timezone.localdate(at))
    version.by_hand = list(found.by_hand)
    version.save()
    distribute(version, found, at=at)


def distribute(version: ReportVersion, found: Readers, *, at: datetime) -> int:
    """Send a published version to its readers, each once; returns to how many it was new."""
    before = version.readers.count()
    Distribution.objects.bulk_create(
        [
            Distribution(
                version=version,
                audience=one.audience,
                user=one.user,
                roles=", ".join(one.roles)[:300],
                sent_at=at,
            )
            for one in found.people
        ],
        ignore_conflicts=True,
    )
    words = Message(
        kind="report.published",
        subject=f"{version.report} is published",
        text=f"The report “{version.report}” is published. Open it here.",
        path=reverse("report", args=[version.report_id]),
    )
    people: Iterable[tuple[User, str]] = [
        (one.user, role) for one in found.people for role in one.roles
    ]
    tell(people, words, key=f"report-{version.pk}-published", at=at)
    return version.readers.count() - before


@transaction.atomic
def note_opened(version: ReportVersion, *, by: User, at: datetime) -> None:
    """Somebody has opened a version that was sent to them; the first time counts."""
    unopened = version.readers.filter(user=by, opened_at=None)
    if unopened.exists():
        unopened.update(opened_at=at)
