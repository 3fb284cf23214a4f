"""The states of a survey and of an invitation, and the moves between them."""

from django.db.models import TextChoices

from core.moves import Move
from feedback import words


class SurveyState(TextChoices):
    PLANNED = "planned", "Planned"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    CALLED_OFF = "called_off", "Called off"


S = SurveyState

OPEN_SURVEY = Move("open", frozenset({S.PLANNED}), S.OPEN, "This survey has been opened already.")
CLOSE_SURVEY = Move("close", frozenset({S.OPEN}), S.CLOSED, "Only an open survey can be closed.")
CALL_OFF = Move(
    "call off",
    frozenset({S.PLANNED}),
    S.CALLED_OFF,
    "A survey that people have been asked to answer is not called off. Close it.",
)
SURVEY_MOVES = (OPEN_SURVEY, CLOSE_SURVEY, CALL_OFF)


class InvitationState(TextChoices):
    SENT = "sent", "Sent"
    ANSWERED = "answered", "Answered"
    DECLINED = "declined", "Declined"
    REVOKED = "revoked", "Taken back"


INV = InvitationState

ANSWER = Move(
    "answer", frozenset({INV.SENT}), INV.ANSWERED, "This link has been used or is no longer open."
)
DECLINE = Move(
    "decline", frozenset({INV.SENT}), INV.DECLINED, "This link has been used or is no longer open."
)
REVOKE = Move(
    "take back",
    frozenset({INV.SENT}),
    INV.REVOKED,
    "Only a link that nobody has used is taken back.",
)
INVITATION_MOVES = (ANSWER, DECLINE, REVOKE)


class Outcome(TextChoices):
    """What came of asking somebody (D-G4)."""

    ANSWERED = words.ANSWERED, "Answered"
    DECLINED = words.DECLINED, "Chose not to answer"
    NO_REPLY = words.NO_REPLY, "Could not be reached"
    UNSAFE = words.UNSAFE, "Not safe to ask"
    NOT_SUITABLE = words.NOT_SUITABLE, "Not asked: age, understanding or no agreement"


# Outcomes that need a reason.
EXPLAINED = frozenset(Outcome) - {Outcome.ANSWERED}
