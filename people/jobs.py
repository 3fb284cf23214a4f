"""What happens to accounts by the passing of days."""

from datetime import datetime

from core.jobs import Every, Job, Step, register
from people import services


def end_sign_ins(at: datetime, step: Step) -> int:
    """Close the accounts of those whose last post has ended."""
    return services.end_sign_ins(at=at)


register(Job("end-sign-ins", "End the sign-ins of those who have left", Every(60), end_sign_ins))
