"""The life of an action, as far as recording it goes; chasing and signing off come with the tracker."""

from django.db.models import TextChoices

from core.moves import Move


class ActionState(TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN = Move(
    "open", frozenset({ActionState.DRAFT}), ActionState.OPEN, "This action is open already."
)
WITHDRAW = Move(
    "withdraw",
    frozenset({ActionState.DRAFT, ActionState.OPEN}),
    ActionState.WITHDRAWN,
    "This action was withdrawn already.",
)
MOVES = (OPEN, WITHDRAW)
