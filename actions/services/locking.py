"""Actions that are locked for a step, with those whom opening and signing concern and the edition."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.models import Action
from actions.querysets import ActionQuerySet
from actions.states import ActionState
from cases.models import CaseFile
from core.prepared import KEY, LOWEST, MOMENT, Prepared
from core.prepared_changes import PreparedChange
from core.prepared_rows import Columns, WithRelated, in_transaction
from people.models import User
from standards.models import FrameworkVersion

# What stands for what raised the actions, and for a grade.
SOURCE, RAISER, GRADE = f"{KEY} source", LOWEST - 51, f"{KEY} grade"
READ = WithRelated(
    Columns(Action),
    {
        "case": Columns(CaseFile),
        "owner": Columns(User),
        "worker": Columns(User),
        "auditor": Columns(User),
        "version": Columns(FrameworkVersion, without=("source", "policy")),
    },
)


def locked_of(found: ActionQuerySet) -> Any:
    """These actions, to be locked when they are read."""
    return found.select_for_update(of=("self",)).values_list(*READ.names)


def raised() -> ActionQuerySet:
    """What one thing has raised."""
    found: ActionQuerySet = Action.objects.raised_by(SOURCE, RAISER)
    return found


DRAFTS = Prepared(lambda: locked_of(raised().filter(state=ActionState.DRAFT)))
OF_OTHER_GRADE = Prepared(
    lambda: locked_of(
        raised().standing().exclude(state=ActionState.SIGNED_OFF).exclude(grade=GRADE)
    )
)


# What opening a draft changes, and what stands for it.
ROW, ASKED, STATE = LOWEST - 52, LOWEST - 53, f"{KEY} state"
DATES = {
    name: date(1, 1, 10 + number)
    for number, name in enumerate(("opened_on", "set_on", "due_on", "latest_on"))
}
OPENED = PreparedChange(
    lambda: Action.objects.filter(pk=ROW),
    state=STATE,
    grade=GRADE,
    asked=[ASKED],
    due_at=MOMENT,
    **DATES,
)


def save_opened(action: Action) -> None:
    """Save what opening has changed in an action that is locked. Raises Action.DoesNotExist where it is gone."""
    days = {stands: getattr(action, name) for name, stands in DATES.items()}
    said = {STATE: action.state, GRADE: action.grade, ASKED: action.asked, MOMENT: action.due_at}
    if not OPENED.make({ROW: action.pk, **days, **said}):
        raise Action.DoesNotExist


def read(question: Prepared, values: Mapping[Any, Any]) -> list[Action]:
    """The actions that a question is about, locked until this transaction ends; one query."""
    in_transaction()
    return [READ.row(row) for row in question.rows(values)]


def drafts_of(source: str, source_id: int) -> list[Action]:
    """The draft actions that something has raised, locked."""
    return read(DRAFTS, {SOURCE: source, RAISER: source_id})


def of_other_grade(source: str, source_id: int, grade: str) -> list[Action]:
    """The actions that something has raised and that are neither withdrawn, signed off nor of this grade; locked."""
    return read(OF_OTHER_GRADE, {SOURCE: source, RAISER: source_id, GRADE: grade})
