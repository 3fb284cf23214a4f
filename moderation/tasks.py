"""Moderation's work in the background."""

from celery import shared_task

from core import clock
from moderation.services import choosing, settling


@shared_task
def run_rounds() -> int:
    """Choose what is moderated: last month's draws and today's lists; returns how many selections are new."""
    return choosing.run_rounds(at=clock.now())


@shared_task
def ask_successors() -> int:
    """Ask today's deciders where a post has changed hands; returns how many are newly asked."""
    return settling.ask_all_successors(at=clock.now())
