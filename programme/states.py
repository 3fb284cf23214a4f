"""The states of a draw, of its plan and of a slot, and the moves between them."""

from django.db.models import TextChoices

from core.moves import Move


class DrawState(TextChoices):
    FROZEN = "frozen", "Waiting for its seed"
    DRAWN = "drawn", "Drawn"
    ALLOCATED = "allocated", "Allocated"
    WITHDRAWN = "withdrawn", "Drawn again"


class PlanState(TextChoices):
    WAITING = "waiting", "Waiting"
    WORKING = "working", "Being worked out"
    READY = "ready", "Ready to be looked at"
    CONFIRMED = "confirmed", "Confirmed"
    FAILED = "failed", "Could not be worked out"


D = DrawState
DRAW = Move("draw", frozenset({D.FROZEN}), D.DRAWN, "The files have been drawn already.")
ALLOCATE = Move(
    "allocate", frozenset({D.DRAWN}), D.ALLOCATED, "Draw the files before you allocate them."
)
WITHDRAW = Move(
    "draw again",
    frozenset({D.FROZEN, D.DRAWN}),
    D.WITHDRAWN,
    "These files have been allocated; another draw cannot take their place.",
)
MOVES = (DRAW, ALLOCATE, WITHDRAW)


P = PlanState
# Asked for, it is worked out in the background; a plan that is ready may be worked out again.
WORK_OUT = Move(
    "work out", frozenset({P.WAITING, P.WORKING}), P.WORKING, "This plan has been worked out."
)
SHOW = Move("show", frozenset({P.WORKING}), P.READY)
FAIL = Move("give up", frozenset({P.WORKING}), P.FAILED)
ASK_AGAIN = Move(
    "ask again",
    frozenset({P.READY, P.FAILED}),
    P.WAITING,
    "This plan is being worked out, or has been confirmed.",
)
CONFIRM = Move(
    "confirm", frozenset({P.READY}), P.CONFIRMED, "Only a plan that is ready can be confirmed."
)
PLAN_MOVES = (WORK_OUT, SHOW, FAIL, ASK_AGAIN, CONFIRM)


class SlotState(TextChoices):
    """Worked out from the slot, its audit and the day (programme/standing.py); a slot holds no column for it."""

    PLANNED = "planned", "Planned"
    ALLOCATED = "allocated", "Allocated"
    DONE = "done", "Done"
    LATE = "late", "Late"
    EXCUSED = "excused", "Excused"


S = SlotState
MARK_DONE = Move(
    "mark done",
    frozenset({S.PLANNED, S.LATE}),
    S.DONE,
    "This is done or excused already, or an audit is under way.",
)
UNDO = Move("undo", frozenset({S.DONE}), S.PLANNED, "This has not been marked as done.")
EXCUSE = Move(
    "excuse",
    frozenset({S.PLANNED, S.LATE}),
    S.EXCUSED,
    "Only what is not done, not excused and not being audited can be excused.",
)
UNEXCUSE = Move("require again", frozenset({S.EXCUSED}), S.PLANNED, "This has not been excused.")
SLOT_MOVES = (MARK_DONE, UNDO, EXCUSE, UNEXCUSE)
