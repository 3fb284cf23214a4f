"""Rows beside audits, as the services leave them: actions, replies, steps and concerns in numbers."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from actions.models import Action, ActionMove, ImpactAnswer
from escalation.models import Escalation, OfficerEscalation, Stage
from feedback.models import Reply
from standards.models import FrameworkVersion
from tests.factories.cast import Cast

NUMBERS = count(1)


def noon(day: date) -> datetime:
    """Noon of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def action(people: Cast, since: date, due_on: date, **changes: object) -> Action:
    """An action about the work of Team 2, open since a day."""
    given = {
        "council": people.council,
        "unit": people.team2,
        "worker": people.worker,
        "source": "audit",
        "source_id": next(NUMBERS),
        "kind": "child",
        "kind_label": "For the child",
        "class_label": "",
        "what": "Ask the child",
        "owner": people.worker,
        "due_on": due_on,
        "state": "open",
        "recorded_by": people.auditor,
        "recorded_at": noon(since),
        "opened_on": since,
    }
    return Action.objects.create(**given | changes)


def closed(people: Cast, since: date, due_on: date, closed_on: date, **changes: object) -> Action:
    """An action that was said to be done and signed off on a day."""
    done = {"state": "signed_off", "done_on": closed_on, "closed_on": closed_on}
    made = action(people, since, due_on, **done | changes)
    ActionMove.objects.create(
        action=made, verb="finish", state="done", by=people.worker, at=noon(closed_on)
    )
    return made


def answered(people: Cast, made: Action, answer: str, on: date) -> ImpactAnswer:
    """Whether an action made a difference; nothing said where there is no answer yet."""
    more = {"answer": answer, "by": people.manager, "at": noon(on)} if answer else {}
    return ImpactAnswer.objects.create(
        council=made.council,
        action=made,
        round=1,
        planned_on=on,
        due_on=on,
        made_at=noon(on),
        **more,
    )


def step(
    people: Cast, version: FrameworkVersion, on: date, rung: int, **changes: object
) -> Escalation:
    """A rung of the ladder of an action taken on a day."""
    given = {
        "council": people.council,
        "version": version,
        "kind": "action",
        "subject_id": next(NUMBERS),
        "item": "Action",
        "late": people.worker,
        "step": "rung",
        "ladder": "late",
        "rung": rung,
        "title": f"Told on rung {rung + 1}",
        "anchor_on": on,
        "due_on": on,
        "planned_at": noon(on),
        "fired_at": noon(on),
    }
    return Escalation.objects.create(**given | changes)


def reply(
    people: Cast, version: FrameworkVersion, instrument: str, on: date, **changes: object
) -> Reply:
    """One reply to an instrument, answered unless something else came of it."""
    given = {
        "council": people.council,
        "version": version,
        "instrument": instrument,
        "privacy": "identified",
        "way": "call",
        "outcome": "answered",
        "received_on": on,
        "entered_at": noon(on),
    }
    return Reply.objects.create(**given | changes)


def concern(
    people: Cast, version: FrameworkVersion, on: date, **changes: object
) -> OfficerEscalation:
    """A concern raised on a day, without a stage."""
    given = {
        "council": people.council,
        "version": version,
        "ladder": "firo",
        "ladder_title": "Concerns",
        "number": next(NUMBERS),
        "officer": people.moderator,
        "worker": people.worker,
        "concern": "No visit since January.",
        "expectation": "A visit.",
        "raised_at": noon(on),
    }
    return OfficerEscalation.objects.create(**given | changes)


def stage(made: OfficerEscalation, index: int, on: date, **changes: object) -> Stage:
    """A stage of a concern, to be answered within five days."""
    given = {
        "concern": made,
        "index": index,
        "title": f"Stage {index + 1}",
        "opened_on": on,
        "due_on": on + timedelta(days=5),
    }
    return Stage.objects.create(**given | changes)
