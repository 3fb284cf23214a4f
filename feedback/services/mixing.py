"""Mixing anonymous answers, so that the order in which a database keeps rows tells nothing (D-G2, H-4)."""

import random
import uuid
from typing import Any

from django.db import transaction

from feedback.models import AnonymousAnswer, Survey, TakenPart, Ticket
from feedback.states import SurveyState

CHANCE = random.SystemRandom()


def mix_all() -> int:
    """Mix every survey that is open; gives how many. One that is closed was mixed as it was closed."""
    surveys = list(Survey.objects.filter(state=SurveyState.OPEN).values_list("pk", flat=True))
    for pk in surveys:
        mix(pk)
    return len(surveys)


@transaction.atomic
def mix(survey_id: int) -> None:
    """Write a survey's answers, its tickets and who has taken part anew, each in an order by chance, in one transaction.

    PostgreSQL keeps with each row the number of the transaction that wrote it, and rows in the order in which they came:
    both are the same for all afterwards.
    """
    survey = Survey.objects.select_for_update().get(pk=survey_id)
    models: tuple[Any, ...] = (AnonymousAnswer, Ticket, TakenPart)
    for model in models:
        rows = list(model.objects.select_for_update().filter(survey=survey))
        CHANCE.shuffle(rows)
        model.objects.filter(survey=survey).delete()
        for row in rows:
            row.pk = uuid.uuid4()
        model.objects.bulk_create(rows, batch_size=1000)
