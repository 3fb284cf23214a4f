"""What happens to accounts by the passing of days."""

from celery import shared_task

from core import clock
from people import services


@shared_task
def end_sign_ins() -> int:
    """Close the accounts of those whose last post has ended; returns how many."""
    return services.end_sign_ins(at=clock.now())
