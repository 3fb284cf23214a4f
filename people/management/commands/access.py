"""./qa manage access: who may see and do what, as a page of the documentation."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from people.access_document import document

PLACE = Path(settings.BASE_DIR) / "docs" / "access.md"


class Command(BaseCommand):
    """Write who may see and do what, from the code; with --check, only say whether what is written is right."""

    help = "Write docs/access.md from the rules of the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` compares and writes nothing."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail if it is old")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError where what is written is old."""
        text = document()
        if not options["check"]:
            PLACE.write_text(text, encoding="utf-8")
            return
        there = PLACE.read_text(encoding="utf-8") if PLACE.exists() else ""
        if there != text:
            raise CommandError("docs/access.md is old: run ./qa manage access.")
