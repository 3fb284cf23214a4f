"""Let something follow from the demo's audits, and let people be heard; a second time changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from evidence.demo import add_drawings
from feedback.demo import hear
from partners.demo import invite_some
from people.models import Council
from qaframework.demo import chase_all, follow
from supervision.demo import note_some


class Command(BaseCommand):
    help = (
        "Bring the demo's actions along, raise a concern, chase what is late, and type in feedback."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data is for the demo only.")
        for council in Council.objects.order_by("code"):
            follow(council, at=clock.now())
            hear(council, at=clock.now())
            add_drawings(council, at=clock.now())
            note_some(council, at=clock.now())
            invite_some(council, at=clock.now())
        chase_all(at=clock.now())
