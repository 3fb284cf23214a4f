"""The grade region of an audit (B1-8 to B1-13) and the moves between its states (B2-14 to B2-20)."""

from django.db.models import TextChoices

from core.moves import Move


class ModerationState(TextChoices):
    NOT_SAMPLED = "not_sampled", "Not chosen"
    AWAITING = "awaiting", "Waiting for a moderator"
    IN_MODERATION = "in_moderation", "With the moderator"
    DISAGREED = "disagreed", "Not agreed"
    DISPUTED = "disputed", "To be decided"
    FINAL = "final", "Finished"
    SENT_BACK = "sent_back", "Sent back"
    CALLED_OFF = "called_off", "Called off"


S = ModerationState
OPEN = frozenset({S.AWAITING, S.IN_MODERATION, S.DISAGREED, S.DISPUTED})
# The states of a moderation that no longer stands: the audit was opened again after it.
GONE = frozenset({S.SENT_BACK, S.CALLED_OFF})

CHOOSE = Move(
    "choose",
    frozenset({S.NOT_SAMPLED}),
    S.AWAITING,
    "This audit has been chosen for moderation already.",
)
ASSIGN = Move(
    "assign",
    frozenset({S.AWAITING, S.IN_MODERATION}),
    S.IN_MODERATION,
    "A moderator can be named until their view is in.",
)
LEAVE = Move(
    "leave",
    frozenset({S.AWAITING, S.IN_MODERATION}),
    S.NOT_SAMPLED,
    "This can be left without moderation only before the moderator's view is in.",
)
AGREE = Move("agree", frozenset({S.IN_MODERATION}), S.FINAL, "The moderator's view is in already.")
DISAGREE = Move(
    "propose another grade",
    frozenset({S.IN_MODERATION}),
    S.DISAGREED,
    "The moderator's view is in already.",
)
SEND_BACK = Move(
    "send back", frozenset({S.IN_MODERATION}), S.SENT_BACK, "The moderator's view is in already."
)
SETTLE = Move(
    "settle", frozenset({S.DISAGREED}), S.FINAL, "There is no open disagreement to settle."
)
ESCALATE = Move(
    "escalate",
    frozenset({S.DISAGREED, S.DISPUTED}),
    S.DISPUTED,
    "There is no open disagreement to pass up.",
)
DECIDE = Move("decide", frozenset({S.DISPUTED}), S.FINAL, "There is nothing to decide here.")
CALL_OFF = Move(
    "call off",
    frozenset({S.NOT_SAMPLED, *OPEN, S.FINAL}),
    S.CALLED_OFF,
    "This moderation no longer stands.",
)
MOVES = (CHOOSE, ASSIGN, LEAVE, AGREE, DISAGREE, SEND_BACK, SETTLE, ESCALATE, DECIDE, CALL_OFF)
# What each step is called once it has been taken.
DONE = {
    "select": "Chosen for moderation",
    "pass over": "Not chosen for moderation",
    "choose": "Chosen by hand",
    "assign": "Given to a moderator",
    "leave": "Left without moderation",
    "agree": "Moderator agreed with the grade",
    "propose another grade": "Moderator proposed another grade",
    "send back": "Sent back to the auditor",
    "record meeting": "Meeting recorded",
    "settle": "Grade agreed at the meeting",
    "escalate": "Passed up for a decision",
    "decide": "Grade decided",
    "decide what stays": "Decided what stays of the earlier grade",
    "call off": "Called off: the audit was opened again",
}


class PanelState(TextChoices):
    PLANNED = "planned", "Planned"
    CLOSED = "closed", "Closed"


CLOSE_PANEL = Move(
    "close", frozenset({PanelState.PLANNED}), PanelState.CLOSED, "This panel is closed already."
)
PANEL_MOVES = (CLOSE_PANEL,)


class CalibrationState(TextChoices):
    OPEN = "open", "Open for grading"
    SHOWN = "shown", "Shown and discussed"
    CLOSED = "closed", "Closed"


SHOW = Move(
    "show",
    frozenset({CalibrationState.OPEN}),
    CalibrationState.SHOWN,
    "The grades are shown already.",
)
CLOSE_CALIBRATION = Move(
    "close",
    frozenset({CalibrationState.SHOWN}),
    CalibrationState.CLOSED,
    "Show the grades before you close the exercise.",
)
CALIBRATION_MOVES = (SHOW, CLOSE_CALIBRATION)
