"""A council whose framework has a survey of parents, one of staff with a breakdown, and a form for new staff."""

from ast import literal_eval
from copy import deepcopy
from datetime import timedelta
from functools import cache

import yaml

from feedback.models import AnonymousAnswer, Survey
from feedback.services.surveys import Planned, close_survey, open_survey, plan_survey
from standards.services import load, publish
from tests.factories.audits import NOW, ROOT
from tests.factories.cast import Cast, cast

ON = NOW.date()
STAFF = {
    "code": "staff",
    "title": "Staff survey",
    "privacy": "anonymous",
    "audience": "Everybody who works here",
    "asked_by": ["qa_officer"],
    "asked_of": ["practitioner", "line_manager"],
    "delivery": ["link"],
    "smallest_group": 5,
    "broken_down_by": "role",
    "runs_for": {"number": 2, "unit": "weeks"},
    "remind_after": [{"number": 5, "unit": "days"}, {"number": 10, "unit": "days"}],
    "keeps": {"number": 12, "unit": "months"},
    "intro": "Please tell us how work goes.",
    "help_text": "If you need to talk to somebody now, call 116 123.",
    "sees_totals": ["line_manager", "report_reader"],
    "fields": [
        {
            "code": "role",
            "label": "What do you do?",
            "kind": "choice",
            "options": [
                {"code": "practitioner", "label": "I work with families"},
                {"code": "manager", "label": "I manage"},
            ],
        },
        {"code": "proud", "label": "I am proud of our work", "kind": "agree"},
        {"code": "well", "label": "How well does it go?", "kind": "scale", "scale": "main"},
        {"code": "meet", "label": "Do you meet your manager?", "kind": "yes_no"},
        {
            "code": "often",
            "label": "Is it often enough?",
            "kind": "agree",
            "shown_when": {"field": "meet", "in": ["yes"]},
        },
        {"code": "from_on", "label": "Since when?", "kind": "date"},
        {"code": "words", "label": "What should change?", "kind": "long_text"},
    ],
}
NEW = {
    "code": "start",
    "title": "Your start here",
    "privacy": "confidential",
    "audience": "New staff",
    "asked_by": ["qa_officer"],
    "delivery": ["link"],
    "follows": {"event": "joined", "after": {"number": 3, "unit": "months"}},
    "sees_answers": ["qa_officer", "qa_head"],
    "fields": [{"code": "how", "label": "How was it?", "kind": "long_text"}],
}


def council(**changes: object) -> Cast:
    """Bexley's framework with these instruments besides its own, and its cast. None takes a key away."""
    publish(load(text_with(repr(changes)), at=NOW), at=NOW, cause="test")
    return cast("bexley")


@cache
def text_with(changes: str) -> str:
    """The framework's file with the staff survey changed; written once in a process, as that takes a while."""
    source = (ROOT / "fixtures/frameworks/bexley/1.yaml").read_text()
    document = yaml.load(source, Loader=yaml.CSafeLoader)
    staff = deepcopy(STAFF) | literal_eval(changes)
    staff = {key: value for key, value in staff.items() if value is not None}
    scale = next(
        field["scale"]
        for one in document["instruments"]
        for field in one.get("fields", ())
        if field["kind"] == "scale"
    )
    staff["fields"][2]["scale"] = scale
    for one in document["instruments"]:
        one.pop("follows", None)
    document["instruments"] += [staff, NEW]
    return yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


def planned(people: Cast, code: str = "staff", title: str = "Autumn", days: int = 13) -> Survey:
    """A survey that begins today."""
    plan = Planned(title, ON, ON + timedelta(days=days))
    return plan_survey(people.council, code, plan, by=people.officer, at=NOW)


def opened(people: Cast, code: str = "staff", title: str = "Autumn") -> Survey:
    """An open survey."""
    return open_survey(planned(people, code, title), by=people.officer, at=NOW)


def closed(
    people: Cast, answers: list[dict[str, object]], code: str = "staff", title: str = "Autumn"
) -> Survey:
    """A closed survey with these answers."""
    survey = opened(people, code, title)
    AnonymousAnswer.objects.bulk_create(
        AnonymousAnswer(survey=survey, received_on=ON, answers=one) for one in answers
    )
    return close_survey(survey, by=people.officer, at=NOW)


def said(number: int, role: str, **more: object) -> list[dict[str, object]]:
    """So many like answers of one role."""
    return [{"role": role, "proud": 4, "well": 7, "meet": "yes", "often": 3, **more}] * number
