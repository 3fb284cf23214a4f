"""Ringing a worker: the work itself waits as a row, so a bell that is not heard loses nothing."""

import kombu.exceptions
from celery import Task
from django.db import transaction


def ring(task: Task, *row_ids: int) -> None:
    """Tell a worker, once the transaction is through, that a row waits; the sweep finds it if nobody hears."""

    def send() -> None:
        try:
            task.apply_async(row_ids, retry=False)
        except (kombu.exceptions.OperationalError, OSError):
            return

    transaction.on_commit(send)
