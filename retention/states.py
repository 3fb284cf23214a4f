"""The life of a run of erasing, and of a request for what is kept about somebody."""

from django.db.models import TextChoices

from core.moves import Move


class RunState(TextChoices):
    PROPOSED = "proposed", "Waiting for approval"
    APPROVED = "approved", "Approved, about to begin"
    RUNNING = "running", "Being erased"
    DONE = "done", "Done"
    REFUSED = "refused", "Not approved"
    FAILED = "failed", "Failed"


UNFINISHED = frozenset({RunState.PROPOSED, RunState.APPROVED, RunState.RUNNING, RunState.FAILED})

APPROVE = Move(
    "approve",
    frozenset({RunState.PROPOSED}),
    RunState.APPROVED,
    "This list has been decided on already.",
)
REFUSE = Move(
    "refuse",
    frozenset({RunState.PROPOSED}),
    RunState.REFUSED,
    "This list has been decided on already.",
)
BEGIN = Move("begin", frozenset({RunState.APPROVED, RunState.RUNNING}), RunState.RUNNING)
FINISH = Move("finish", frozenset({RunState.RUNNING}), RunState.DONE)
FAIL = Move("fail", frozenset({RunState.RUNNING}), RunState.FAILED)
TRY_AGAIN = Move(
    "try again",
    frozenset({RunState.FAILED}),
    RunState.APPROVED,
    "Only a run that failed can be tried again.",
)
RUN_MOVES = (APPROVE, REFUSE, BEGIN, FINISH, FAIL, TRY_AGAIN)


class RequestState(TextChoices):
    GATHERING = "gathering", "Being gathered"
    REVIEW = "review", "To be read through"
    FINISHING = "finishing", "Being put together"
    READY = "ready", "Ready to download"
    ERASED = "erased", "Erased"
    FAILED = "failed", "Failed"


GATHERED = Move("gather", frozenset({RequestState.GATHERING}), RequestState.REVIEW)
CONFIRM = Move(
    "confirm",
    frozenset({RequestState.REVIEW}),
    RequestState.FINISHING,
    "This file is not waiting to be read through.",
)
PUT_TOGETHER = Move("put together", frozenset({RequestState.FINISHING}), RequestState.READY)
GIVE_UP = Move(
    "give up",
    frozenset({RequestState.GATHERING, RequestState.FINISHING}),
    RequestState.FAILED,
)
START_AGAIN = Move(
    "start again",
    frozenset({RequestState.REVIEW, RequestState.READY, RequestState.FAILED}),
    RequestState.GATHERING,
    "This file cannot be gathered again.",
)
ERASE = Move(
    "erase",
    frozenset({RequestState.REVIEW, RequestState.READY, RequestState.FAILED}),
    RequestState.ERASED,
    "This file is erased already, or is being made.",
)
REQUEST_MOVES = (GATHERED, CONFIRM, PUT_TOGETHER, GIVE_UP, START_AGAIN, ERASE)
