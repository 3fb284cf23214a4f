"""Learning suggestions from what people have coded: in the worker only, and nothing is kept but the suggestions."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from core.trail import record
from learning.models import Coding, Extract, Suggestion, Theme, Training
from learning.selectors.texts import texts_of
from learning.suggesting import Coded, suggest, taught
from people.models import Council

# The newest coded texts teach; more of them would take long and tell little more.
MOST_CODED = 2_000
MOST_WAITING = 10_000
# After so many newly coded texts it is learned anew without waiting for the night.
MANY = 25


def learn(council: Council, *, at: datetime) -> int:
    """Suggest themes for what waits in a council, from all that is coded; gives how many extracts got one."""
    used = set(Theme.objects.filter(council=council).in_use().values_list("pk", flat=True))
    done = list(
        Extract.objects.filter(council=council, done_at__isnull=False).order_by("-done_at", "-pk")[
            :MOST_CODED
        ]
    )
    themes: dict[int, set[int]] = defaultdict(set)
    for extract, theme in Coding.objects.filter(extract__in=[one.pk for one in done]).values_list(
        "extract", "theme"
    ):
        if theme in used:
            themes[extract].add(theme)
    texts = texts_of(done)
    # In the order of their ids, so that the same rows always teach the same.
    coded = [Coded(texts[pk], frozenset(themes[pk])) for pk in sorted(texts)]
    waiting = list(
        Extract.objects.filter(council=council)
        .waiting()
        .free()
        .order_by("-month", "pk")[:MOST_WAITING]
    )
    found = suggest(coded, texts_of(waiting) if taught(coded) else {})
    with transaction.atomic():
        Suggestion.objects.filter(extract__council=council).delete()
        Suggestion.objects.bulk_create(
            (
                Suggestion(extract_id=pk, theme_id=one.theme, score=one.score)
                for pk, likely in found.items()
                for one in likely
            ),
            batch_size=2000,
        )
        Training.objects.update_or_create(
            council=council,
            defaults={"at": at, "coded": len(done), "themes": len(taught(coded))},
        )
        record("learn themes", "suggestions", cause="learning", at=at, council_id=council.pk)
    return len(found)


def has_many_new(council: Council) -> bool:
    """Whether much was coded since suggestions were last learned."""
    last = Training.objects.filter(council=council).first()
    done = Extract.objects.filter(council=council, done_at__isnull=False)
    if last is not None:
        done = done.filter(done_at__gt=last.at)
    return done.count() >= MANY
