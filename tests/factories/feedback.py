"""Surveys in any state, by legal steps, and answers to them."""

from dataclasses import replace
from datetime import date, timedelta

from feedback.models import Survey
from feedback.services.answering import hand_in, keep_draft
from feedback.services.surveys import Planned, close_survey, open_survey, plan_survey
from feedback.tickets import new_ticket
from people.models import User
from tests.factories.audits import NOW

ON: date = NOW.date()
PLAN = Planned("How are we doing?", ON, ON + timedelta(days=13))


def survey_at(state: str, by: User, code: str = "parent_survey") -> Survey:
    """A survey of an instrument that is planned, open or closed."""
    like = Survey.objects.filter(instrument=code, title__startswith=PLAN.title).count()
    plan = replace(PLAN, title=f"{PLAN.title} {like + 1}") if like else PLAN
    survey = plan_survey(by.council, code, plan, by=by, at=NOW)
    if state in {"open", "closed"}:
        survey = open_survey(survey, by=by, at=NOW)
    if state == "closed":
        survey = close_survey(survey, by=by, at=NOW)
    return survey


def answer(survey: Survey, on: date = ON, **answers: object) -> str:
    """Answer a survey with a link of its own; gives the link's secret part."""
    ticket = new_ticket(survey.pk)
    assert keep_draft(ticket, {key: str(value) for key, value in answers.items()}, on=on) == {}
    hand_in(ticket, on=on)
    return ticket
