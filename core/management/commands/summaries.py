"""The sums that are kept beside what they count: hold them against a count made anew, or make them right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.summaries import find


class Command(BaseCommand):
    help = "summaries verify | rebuild: whether the sums beside the rows are what a count gives; make them so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "rebuild"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "rebuild":
            self.rebuild()
        else:
            self.verify()

    def verify(self) -> None:
        """Say of each table whether its sums are right. Ends with 1, and what differs, where some are not."""
        wrong = 0
        for name, one in find().items():
            found = sorted(one.differences())
            wrong += len(found)
            for line in found:
                self.stdout.write(
                    f"{name}: council {line.council_id}, {line.key}: {line.sums} wrong; counted {line.counted}, kept {line.kept}"
                )
            if not found:
                self.stdout.write(f"{name}: right")
        if wrong:
            raise CommandError(
                "Some sums are not what a count gives. Mend them with: summaries rebuild"
            )

    def rebuild(self) -> None:
        """Make every sum what a count gives, each table in one transaction."""
        for name, one in find().items():
            with transaction.atomic():
                number = one.mend()
            self.stdout.write(f"{name}: {number} mended")
