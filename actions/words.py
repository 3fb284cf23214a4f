"""What sources and states of actions are called, and their colours."""

from actions.states import ActionState

# Where an action can come from that is recorded on the actions' own page (C1-1).
RECORDED_HERE = [
    ("meeting", "A meeting"),
    ("observation", "An observation of practice"),
    ("thematic", "A thematic audit"),
    ("multi_agency", "A multi-agency audit"),
    ("learning_review", "A learning review"),
    ("panel", "A panel"),
    ("supervision", "Supervision"),
    ("feedback", "Feedback from a child or family"),
]
SOURCES = {
    "audit": "Audit",
    "moderation": "Moderation",
    "impact": "Look at the difference made",
    "reply": "Feedback",
    "survey": "Survey",
    **{
        code: label.removeprefix("A ").removeprefix("An ").capitalize()
        for code, label in RECORDED_HERE
    },
}
COLOURS = {
    ActionState.DRAFT: "grey",
    ActionState.OPEN: "blue",
    ActionState.IN_PROGRESS: "purple",
    ActionState.DONE: "yellow",
    ActionState.SIGNED_OFF: "green",
    ActionState.WITHDRAWN: "grey",
}


def source_words(code: str) -> str:
    """What a kind of source is called."""
    return SOURCES.get(code, code.replace("_", " ").capitalize())
