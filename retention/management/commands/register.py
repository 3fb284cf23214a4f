"""Writes docs/personal-data.md from the register of personal fields, or compares it (--check)."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from retention.describing import gone, page, unclassified


class Command(BaseCommand):
    help = "register [--check]: write docs/personal-data.md from retention/register_rows.py."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [*unclassified(), *gone()]
        if faults:
            raise CommandError("The register is not complete:\n" + "\n".join(faults))
        path = settings.BASE_DIR / "docs" / "personal-data.md"
        text = page()
        if not options["check"]:
            path.write_text(text, "utf-8")
            self.stdout.write("docs/personal-data.md is written.")
        elif not path.exists() or path.read_text("utf-8") != text:
            raise CommandError("docs/personal-data.md is old. Write it anew: ./qa manage register")
