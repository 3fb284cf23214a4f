"""Put a backup back, or only read or compare it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.loader import MigrationLoader

from core import clock
from qaframework.keeping.faults import Unfit
from qaframework.keeping.manifest import Line, Manifest
from qaframework.keeping.old_world import end_old_world
from qaframework.keeping.reading import compare, put_back, read_through
from qaframework.keeping.sealing import identities_in
from tools.paths import from_caller


class Command(BaseCommand):
    help = (
        "Put a backup back into an empty database and an empty folder of files, then count both and compare. "
        "Ends with 1 where anything differs."
    )
    # The database may be empty, and is what is restored.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the backup")
        parser.add_argument("--identity", metavar="FILE", required=True, help="the private key")
        parser.add_argument(
            "--replace", action="store_true", help="take away what is in the database and folder"
        )
        parser.add_argument(
            "--send-messages",
            action="store_true",
            help="send what was unsent when the backup was made",
        )
        parser.add_argument(
            "--without-proof",
            action="store_true",
            help="take a backup that no key of QA_DATA_KEYS proves, because that key is lost",
        )
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--read", action="store_true", help="only read it through and check it")
        only.add_argument(
            "--compare", action="store_true", help="only compare it with what is here now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source, media = from_caller(options["file"]), Path(settings.MEDIA_ROOT)
        try:
            keys = identities_in(from_caller(options["identity"]))
            how = {"without_proof": options["without_proof"], "say": self.stdout.write}
            if options["read"] or options["compare"]:
                manifest = read_through(source, keys, **how)
            else:
                manifest = put_back(source, keys, media, replace=options["replace"], **how)
            if options["read"]:
                return
            self.show(compare(manifest, media))
        except (Unfit, OSError) as fault:
            raise CommandError(str(fault)) from fault
        if not options["compare"]:
            self.finish(manifest, send_messages=options["send_messages"])

    def show(self, lines: list[Line]) -> None:
        """Print the comparison, and stop where anything differs."""
        wide = max(len(one.name) for one in lines)
        for one in lines:
            verdict = "the same" if one.same else "DIFFERENT"
            self.stdout.write(f"{one.name:<{wide}} {one.was:>10} {one.now:>10}  {verdict}")
        if different := sum(not one.same for one in lines):
            raise CommandError(f"{different} of {len(lines)} lines differ from the backup.")
        self.stdout.write(f"all {len(lines)} lines are the same as in the backup")

    def finish(self, manifest: Manifest, *, send_messages: bool) -> None:
        """Bring the tables up to this edition, and end what belongs to the world before."""
        loader = MigrationLoader(None, ignore_no_migrations=True)
        known = {f"{app}.{name}" for app, name in loader.disk_migrations}
        if manifest.migrations and known - set(manifest.migrations):
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write("the tables are brought up to this edition")
        ended = end_old_world(at=clock.now(), send_messages=send_messages)
        for name, number in ended.items():
            self.stdout.write(f"{name}: {number}")
        self.stdout.write("restored")
