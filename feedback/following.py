"""What feedback asks people to do, and where the things are that raised its actions."""

from datetime import date

from django.urls import reverse

from actions.points import PLACES
from audits.points import TASKS
from audits.selectors import Task
from core import clock
from feedback.models import Reply, SurveyReport
from feedback.selectors.surveys import still_asking
from people.models import User


def place_of_reply(pk: int, user: User) -> str:
    """The address of a reply, for those who may read it."""
    one = Reply.objects.visible_to(user, clock.today()).filter(pk=pk).first()
    return reverse("reply", args=[one.key]) if one else ""


def place_of_survey(pk: int, user: User) -> str:
    """The address of a survey's report, for those with whom it is shared."""
    found = SurveyReport.objects.visible_to(user, clock.today()).filter(survey=pk)
    return reverse("survey-report", args=[pk]) if found.exists() else ""


def tasks(user: User, on: date) -> list[Task]:
    """The open surveys that ask a person who has not had their link."""
    return [
        Task("Take part if you like", title, closes_on, reverse("take-part"), False)
        for title, closes_on in still_asking(user, on)
    ]


PLACES["reply"] = place_of_reply
PLACES["survey"] = place_of_survey
TASKS.append(tasks)
