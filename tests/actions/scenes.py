"""Actions of a council at a stage, brought there by the steps that people take."""

from dataclasses import replace
from datetime import date, datetime

from actions.models import Action
from actions.plans import About, Plan
from actions.services import open_drafts, raise_action
from actions.services.doing import finish_action, sign_off
from people.models import User
from standards.selectors import edition
from tests.factories.cases import CaseFileFactory
from tests.programme.scenes import Council, council, moment

__all__ = ["council", "done", "draft", "moment", "opened", "signed"]


def draft(place: Council, at: datetime, *, source: int = 12, **changes: object) -> Action:
    """An action about the work of Team 2's worker, from an audit by Team 1's manager, recorded by that auditor.

    `grade` and `anchors` are those of the audit; everything else is of the plan.
    """
    people = place.people
    rules = edition(place.version).policy.actions
    grade, anchors = changes.pop("grade", ""), changes.pop("anchors", None)
    by = changes.pop("by", people.auditor)
    about = About(
        unit=people.team2,
        worker=people.worker,
        auditor=people.auditor,
        version=place.version,
        grade=grade,
        label="Audit 2026-0001",
    )
    plan = Plan(
        rules.kinds[0].code,
        "Ask the child",
        "It counts",
        people.worker,
        date(2026, 12, 1),
        success="The child says so",
    )
    return raise_action(
        replace(plan, **changes),
        kind_label=rules.kinds[0].label,
        council=people.council,
        case=CaseFileFactory(council=people.council, unit=people.team2),
        source=("audit", source),
        by=by,
        at=at,
        about=about,
        anchors=anchors,
    )


def opened(place: Council, at: datetime, **changes: object) -> Action:
    """One that is open since it was recorded."""
    anchors = changes.get("anchors")
    made = draft(place, at, **changes)
    open_drafts("audit", made.source_id, by=place.people.auditor, at=at, anchors=anchors)
    return fresh(made)


def done(place: Council, at: datetime, **changes: object) -> Action:
    """One that its owner says is done."""
    made = opened(place, at, **changes)
    return finish_action(made, evidence="Case note of today", by=made.owner, at=at)


def signed(place: Council, at: datetime, *signers: User, **changes: object) -> Action:
    """One with its signatures; the worker's line manager gives it where nobody is named."""
    made = done(place, at, **changes)
    for one in signers or (place.people.manager,):
        made = sign_off(made, by=one, at=at)
    return made


def fresh(action: Action) -> Action:
    """The row as it is now."""
    return Action.objects.with_people().with_edition().get(pk=action.pk)
