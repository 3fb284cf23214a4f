"""The states of an invitation to a partner, and the moves between them."""

from django.db.models import TextChoices

from core.moves import Move


class InvitationState(TextChoices):
    ASKED = "asked", "Asked"
    HANDED_IN = "handed_in", "Handed in"
    WITHDRAWN = "withdrawn", "Taken back"


S = InvitationState
HAND_IN = Move(
    "hand in",
    frozenset({S.ASKED}),
    S.HANDED_IN,
    "Your answers have been handed in already and cannot be changed.",
)
WITHDRAW = Move(
    "withdraw",
    frozenset({S.ASKED, S.HANDED_IN}),
    S.WITHDRAWN,
    "This invitation has been taken back already.",
)
RENEW = Move("renew", frozenset(S), S.ASKED, "A new link cannot be sent now.")
MOVES = (HAND_IN, WITHDRAW, RENEW)
DONE = {
    "invite": "Invited",
    "hand in": "Handed in",
    "withdraw": "Taken back",
    "renew": "New link sent",
}
