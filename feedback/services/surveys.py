"""Planning, opening and closing surveys, and giving out their links."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max

from core.moves import Move, Refused
from core.trail import record
from feedback.models import Survey, SurveyMove, TakenPart
from feedback.selectors.instruments import asks_of, for_staff, instrument_of
from feedback.services.mixing import mix
from feedback.states import CALL_OFF, CLOSE_SURVEY, OPEN_SURVEY, SurveyState
from feedback.tickets import new_ticket
from feedback.totals import kept, totals_of
from people.models import Council, User
from standards.instruments import Instrument
from standards.models import FrameworkVersion
from standards.selectors import edition, in_force

# More links than this at once are no survey of ours.
MOST_LINKS = 2000
LONGEST = timedelta(days=731)


@dataclass(frozen=True)
class Planned:
    """What a survey is to be: its title, its first and its last day (both included)."""

    title: str
    opens_on: date
    closes_on: date


@transaction.atomic
def plan_survey(
    council: Council, code: str, planned: Planned, *, by: User | None, at: datetime
) -> Survey:
    """Plan a survey with an instrument of the framework in force on its first day.

    Raises PermissionDenied if `by` does not run it, and Refused where there is nothing to ask or the days are wrong.
    """
    version = in_force(council, planned.opens_on)
    instrument = _instrument(version, code)
    if version is None or instrument is None or not instrument.fields:
        raise Refused("The framework in force on that day has no questions for this survey.")
    if planned.closes_on < planned.opens_on:
        raise Refused("The last day is before the first.")
    if planned.closes_on > planned.opens_on + LONGEST:
        raise Refused("A survey is open for two years at most.")
    Council.objects.select_for_update().get(pk=council.pk)
    before = Survey.objects.filter(council=council, instrument=code)
    like = before.filter(title=planned.title, opens_on=planned.opens_on)
    if like.filter(state__in=[SurveyState.PLANNED, SurveyState.OPEN]).exists():
        raise Refused("There is a survey with this title and this first day already.")
    survey = Survey(
        council=council,
        version=version,
        instrument=code,
        number=(before.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=planned.title,
        opens_on=planned.opens_on,
        closes_on=planned.closes_on,
        asked_by=list(instrument.asked_by),
        sees_totals=list(instrument.sees_totals),
    )
    if by is not None and not by.has_perm("feedback.run_survey", survey):
        raise PermissionDenied
    survey.save()
    _moved(survey, "plan", by=by, at=at)
    return survey


def _instrument(version: FrameworkVersion | None, code: str) -> Instrument | None:
    found = edition(version).instruments if version else ()
    return next((one for one in found if one.code == code), None)


def open_survey(survey: Survey, *, by: User | None, at: datetime) -> Survey:
    """Open a planned survey: it takes answers from its first day on."""
    return _move(survey, OPEN_SURVEY, by=by, at=at)


def call_off(survey: Survey, *, by: User, at: datetime) -> Survey:
    """Call a survey off that nobody has been asked to answer."""
    return _move(survey, CALL_OFF, by=by, at=at)


@transaction.atomic
def close_survey(survey: Survey, *, by: User | None, at: datetime) -> Survey:
    """Close a survey: its answers are mixed, and what may be shown of them is worked out once and kept.

    Who has been given a link, the links used, and drafts that were not handed in are deleted.
    """
    survey = _locked(survey, by)
    CLOSE_SURVEY.check(survey.state)
    survey.handed_out += survey.taken.count()
    survey.result = result_of(survey)
    survey.state = CLOSE_SURVEY.target
    survey.save(update_fields=["state", "handed_out", "result"])
    survey.tickets.all().delete()
    survey.taken.all().delete()
    # From now on no single day stands beside the day on which somebody has read a message about the survey.
    survey.answers.update(received_on=survey.closes_on)
    mix(survey.pk)
    _moved(survey, CLOSE_SURVEY.verb, by=by, at=at)
    return survey


def result_of(survey: Survey) -> dict[str, Any]:
    """What may be shown of a survey's answers, and how many declined where that is no small number."""
    instrument = instrument_of(survey)
    totals = totals_of(instrument, survey.answers.values_list("answers", flat=True))
    declined = survey.tickets.filter(declined=True).count()
    enough = declined >= instrument.smallest_group
    return {**kept(totals), "declined": declined if enough else None}


@transaction.atomic
def _move(survey: Survey, move: Move, *, by: User | None, at: datetime) -> Survey:
    survey = _locked(survey, by)
    move.check(survey.state)
    survey.state = move.target
    survey.save(update_fields=["state"])
    _moved(survey, move.verb, by=by, at=at)
    return survey


def _locked(survey: Survey, by: User | None) -> Survey:
    """The survey, locked. Raises PermissionDenied for somebody who does not run it."""
    found: Survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if by is not None and not by.has_perm("feedback.run_survey", found):
        raise PermissionDenied
    return found


def _moved(survey: Survey, verb: str, *, by: User | None, at: datetime) -> None:
    SurveyMove.objects.create(survey=survey, verb=verb, state=survey.state, by=by, at=at)
    record(
        f"{verb} survey",
        survey,
        by=by,
        cause="" if by else "its day",
        at=at,
        council_id=survey.council_id,
    )


@transaction.atomic
def give_out(survey: Survey, number: int, *, by: User, at: datetime) -> list[str]:
    """Make tickets to print or to pass on; nothing is kept of them but how many there are.

    Raises PermissionDenied if `by` does not run the survey, Refused for too many.
    """
    survey = _locked(survey, by)
    if not 1 <= number <= MOST_LINKS:
        raise Refused(f"Enter a number from 1 to {MOST_LINKS:,}.")
    Survey.objects.filter(pk=survey.pk).update(handed_out=F("handed_out") + number)
    record("give out links", survey, by=by, at=at, detail={"number": number})
    return [new_ticket(survey.pk, survey.series) for _ in range(number)]


@transaction.atomic
def take_links_back(survey: Survey, *, by: User, at: datetime) -> Survey:
    """Take back every link given out so far that nobody has used, as single ones stand nowhere; drafts stay unsent.

    The links that staff got for themselves stay. Raises PermissionDenied if `by` does not run the survey, Refused when it
    is over.
    """
    survey = _locked(survey, by)
    if survey.state not in {SurveyState.PLANNED, SurveyState.OPEN}:
        raise Refused("This survey is over. Its links lead nowhere.")
    survey.series += 1
    survey.save(update_fields=["series"])
    record("take links back", survey, by=by, at=at)
    return survey


@transaction.atomic
def take_part(survey: Survey, *, by: User, on: date) -> str:
    """A member of staff's one ticket. That they have it is kept, and no moment; which one it is, is kept nowhere.

    Raises PermissionDenied for somebody whom it does not ask, Refused when it is not open or they have had theirs.
    """
    locked = Survey.objects.select_for_update(of=("self",), no_key=True).open_on(on)
    found = locked.select_related("version").filter(pk=survey.pk).first()
    if found is None:
        raise Refused("This survey is not open.")
    survey = found
    instrument = instrument_of(survey)
    if not (for_staff(instrument) and asks_of(instrument, survey, by, on)):
        raise PermissionDenied
    _, new = TakenPart.objects.get_or_create(survey=survey, user=by)
    if not new:
        raise Refused("You have been given your link. Each person answers once.")
    return new_ticket(survey.pk)
