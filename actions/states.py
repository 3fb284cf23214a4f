"""The life of an action: recorded, open, under way, done, signed off; sent back or reopened; withdrawn (C1-6)."""

from django.db.models import TextChoices

from core.moves import Move


class ActionState(TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done, to be signed off"
    SIGNED_OFF = "signed_off", "Signed off"
    WITHDRAWN = "withdrawn", "Withdrawn"


# Still to be done by the owner; what is done waits for somebody else.
TO_DO = frozenset({ActionState.OPEN, ActionState.IN_PROGRESS})
UNFINISHED = frozenset({*TO_DO, ActionState.DONE})

OPEN = Move(
    "open", frozenset({ActionState.DRAFT}), ActionState.OPEN, "This action is open already."
)
START = Move(
    "start",
    frozenset({ActionState.OPEN}),
    ActionState.IN_PROGRESS,
    "Only an open action can be started.",
)
FINISH = Move(
    "finish", TO_DO, ActionState.DONE, "Only an action that is still to be done can be finished."
)
SIGN_OFF = Move(
    "sign off",
    frozenset({ActionState.DONE}),
    ActionState.SIGNED_OFF,
    "An action is signed off once its owner has said that it is done.",
)
SEND_BACK = Move(
    "send back",
    frozenset({ActionState.DONE}),
    ActionState.OPEN,
    "Only an action that is said to be done can be sent back.",
)
REOPEN = Move(
    "reopen",
    frozenset({ActionState.SIGNED_OFF}),
    ActionState.OPEN,
    "Only an action that was signed off can be reopened.",
)
WITHDRAW = Move(
    "withdraw",
    frozenset({ActionState.DRAFT, *TO_DO}),
    ActionState.WITHDRAWN,
    "This action was withdrawn already, or it is done.",
)
MOVES = (OPEN, START, FINISH, SIGN_OFF, SEND_BACK, REOPEN, WITHDRAW)

# What happened, for the list on an action's page.
HAPPENED = {
    "record": "Recorded",
    "open": "Opened",
    "start": "Started",
    "finish": "Said to be done",
    "sign": "A step of the sign-off",
    "sign off": "Signed off",
    "send back": "Sent back",
    "reopen": "Reopened",
    "withdraw": "Withdrawn",
    "more time": "More time given",
    "earlier date": "Brought forward",
    "tighten": "Put into a stricter class",
    "reassign": "Given to somebody else",
    "review": "Gone through in supervision",
    "ask": "Asked whether it made a difference",
    "impact": "Answered whether it made a difference",
}
