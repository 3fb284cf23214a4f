"""Import staff or case references from a file: without --confirm it only says what would change."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from cases.kinds import fixed
from core import clock
from core.tabular import Unreadable, rows
from people.models import Council


class Command(BaseCommand):
    help = "Import staff or cases from a CSV or XLSX file. Nothing is written without --confirm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(fixed()))
        parser.add_argument("file", type=Path)
        parser.add_argument("--council", required=True, help="the council's code")
        parser.add_argument("--confirm", action="store_true", help="write it")

    def handle(self, *args: Any, **options: Any) -> None:
        council = Council.objects.filter(code=options["council"]).first()
        if council is None:
            raise CommandError(
                f"There is no council “{options['council']}”. Load its framework first."
            )
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path.name}.")
        if path.stat().st_size > settings.IMPORT_MAX_BYTES:
            raise CommandError("The file is too large.")
        kind, at = fixed()[options["kind"]], clock.now()
        on = timezone.localdate(at)
        try:
            plan = kind.read(
                council,
                rows(path.read_bytes(), max_rows=settings.IMPORT_MAX_ROWS),
                subject="",
                on=on,
            )
        except Unreadable as fault:
            raise CommandError(str(fault)) from None
        if kind.guard and not plan.faults:
            kind.guard(council, plan, on=on)
        if plan.faults:
            lines = [
                f"row {fault.row}, {fault.column}: {fault.says}" for fault in plan.faults[:200]
            ]
            raise CommandError("Nothing was imported.\n" + "\n".join(lines))
        with transaction.atomic():
            counts = kind.apply(council, plan, by=None, at=at, on=on, cause="import_file")
            if not options["confirm"]:
                transaction.set_rollback(True)
        words = "Imported" if options["confirm"] else "Would import (add --confirm)"
        self.stdout.write(
            f"{words}: " + ", ".join(f"{count} {name}" for name, count in counts.items())
        )
