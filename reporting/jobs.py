"""What reports do by themselves."""

from datetime import datetime

from core.jobs import Daily, Job, Step, register
from reporting.services import scheduling


def ask_for_reports(at: datetime, step: Step) -> int:
    """Ask for the monthly and quarterly drafts that should be there; a worker makes them (B7-4, B7-5)."""
    return scheduling.ask_for_due(at=at)


register(Job("reports", "Begin the reports that are due", Daily(5, 45), ask_for_reports))
