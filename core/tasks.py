"""Sending what waits in the outbox."""

from celery import shared_task

from core import clock, outbox


@shared_task
def send_notices() -> int:
    """Send every unsent message once; returns how many went."""
    return outbox.send_unsent(at=clock.now())
