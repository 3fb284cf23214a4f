"""Moderate the demo's returned audits; a second time changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from moderation.demo import moderate
from people.models import Council


class Command(BaseCommand):
    help = "Moderate the demo's returned audits."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data is for the demo only.")
        for council in Council.objects.order_by("code"):
            moderate(council, at=clock.now())
