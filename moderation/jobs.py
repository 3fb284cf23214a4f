"""What moderation does by itself."""

from datetime import datetime

from core.jobs import Daily, Job, Monthly, Step, register
from moderation.services import choosing, settling


def run_rounds(at: datetime, step: Step) -> int:
    """Choose what is moderated: last month's draws and today's lists (B7-3)."""
    return choosing.run_rounds(at=at)


def ask_successors(at: datetime, step: Step) -> int:
    """Ask today's deciders where a post has changed hands (H-8)."""
    return settling.ask_all_successors(at=at)


register(
    Job(
        "moderation-rounds", "Choose what is moderated", Monthly(1, 5, 15), run_rounds, queue="jobs"
    )
)
register(Job("ask-successors", "Ask whoever decides now", Daily(5, 30), ask_successors))
