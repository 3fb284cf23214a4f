"""Invent a year of audits for every council of the demo; a second time changes nothing."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from learning.demo import code_some
from people.models import Council
from qaframework.demo import chase_all
from qaframework.demo_year import make_year
from reporting.demo import build_again, write_some

# A year and a third: a control chart needs twelve months before it tells anything.
MONTHS = 16


class Command(BaseCommand):
    help = "Give every council of the demo a year of audits with everything that followed."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data is for the demo only.")
        new = 0
        for council in Council.objects.order_by("code"):
            began = time.monotonic()
            made = make_year(council, at=clock.now(), months=MONTHS)
            coded = code_some(council, at=clock.now()) if made else 0
            new += made
            if options["verbosity"] > 1:
                self.stdout.write(
                    f"{council.code}: {made} audits, {coded} texts coded in {time.monotonic() - began:.1f} s"
                )
        if new:
            chase_all(at=clock.now())
        for council in Council.objects.order_by("code"):
            write_some(council, at=clock.now())
            if new:
                build_again(council, at=clock.now())
