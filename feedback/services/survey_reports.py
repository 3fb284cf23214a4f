"""The report of a closed survey: what was said, what comes of it, and with whom it is shared (D-BX22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.moves import Refused
from core.trail import record
from feedback.models import Survey, SurveyReport
from feedback.selectors.instruments import for_staff, instrument_of
from feedback.states import SurveyState
from people.models import User


@dataclass(frozen=True)
class Written:
    """What the report says."""

    heard: str
    next_steps: str = ""
    themes: Sequence[str] = ()


@transaction.atomic
def write_report(survey: Survey, written: Written, *, by: User, at: datetime) -> SurveyReport:
    """Write the report of a closed survey, or write it anew before it is shared.

    Raises PermissionDenied for whoever does not run the survey; Refused before it is closed, once the report is
    shared, and without a word.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if not by.has_perm("feedback.run_survey", survey):
        raise PermissionDenied
    if survey.state != SurveyState.CLOSED:
        raise Refused("The report is written once the survey is closed.")
    if not written.heard.strip():
        raise Refused("Say what the survey has shown.")
    report = SurveyReport.objects.filter(survey=survey).first() or SurveyReport(survey=survey)
    if report.shared_at:
        raise Refused("The report is shared already.")
    report.heard, report.next_steps = written.heard.strip(), written.next_steps.strip()
    report.themes = list(written.themes)
    report.with_staff = for_staff(instrument_of(survey))
    report.written_by, report.written_at = by, at
    report.save()
    record("write report", survey, by=by, at=at)
    return report


@transaction.atomic
def share_report(survey: Survey, *, by: User, at: datetime) -> SurveyReport:
    """Share it with those who read the survey's totals, and that of a staff survey with all staff; it stays as it is then.

    Raises PermissionDenied, and Refused where nothing is written or it is shared already.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if not by.has_perm("feedback.run_survey", survey):
        raise PermissionDenied
    report = SurveyReport.objects.filter(survey=survey).first()
    if report is None:
        raise Refused("Write the report first.")
    if report.shared_at:
        raise Refused("The report is shared already.")
    report.shared_by, report.shared_at = by, at
    report.save(update_fields=["shared_by", "shared_at"])
    record("share report", survey, by=by, at=at)
    return report
