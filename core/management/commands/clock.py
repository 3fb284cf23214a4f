"""The test clock at the command line: show it, set it, move it on, run what is due."""

import re
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core import clock, moving, outbox, running
from core.moves import Refused

AMOUNT = re.compile(r"(\d{1,4})([dh])")


class Command(BaseCommand):
    help = "clock show | set '2026-05-04 06:00' | forward 1d (or 6h) | run: the test clock of a demo or test."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["show", "set", "forward", "run"])
        parser.add_argument("value", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TEST_CLOCK_MOVABLE:
            raise CommandError("The clock cannot be moved here: that is for demos and tests only.")
        clock.read_again()
        try:
            {"show": lambda value: None, "set": set_to, "forward": forward, "run": self.run}[
                options["what"]
            ](options["value"])
        except Refused as fault:
            raise CommandError(str(fault)) from None
        now = timezone.localtime(clock.now())
        self.stdout.write(f"It is {now:%A %-d %B %Y, %H:%M} in London.")

    def run(self, value: str) -> None:
        """Run everything that is due in this process, send the messages, and say what fired."""
        for pk in moving.run_jobs():
            running.work_on(pk, at=clock.now())
        outbox.send_unsent(at=clock.now())
        councils = get_user_model().objects.values_list("council", flat=True)
        for number, council_id in enumerate(councils.order_by("council").distinct()):
            fired = moving.fired(council_id, at=clock.now())
            if fired is not None:
                self.say(fired, first=number == 0)

    def say(self, fired: moving.Fired, *, first: bool) -> None:
        """The jobs once, and each council's messages and other events; no names."""
        for run, title in fired.runs if first else ():
            fault = f" ({run.fault})" if run.fault else ""
            self.stdout.write(f"{title}: {run.get_state_display().lower()}, {run.done}{fault}")
        for title, lines in fired.rest:
            for line in lines:
                self.stdout.write(f"  {title}: {line}")
        for notice in fired.notices:
            self.stdout.write(f"  To {notice.roles or 'one person'}: {notice.subject}")
        if fired.more:
            self.stdout.write(f"  and {fired.more} messages more")


def set_to(value: str) -> None:
    """Set the clock to a moment in London."""
    try:
        to = datetime.fromisoformat(value)
    except ValueError:
        raise CommandError("Give a day and a time, for example '2026-05-04 06:00'.") from None
    moving.set_clock(to if to.tzinfo else timezone.make_aware(to))


def forward(value: str) -> None:
    """Move the clock on by days or hours."""
    found = AMOUNT.fullmatch(value or "1d")
    if not found:
        raise CommandError("Give days or hours, for example 1d or 6h.")
    number = int(found[1])
    moving.forward(*((number, 0) if found[2] == "d" else (0, number)))
