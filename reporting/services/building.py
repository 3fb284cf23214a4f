"""Building a version of a report: asked for as a row with a lease, made in the background from one moment's figures."""

import hashlib
import logging
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from core.moves import Refused
from core.trail import record
from people.models import User
from reporting import progress
from reporting.builders.quality_report import Answer, Reply, paper
from reporting.figure import dump
from reporting.models import Rendition, Report, ReportMove, ReportVersion
from reporting.pages import render_paper
from reporting.pdf import NoPdf
from reporting.selectors import reports
from reporting.selectors.moment import one_moment
from reporting.services.issuing import publish_now
from reporting.services.steps import move
from reporting.states import APPEND, FAIL, FINISH, RETRY, ReportState
from standards.selectors import edition

LEASE = timedelta(minutes=10)
TRIES = 3
Work = ReportVersion.Work
Stage = Rendition.Stage
STAGES = {
    Work.FIGURES: Stage.DRAFT,
    Work.PAGES: Stage.DRAFT,
    Work.RESPONSE: Stage.ANSWERED,
    Work.ISSUE: Stage.FINAL,
}
log = logging.getLogger(__name__)


@transaction.atomic
def ask_for_version(
    report: Report,
    *,
    at: datetime,
    by: User | None = None,
    cause: str = "",
    same_figures: bool = False,
) -> ReportVersion:
    """Ask for a new version: with the figures of that moment, or with those of the newest version and today's words.

    One that is being built already is given back. Raises PermissionDenied for whoever may not write the report,
    Refused where its framework does not ask for it any more, or there are no figures to take.
    """
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("council").get(pk=report.pk)
    )
    if by is not None and not by.has_perm("reporting.write_report", report):
        raise PermissionDenied
    building = report.versions.light().filter(state=ReportState.BUILDING).first()
    if building is not None:
        return building
    newest = reports.newest(report)
    if newest is not None and newest.busy:
        raise Refused("Something is being made for the newest version. Wait until it is done.")
    framework = reports.framework_of(report)
    rule = reports.rule_of(report.code, edition(framework))
    source = report.versions.light().exclude(frozen_at=None).first() if same_figures else None
    if same_figures and source is None:
        raise Refused("There are no figures yet that could be taken.")
    version = ReportVersion.objects.create(
        report=report,
        council_id=report.council_id,
        number=newest.number + 1 if newest else 1,
        version=source.version if source else framework,
        work=Work.PAGES if source else Work.FIGURES,
        asked_at=at,
        built_by=by,
        cause=cause,
        same_figures_as=source,
        response_needed=rule.response == "compulsory",
    )
    ReportMove.objects.create(
        version=version, verb="build", state=ReportState.BUILDING, by=by, at=at
    )
    record("build report", version, by=by, cause=cause, at=at, detail={"number": version.number})
    return version


@transaction.atomic
def take_up(version_id: int, *, at: datetime) -> ReportVersion | None:
    """Take what has to be made for a version for a limited time; None when there is nothing to do."""
    found = ReportVersion.objects.due(at).filter(pk=version_id)
    version = found.select_for_update(skip_locked=True, of=("self",)).first()
    if version is None:
        return None
    version.tries += 1
    version.lease_until = at + LEASE
    version.save(update_fields=["tries", "lease_until"])
    if version.tries > TRIES:
        give_up(version, "It was tried three times and did not finish.", at=at)
        return None
    return version


def make_version(version_id: int, *, at: datetime) -> bool:
    """Make what waits for a version; returns whether it was made now. Doing it again changes nothing."""
    version = take_up(version_id, at=at)
    if version is None:
        return False
    try:
        if version.frozen_at is None:
            freeze(version, at=at)
        files = render(version)
    except (NoPdf, Refused, reports.Unbuilt) as fault:
        log.warning("report version %s: %s", version_id, type(fault).__name__)
        return failed(version, str(fault), at=at)
    except Exception:
        log.exception("report version %s could not be made", version_id)
        return failed(version, "Something went wrong while it was made.", at=at)
    return keep(version, files, at=at)


def freeze(version: ReportVersion, *, at: datetime) -> None:
    """Read everything the version is made from at one moment, and keep it for good."""
    report = Report.objects.select_related("council").get(pk=version.report_id)
    rule = reports.rule_of(report.code, edition(version.version))
    with one_moment():
        if version.same_figures_as_id:
            taken = ReportVersion.objects.get(pk=version.same_figures_as_id)
            figures, about, cut_at = taken.figures, taken.about, taken.cut_at
        else:
            scope = reports.scope_of(report, version.version, at)
            about, cut_at = reports.about(report, rule, scope), at
            codes = [code for found in about["codes"].values() for code in found]
            read = reports.read_all(codes, scope, lambda *said: progress.note(version.pk, *said))
            figures = {code: dump(figure) for code, figure in read.items()}
        commentary = dict(report.commentaries.exclude(text="").values_list("place", "text"))
        on = timezone.localdate(at)
        about = {**about, "recommendations": reports.recommended(report, on)}
    version.figures, version.commentary, version.about = figures, commentary, about
    version.cut_at, version.frozen_at = cut_at, at
    version.save(update_fields=["figures", "commentary", "about", "cut_at", "frozen_at"])


def render(version: ReportVersion) -> list[tuple[str, bytes, int]]:
    """The pages for each audience, from what is frozen alone: the same every time.

    The response stands in the leaders' file only, so that it alone is made anew with it.
    """
    stage = STAGES[Work(version.work)]
    answer = answer_of(version) if stage != Stage.DRAFT else None
    found = []
    audiences = ["leaders"] if stage == Stage.ANSWERED else version.about["audiences"]
    for number, audience in enumerate(audiences):
        progress.note(version.pk, "The pages are made", number, len(audiences))
        content, pages = render_paper(paper(version, audience, stage, answer))
        found.append((audience, content, pages))
    return found


def answer_of(version: ReportVersion) -> Answer | None:
    """Management's response as it is printed; None where there is none."""
    response = getattr(version, "response", None)
    if response is None:
        return None
    replies = response.replies.select_related("recommendation")
    return Answer(
        response.author_name,
        response.post,
        timezone.localtime(response.at).date(),
        response.text,
        tuple(
            Reply(one.recommendation.number, str(one.get_answer_display()), one.text)
            for one in replies
        ),
    )


@transaction.atomic
def keep(version: ReportVersion, files: list[tuple[str, bytes, int]], *, at: datetime) -> bool:
    """Keep the files and take the version on; nothing where somebody else has done so meanwhile."""
    row = locked(version)
    if row is None:
        return False
    work = Work(row.work)
    Rendition.objects.bulk_create(
        Rendition(
            version=row,
            audience=audience,
            stage=STAGES[work],
            content=content,
            checksum=hashlib.sha256(content).hexdigest(),
            pages=pages,
            made_at=at,
        )
        for audience, content, pages in files
    )
    row.work, row.fault, row.lease_until, row.tries = "", "", None, 0
    if work == Work.ISSUE:
        publish_now(row, at=at)
    else:
        move(row, APPEND if work == Work.RESPONSE else FINISH, at=at)
        row.save()
    progress.forget(row.pk)
    return True


def locked(version: ReportVersion) -> ReportVersion | None:
    """The version as it stands, kept from others, while this taking up is still the latest."""
    row = ReportVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    return row if (row.tries, row.work, row.fault) == (version.tries, version.work, "") else None


@transaction.atomic
def failed(version: ReportVersion, words: str, *, at: datetime) -> bool:
    """Note that something could not be made, and why; always False."""
    row = locked(version)
    if row is not None:
        give_up(row, words, at=at)
    return False


def give_up(version: ReportVersion, words: str, *, at: datetime) -> None:
    """A version that is built fails; one that is further keeps its state, and says what could not be made."""
    version.fault, version.lease_until = words[:300], None
    if version.state == ReportState.BUILDING:
        move(version, FAIL, at=at)
    version.save(update_fields=["fault", "lease_until", "state"])
    record("report failed", version, cause="building", at=at, detail={"work": version.work})
    progress.forget(version.pk)


@transaction.atomic
def try_again(version: ReportVersion, *, by: User, at: datetime) -> ReportVersion:
    """Let what failed be tried again. Refused where nothing has, or a newer version has taken its place."""
    row = ReportVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not by.has_perm("reporting.write_report", row):
        raise PermissionDenied
    if not row.fault:
        raise Refused("Nothing of this version has failed.")
    newest = reports.newest(row.report)
    if newest is None or newest.pk != row.pk:
        raise Refused("There is a newer version.")
    row.fault, row.tries, row.lease_until = "", 0, None
    if row.state == ReportState.FAILED:
        move(row, RETRY, by=by, at=at)
    row.save(update_fields=["fault", "tries", "lease_until", "state"])
    record("retry report", row, by=by, at=at)
    return row
