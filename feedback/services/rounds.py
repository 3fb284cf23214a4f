"""What surveys do by themselves: begin on their first day, remind, end after their last, and forget (D-G1, D-G4)."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core.models import Notice
from core.moves import Refused
from core.notices import Message, tell
from core.trail import record
from feedback.models import AnonymousAnswer, Invitation, Survey
from feedback.selectors.instruments import for_staff, instrument_of
from feedback.selectors.surveys import (
    asked_staff,
    induction_instruments,
    newly_joined,
    outlived,
)
from feedback.services.surveys import close_survey, open_survey
from feedback.states import SurveyState
from people.models import Council, User
from standards.deadlines import shifted
from standards.instruments import Instrument
from standards.selectors import calendar_of

BEGUN = (
    "A survey of staff is open: {title}",
    "You are asked to take part in “{title}” until {until}. It is anonymous, and you are free to say no. "
    "Open the page to get your one link.",
)
REMINDER = (
    "Still open: {title}",
    "“{title}” is open until {until}. If you have not taken part and would like to, open the page to get your one link. "
    "If you have, or would rather not, there is nothing to do.",
)
NEW = (
    "How was your start?",
    "You have been here for a while now. Please tell us how your start went: open the page to get your form, “{title}”.",
)


def open_due(*, at: datetime) -> int:
    """Open planned surveys whose first day has come; one whose last day has passed too is opened and closed."""
    return sum(
        moved(open_survey, survey, at=at)
        for survey in Survey.objects.to_open(timezone.localdate(at))
    )


def close_due(*, at: datetime) -> int:
    """Close surveys whose last day has passed."""
    return sum(
        moved(close_survey, survey, at=at)
        for survey in Survey.objects.to_close(timezone.localdate(at))
    )


def moved(step: Callable[..., Survey], survey: Survey, *, at: datetime) -> int:
    """Take a step that somebody may have taken at this moment."""
    try:
        step(survey, by=None, at=at)
    except Refused:
        return 0
    return 1


# Telling staff ------------------------------------------------------------------------------------


def remind_all(*, at: datetime) -> int:
    """Tell staff of surveys that have begun, and remind them on the framework's days; each day of a survey once."""
    on = timezone.localdate(at)
    surveys = Survey.objects.open_on(on).select_related("version", "council").order_by("pk")
    return sum(remind(survey.pk, on=on, at=at) for survey in surveys)


@transaction.atomic
def remind(survey_id: int, *, on: date, at: datetime) -> int:
    """Tell those whom a staff survey asks, if one of its days has come since it last told them; gives how many."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey_id)
    instrument = instrument_of(survey)
    if not (instrument.anonymous and for_staff(instrument)):
        return 0
    days = [day for day in days_of(survey, instrument) if day <= on]
    if survey.reminded_on is not None and survey.reminded_on >= days[-1]:
        return 0
    before = survey.reminded_on
    survey.reminded_on = on
    survey.save(update_fields=["reminded_on"])
    subject, text = BEGUN if before is None else REMINDER
    values = {"title": survey.title, "until": f"{survey.closes_on:%-d %B %Y}"}
    message = Message(
        kind="feedback.survey",
        subject=subject.format(**values)[:200],
        text=text.format(**values),
        path=reverse("take-part"),
    )
    people = [(one, "asked by a survey") for one in to_remind(survey, instrument, before, on)]
    return tell(people, message, key=key_of(survey, on), at=at)


def days_of(survey: Survey, instrument: Instrument) -> list[date]:
    """The days on which staff are told: the first one, and the framework's reminders until the last."""
    calendar = calendar_of(survey.council_id)
    after = (shifted(survey.opens_on, one, calendar=calendar) for one in instrument.remind_after)
    return sorted({survey.opens_on, *(day for day in after if day <= survey.closes_on)})


def to_remind(survey: Survey, instrument: Instrument, before: date | None, on: date) -> list[User]:
    """Those who are asked and have not been given their link.

    A message stays for good, with its day and its reader. If one person alone had been given a link since the last
    message, the answers of these days would be theirs: so everybody hears again while fewer than the smallest group
    have newly been given theirs.
    """
    messages = Notice.objects.filter(key__startswith=f"survey:{survey.pk}:")
    ever = set(messages.values_list("to", flat=True))
    last = set(messages.filter(key=key_of(survey, before)).values_list("to", flat=True))
    new = last & set(survey.taken.values_list("user_id", flat=True))
    silent = (ever - last) | (new if len(new) >= instrument.smallest_group else set())
    asked = asked_staff(survey, instrument, on)
    return [person for pk, person in asked.items() if pk not in silent]


def key_of(survey: Survey, on: date | None) -> str:
    """Under which a survey's messages of a day stand."""
    return f"survey:{survey.pk}:{on}"


# New staff ----------------------------------------------------------------------------------------


def ask_new_staff(*, at: datetime) -> int:
    """Ask everybody new how their start went, once, some time after it (D-BX23); no message holds a link."""
    on = timezone.localdate(at)
    told = 0
    for council in Council.objects.order_by("pk"):
        for instrument in induction_instruments(council, on):
            subject, text = NEW
            message = Message(
                kind="feedback.joined",
                subject=subject,
                text=text.format(title=instrument.title),
                path=reverse("take-part"),
            )
            for person in newly_joined(council, instrument, on):
                key = f"joined:{instrument.code}:{person.pk}"
                told += tell([(person, "new here")], message, key=key, at=at)
    return told


# Forgetting ---------------------------------------------------------------------------------------


def forget_all(*, at: datetime) -> int:
    """Delete single answers whose time is over; gives of how many surveys.

    What somebody had begun behind a link whose last day is over goes as well. All of a survey's go at once: totals read before and after a part of them had gone would differ by single people.
    """
    on = timezone.localdate(at)
    surveys = Survey.objects.filter(state=SurveyState.CLOSED).select_related("version")
    expired = Invitation.objects.filter(expires_at__lte=at).exclude(draft={})
    expired.update(draft={})
    over = [
        one for one in surveys if one.answers.exists() and outlived(one, instrument_of(one), on)
    ]
    for survey in over:
        forget(survey, at=at)
    return len(over)


@transaction.atomic
def forget(survey: Survey, *, at: datetime) -> None:
    """Delete the single answers of a closed survey; its totals are kept."""
    AnonymousAnswer.objects.filter(survey=survey).delete()
    record("delete answers", survey, cause="its time is over", at=at)
