"""A step that is refused half-way inside a larger one: nothing of it is kept, and the larger one goes on.

Some steps share the transaction of whatever calls them, without a point to go back to of their own. So each of them
may only be called by a step that has one.
"""

import ast

import pytest
from django.conf import settings
from django.db import connection, transaction

from actions.models import Action, ActionMove
from audits.models import Audit, AuditMove, GradeEvent, Triggered
from audits.services import follow_ups, grading, returning
from audits.services.grading import make_final
from audits.services.returning import return_audit
from core.models import Notice, TrailEntry
from core.moves import Refused
from core.trail import record
from tests.moderation.scenes import council, finished, moment, returned

pytestmark = pytest.mark.django_db
AT = moment(2026, 9, 10)
KEPT = (Audit, AuditMove, GradeEvent, Triggered, Action, ActionMove, Notice, TrailEntry)
ROOMS = (
    "actions",
    "audits",
    "escalation",
    "moderation",
    "feedback",
    "programme",
    "supervision",
    "reporting",
)


def everything():
    """Every row that a return writes, as it stands; what the row history keeps goes with it."""
    return {model: list(model.objects.order_by("pk").values()) for model in KEPT}


def refuse(*_, **__):
    raise Refused("Not now.")


def tried(step):
    """Whether a step is refused inside a larger one, which then leaves a line in the trail."""
    with transaction.atomic():
        try:
            step()
        except Refused:
            refused = True
        else:
            refused = False
        record("try refused", "audit", cause="test", at=AT)
    return refused


@pytest.mark.parametrize(
    ("room", "name"),
    [
        (returning, "open_drafts"),
        (returning, "note_grade"),
        (returning, "fire"),
        (returning, "give_follow_ups"),
        (returning, "said_at"),
        (returning, "tell_all"),
        (returning, "follow"),
        (follow_ups, "open_drafts"),
    ],
)
def test_a_return_that_is_refused_half_way_leaves_nothing_and_loses_nothing(
    monkeypatch, room, name
):
    audit = finished(council("bexley"), "6", AT)
    before = everything()
    monkeypatch.setattr(room, name, refuse)

    refused = tried(lambda: return_audit(audit, by=audit.auditor, at=AT))

    assert refused
    assert connection.needs_rollback is False
    lines = TrailEntry.objects.exclude(pk__in=[one["id"] for one in before[TrailEntry]])
    assert [one.verb for one in lines] == ["try refused"]
    assert {**everything(), TrailEntry: before[TrailEntry]} == before
    monkeypatch.undo()
    assert return_audit(audit, by=audit.auditor, at=AT).state == "returned"


def test_a_refusal_within_a_shared_step_leaves_nothing_of_the_step_around_it(monkeypatch):
    """The refusal comes from inside the shared step itself, with actions half opened."""
    audit = finished(council("bexley"), "6", AT, actions=2)
    before = everything()
    monkeypatch.setattr("actions.services.recording.tell_all", refuse)

    refused = tried(lambda: return_audit(audit, by=audit.auditor, at=AT))

    assert refused
    assert {**everything(), TrailEntry: before[TrailEntry]} == before


def test_a_grade_that_cannot_become_final_leaves_the_grade_as_it_was(monkeypatch):
    audit = returned(council("bexley"), "6", AT)
    before = everything()
    monkeypatch.setattr(grading, "note_grade", refuse)

    refused = tried(lambda: make_final(audit, grade="good", by=audit.auditor, at=AT))

    assert refused
    assert {**everything(), TrailEntry: before[TrailEntry]} == before


def test_a_shared_step_that_is_refused_by_itself_lets_nothing_half_written_be_kept(monkeypatch):
    """Where somebody forgot the point to go back to, the whole transaction is lost, never half of it kept."""
    audit = finished(council("bexley"), "6", AT, actions=2)
    before = everything()
    monkeypatch.setattr("actions.services.recording.tell_all", refuse)

    with pytest.raises(transaction.TransactionManagementError):
        tried(lambda: returning.open_drafts("audit", audit.pk, by=audit.auditor, at=AT))

    assert everything() == before


# Who calls them ---------------------------------------------------------------------------------


def functions(room):
    """Each function of a room's own code, with its module's name."""
    for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                yield path.relative_to(settings.BASE_DIR).as_posix(), node


def calls(node):
    """The names of what a function calls."""
    found = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return {getattr(one, "id", getattr(one, "attr", "")) for one in found}


def decorated(node):
    """How a function begins a transaction: "shared", "own", or not."""
    words = [ast.unparse(one) for one in node.decorator_list]
    if "transaction.atomic(savepoint=False)" in words:
        return "shared"
    return "own" if "transaction.atomic" in words else ""


def test_every_step_that_shares_a_transaction_is_called_by_one_with_a_point_to_go_back_to():
    every = [one for room in ROOMS for one in functions(room)]
    shared = {node.name for _, node in every if decorated(node) == "shared"}

    callers = {
        (where, node.name)
        for where, node in every
        if decorated(node) != "own" and calls(node) & shared and node.name not in shared
    }

    assert shared == {"open_drafts", "note_grade", "fire", "give_follow_ups"}
    # Each of these is itself only a piece of a step that has one; who adds to them looks at that first.
    assert {one for one in callers if "demo" not in one[0]} == {
        ("audits/services/grading.py", "set_off"),
        ("audits/services/loop_tracker.py", "put_on_tracker"),
        ("audits/services/returning.py", "_return"),
        ("moderation/services/choosing.py", "finish_unmoderated"),
        ("moderation/services/viewing.py", "finish"),
    }
