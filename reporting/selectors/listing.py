"""Reports as their pages show them: how far each is, whom it waits for, what can be done now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from core import clock
from people.models import User
from people.selectors import roles_of
from reporting.models import (
    Recommendation,
    Rendition,
    Report,
    ReportVersion,
)
from reporting.selectors.readers import ORDER, readers_of
from reporting.selectors.reports import difference_words, previous, rule_of, state_words
from reporting.states import ReportState
from standards.selectors import edition

COLOURS = {
    ReportState.BUILDING: "light-blue",
    ReportState.DRAFT: "grey",
    ReportState.WITH_MANAGEMENT: "purple",
    ReportState.RESPONSE_APPENDED: "blue",
    ReportState.PUBLISHED: "green",
    ReportState.FAILED: "red",
}


@dataclass(frozen=True)
class Row:
    """One report in the list: its newest version that the reader may open, and whom it waits for."""

    report: Report
    version: ReportVersion
    colour: str
    waits: str


def readable(report: Report, user: User) -> QuerySet[Any]:
    """The versions of a report that somebody may open, the newest first, each with whether it asks for a response."""
    found: QuerySet[Any] = ReportVersion.objects.visible_to(user).filter(report=report).light()
    return (
        found.select_related("version", "built_by", "response")
        .annotate(response_rule=KeyTextTransform("response", "about"))
        .defer("figures", "commentary", "about", "version__source", "version__policy")
        .order_by("-number")
    )


def rows_of(found: Iterable[Report], user: User) -> list[Row]:
    """The rows of the list; one query whatever their number."""
    kept = list(found)
    versions = ReportVersion.objects.visible_to(user).light().filter(report__in=kept)
    newest: dict[int, ReportVersion] = {}
    for version in versions.order_by("number"):
        newest[version.report_id] = version
    return [
        Row(
            one,
            newest[one.pk],
            COLOURS[ReportState(newest[one.pk].state)],
            waits_for(newest[one.pk]),
        )
        for one in kept
        if one.pk in newest
    ]


def waits_for(version: ReportVersion) -> str:
    """Whom a version waits for, and for what; nothing once it is published."""
    if version.fault:
        return "The QA team: try again"
    if version.work:
        return "Being made"
    return {
        ReportState.DRAFT: "The QA team: send to management"
        if version.response_needed
        else "The QA team: publish, or send to management",
        ReportState.WITH_MANAGEMENT: "Management: write the response",
        ReportState.RESPONSE_APPENDED: "The QA team: publish",
    }.get(ReportState(version.state), "")


def audience_of(version: ReportVersion, user: User) -> str:
    """For which audience somebody reads a version: all of it for who oversees the report, else as it was sent.

    What was sent for a post is read as long as the post is held (H-8): whoever has left it reads what all staff may.
    """
    if user.has_perm("reporting.read_every_version", version):
        return "leaders"
    sent = version.readers.filter(user=user).values_list("audience", flat=True).first()
    if sent in (None, "staff") or still_reads(version, user, str(sent)):
        return str(sent or "")
    return "staff" if roles_of(user, clock.today()) else ""


def still_reads(version: ReportVersion, user: User, audience: str) -> bool:
    """Whether the framework's recipients would still lead to the person for this audience or a fuller one."""
    report = version.report
    rule = rule_of(report.code, edition(version.version))
    found = readers_of(rule, version, clock.today())
    mine = next((one.audience for one in found.people if one.user.pk == user.pk), None)
    return mine is not None and ORDER.index(mine) <= ORDER.index(audience)


def files_of(versions: Iterable[ReportVersion], user: User) -> dict[int, list[Rendition]]:
    """The files of each version that somebody may read, by its id; one query."""
    kept = list(versions)
    found: dict[int, list[Rendition]] = {}
    if not kept:
        return found
    every = user.has_perm("reporting.read_every_version", kept[0])
    rows = Rendition.objects.light().filter(version__in=kept)
    if not every:
        rows = rows.filter(stage="final", version__readers__user=user)
    for one in rows.order_by("audience", "-id"):
        audiences = {sent.pk: audience_of(sent, user) for sent in kept} if not every else {}
        if every or audiences[one.version_id] == one.audience:
            found.setdefault(one.version_id, []).append(one)
    return found


def latest(files: Iterable[Rendition]) -> list[Rendition]:
    """The latest file for each audience; they come with the latest first."""
    found: dict[str, Rendition] = {}
    for one in files:
        found.setdefault(one.audience, one)
    return list(found.values())


def standing(report: Report, versions: list[ReportVersion], user: User, on: date) -> dict[str, Any]:
    """Everything that the page of a report says to somebody; `versions` are those they may open, the newest first."""
    newest = versions[0]
    files = files_of(versions, user)
    writes = user.has_perm("reporting.write_report", report)
    every = user.has_perm("reporting.read_every_version", newest)
    state = ReportState(newest.state)
    free = not newest.work and not newest.fault
    response_asked = getattr(newest, "response_rule", "none") != "none"
    answerable = state == ReportState.WITH_MANAGEMENT and free
    earlier = previous(report) if every else None
    recommended = recommendations([report.pk, earlier.pk if earlier else None], on) if every else {}
    return {
        "colour": COLOURS[state],
        "waits": waits_for(newest),
        "versions": [
            (one, COLOURS[ReportState(one.state)], files.get(one.pk, [])) for one in versions
        ],
        "files": latest(files.get(newest.pk, [])),
        "writes": writes,
        "every": every,
        "sends": writes and free and state == ReportState.DRAFT and response_asked,
        "publishes": user.has_perm("reporting.publish_report", newest)
        and free
        and state in {"draft", "with_management", "response_appended"},
        "must_wait": newest.response_needed and newest.responded_at is None,
        "builds": writes and not newest.busy,
        "retries": writes and bool(newest.fault),
        "responds": answerable and user.has_perm("reporting.respond", newest),
        "response": getattr(newest, "response", None),
        "readers": newest.readers.select_related("user") if every else (),
        "recommendations": recommended.get(report.pk, ()),
        "earlier": earlier,
        "earlier_recommendations": recommended.get(earlier.pk, ()) if earlier else (),
        "moves": newest.moves.select_related("by") if every else (),
    }


def recommendations(reports: list[int | None], on: date) -> dict[int, list[dict[str, Any]]]:
    """The recommendations of some reports with how far their actions are; four queries whatever their number."""
    rows = (
        Recommendation.objects.filter(report__in=[pk for pk in reports if pk])
        .select_related("owner", "action")
        .prefetch_related("action__impact", "replies__response")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        said = {
            "row": row,
            "state": state_words(row, on),
            "difference": difference_words(row),
            "replies": list(row.replies.all()),
        }
        found.setdefault(row.report_id, []).append(said)
    return found
