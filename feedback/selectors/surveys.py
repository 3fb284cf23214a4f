"""Surveys for their pages: rows of the list, what one page says, results of closed ones, and what asks me."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q

from core.prepared import COUNCIL, DAY, USER, Prepared
from feedback.models import AnonymousAnswer, Invitation, Survey, TakenPart
from feedback.querysets import SurveyQuerySet
from feedback.selectors.instruments import (
    asks,
    asks_of,
    for_staff,
    instrument_of,
    instruments_in_force,
)
from feedback.states import SurveyState
from feedback.totals import Course, Round, Totals, courses, read
from people.models import Council, PostHolding, User
from people.selectors import roles_of
from standards.deadlines import shifted
from standards.instruments import Instrument
from standards.selectors import calendar_of, edition, edition_known

# As many rounds as a table shows beside each other.
MOST_ROUNDS = 6
# So long after its day somebody new is asked; whoever joined before the council began to ask is not.
LATE = timedelta(days=30)
# From this number on it is not a few people.
FEW = 5


def listed(user: User) -> SurveyQuerySet:
    """The surveys that a person may open, with their editions but without the long texts of these."""
    found: SurveyQuerySet = Survey.objects.visible_to(user).select_related("version__framework")
    return found.defer("version__source", "version__policy")


@dataclass(frozen=True)
class Row:
    """A survey in a list, with its instrument's title."""

    survey: Survey
    instrument: Instrument


def rows_of(surveys: Iterable[Survey]) -> list[Row]:
    """The surveys of one page of the list."""
    return [Row(one, instrument_of(one)) for one in surveys]


def instruments_to_plan(council: Council, on: date) -> tuple[Instrument, ...]:
    """What a survey can be planned with: anonymous instruments of the framework in force that have questions."""
    return tuple(one for one in instruments_in_force(council, on) if one.anonymous and one.fields)


def last_day(instrument: Instrument, opens_on: date, council_id: int) -> date | None:
    """The last day of a survey of the usual length; none where the framework names no length."""
    if instrument.runs_for is None:
        return None
    end = shifted(opens_on, instrument.runs_for, calendar=calendar_of(council_id))
    return max(opens_on, end - timedelta(days=1))


# One survey ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    """What came of asking (D-G4). A number that is too small to be shown is None.

    While a survey is open only how many links were given out is known: whoever could watch the others grow would
    see who has just answered.
    """

    handed_out: int
    answered: int | None = None
    declined: int | None = None

    @property
    def silent(self) -> int | None:
        """Links from which nothing came back; None where that is a small number, too little is known, or more came by paper
        and telephone."""
        if self.answered is None or self.declined is None:
            return None
        rest = self.handed_out - self.answered - self.declined
        return rest if rest >= FEW or rest == 0 else None


def response_of(survey: Survey) -> Response:
    """How many links were given out to others; once closed, also those of staff, and how many answered or chose not to."""
    if survey.result is None:
        return Response(survey.handed_out)
    return Response(survey.handed_out, survey.result["answered"], survey.result["declined"])


def outlived(survey: Survey, instrument: Instrument, on: date) -> bool:
    """Whether the time for which its single answers are kept is over."""
    return instrument.keeps is not None and shifted(survey.closes_on, instrument.keeps) < on


@dataclass(frozen=True)
class Results:
    """What came of a closed survey, and how it went over the earlier ones that the reader may open too."""

    totals: Totals
    rounds: tuple[Round, ...]
    courses: tuple[Course, ...]


def results_of(survey: Survey, reader: User) -> Results:
    """The results of a closed survey, beside those of the closed ones before it. Raises ValueError for one that is not."""
    if survey.state != SurveyState.CLOSED:
        raise ValueError("a survey has results once it is closed")
    earlier = listed(reader).filter(
        instrument=survey.instrument, state=SurveyState.CLOSED, number__lte=survey.number
    )
    surveys = list(earlier.order_by("-number")[:MOST_ROUNDS])[::-1]
    answers: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in surveys}
    rows = AnonymousAnswer.objects.filter(survey__in=answers)
    for pk, given in rows.values_list("survey_id", "answers"):
        answers[pk].append(given)
    rounds = tuple(round_of(one, answers[one.pk]) for one in surveys)
    return Results(rounds[-1].totals, rounds, courses(rounds))


def round_of(survey: Survey, answers: list[dict[str, Any]]) -> Round:
    """One closed survey with its totals."""
    instrument = instrument_of(survey)
    return Round(
        title=survey.title,
        closed_on=survey.closes_on,
        edition=str(edition(survey.version).number),
        instrument=instrument,
        totals=read(instrument, survey.result or {}, answers),
    )


# What asks staff ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """A staff survey that asks somebody; `taken`: they have been given their link."""

    survey: Survey
    instrument: Instrument
    taken: bool


def offers_to(user: User, on: date) -> list[Offer]:
    """The open staff surveys that ask a person."""
    found = (
        Survey.objects.filter(council=user.council_id)
        .open_on(on)
        .select_related("version")
        .defer("version__source", "version__policy")
    )
    taken = set(TakenPart.objects.filter(user=user).values_list("survey_id", flat=True))
    rows = [(one, instrument_of(one)) for one in found.order_by("closes_on", "pk")]
    return [
        Offer(one, instrument, one.pk in taken)
        for one, instrument in rows
        if for_staff(instrument) and asks_of(instrument, one, user, on)
    ]


# For the start page: the open surveys of a council of which somebody has no link, and their instruments.
OPEN = Prepared(
    lambda: (
        Survey.objects.filter(council=COUNCIL)
        .open_on(DAY)
        .exclude(Exists(TakenPart.objects.filter(survey=OuterRef("pk"), user=USER)))
        .order_by("closes_on", "pk")
        .values_list(
            "title",
            "closes_on",
            "instrument",
            "version_id",
            "version__state",
            "version__checksum",
        )
    )
)


def still_asking(user: User, on: date) -> list[tuple[str, date]]:
    """The titles and last days of the open staff surveys that ask a person who has not had their link; one query."""
    rows = OPEN.rows({USER: user.pk, COUNCIL: user.council_id, DAY: on})
    made = [(title, ends, edition_known(*of).instrument(code)) for title, ends, code, *of in rows]
    return [
        (title, ends)
        for title, ends, instrument in made
        if for_staff(instrument) and asks(instrument, user, on)
    ]


def asked_staff(survey: Survey, instrument: Instrument, on: date) -> dict[int, User]:
    """Everybody whom a staff survey asks on a day, by id."""
    held = PostHolding.objects.current(on).filter(
        post__council=survey.council_id, user__is_active=True, user__council=survey.council_id
    )
    if instrument.asked_of:
        held = held.filter(post__type__roles__overlap=list(instrument.asked_of))
    else:
        held = held.exclude(post__type__roles=[])
    return {one.pk: one for one in User.objects.filter(pk__in=held.values("user"))}


def induction_instruments(council: Council, on: date) -> tuple[Instrument, ...]:
    """What everybody new is asked some time after they joined."""
    return tuple(
        one
        for one in instruments_in_force(council, on)
        if one.follows and one.privacy == "confidential" and one.fields
    )


def newly_joined(
    council: Council, instrument: Instrument, on: date, only: User | None = None
) -> list[User]:
    """Those whose day to be asked has come and has not long passed, and who have no link yet; or one of them only."""
    assert instrument.follows is not None  # noqa: S101 - the selector above sees to it
    calendar = calendar_of(council.pk)
    first = PostHolding.objects.filter(post__council=council, user__is_active=True).order_by()
    first = first.filter(user=only) if only else first
    days = dict(first.values_list("user").annotate(day=Min("from_on")).values_list("user", "day"))
    due = [
        pk
        for pk, day in days.items()
        if on - LATE <= shifted(day, instrument.follows, calendar=calendar) <= on
    ]
    asked = Invitation.objects.filter(instrument=instrument.code, user__in=due).values("user")
    people = User.objects.filter(pk__in=due, council=council).exclude(pk__in=asked)
    return [
        one
        for one in people
        if (held := roles_of(one, on))
        and (not instrument.asked_of or not held.isdisjoint(instrument.asked_of))
    ]


def induction_for(user: User, on: date) -> list[Instrument]:
    """What asks this person because they are new."""
    if user.council is None or not roles_of(user, on):
        return []
    return [
        one
        for one in induction_instruments(user.council, on)
        if newly_joined(user.council, one, on, only=user)
    ]


def reads_some(user: User, roles: Iterable[str]) -> bool:
    """Whether some survey of the council names one of these roles to run it or to read its totals."""
    named = list(roles)
    found = Survey.objects.filter(council=user.council_id)
    return found.filter(Q(asked_by__overlap=named) | Q(sees_totals__overlap=named)).exists()
