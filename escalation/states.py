"""A concern that an officer takes up stage by stage, its stages, and the moves between their states (C5)."""

from django.db.models import TextChoices

from core.moves import Move


class ConcernState(TextChoices):
    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"


class StageState(TextChoices):
    OPEN = "open", "Waiting for an answer"
    ANSWERED = "answered", "Answered"
    SKIPPED = "skipped", "Skipped"
    CLOSED = "closed", "Over"


C, S = ConcernState, StageState
LASTING = frozenset({S.OPEN, S.ANSWERED})

RESOLVE = Move("resolve", frozenset({C.OPEN}), C.RESOLVED, "This is resolved already.")
REOPEN = Move("reopen", frozenset({C.RESOLVED}), C.OPEN, "This is open.")
CONCERN_MOVES = (RESOLVE, REOPEN)

ANSWER = Move(
    "answer", frozenset({S.OPEN}), S.ANSWERED, "This stage has been answered, or it is over."
)
MORE_TIME = Move(
    "give more time",
    frozenset({S.OPEN, S.ANSWERED}),
    S.OPEN,
    "This stage is over. Time can be given while it lasts.",
)
CLOSE = Move("close", frozenset({S.OPEN, S.ANSWERED}), S.CLOSED, "This stage is over already.")
OPEN_AGAIN = Move("open again", frozenset({S.CLOSED}), S.OPEN, "This stage is open.")
STAGE_MOVES = (ANSWER, MORE_TIME, CLOSE, OPEN_AGAIN)

# What each step is called once it has been taken.
DONE = {
    "raise": "Raised",
    "open stage": "Stage opened",
    "skip": "Stage skipped",
    "answer": "Answered",
    "give more time": "More time given",
    "record": "Recorded who was consulted",
    "join": "Told who holds a post of this stage by now",
    "prompt": "The time of the stage was over; the officer was told",
    "hand over": "Handed over to another officer",
    "go up": "Taken further",
    "resolve": "Resolved",
    "reopen": "Opened again",
}
