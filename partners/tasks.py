"""Sending what waits for partners."""

from celery import shared_task

from core import clock
from partners.services import sending


@shared_task
def send_links() -> int:
    """Mail every partner's link that waits; returns how many went."""
    return sending.send_links(at=clock.now())
