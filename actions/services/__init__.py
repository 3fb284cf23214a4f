"""What is done with actions. The verbs of recording are used by every room above."""

from actions.plans import About, Plan
from actions.services.recording import (
    change_action,
    note_grade,
    open_drafts,
    raise_action,
    record_draft,
    tighten,
    withdraw_action,
)
from actions.services.rooms import conclude, hand_on, move_due, stand_again

__all__ = [
    "About",
    "Plan",
    "change_action",
    "conclude",
    "hand_on",
    "move_due",
    "note_grade",
    "open_drafts",
    "raise_action",
    "record_draft",
    "stand_again",
    "tighten",
    "withdraw_action",
]
