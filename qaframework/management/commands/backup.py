"""Make a backup of everything, or a pair of keys for backups."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from qaframework.keeping.faults import Unfit
from qaframework.keeping.sealing import make_keys
from qaframework.keeping.writing import write_backup
from tools.paths import from_caller

KEYS = "keys"


class Command(BaseCommand):
    help = (
        "Write an encrypted backup of the database and all files to FILE, which must not be there yet. "
        "`backup keys --identity FILE` makes the pair of keys: the public one goes into QA_BACKUP_RECIPIENTS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the backup to write; or the word `keys`")
        parser.add_argument("--identity", metavar="FILE", help="keys: where the private key goes")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == KEYS:
            self.keys(options["identity"])
            return
        try:
            write_backup(from_caller(options["file"]), at=clock.now(), say=self.stdout.write)
        except (Unfit, OSError) as fault:
            raise CommandError(str(fault)) from fault

    def keys(self, identity: str | None) -> None:
        """Make a pair of keys; the private one is written to a new file for its owner only."""
        if not identity:
            raise CommandError("Say where the private key goes: --identity FILE, off this machine.")
        path: Path = from_caller(identity)
        public, private = make_keys()
        try:
            line = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as fault:
            raise CommandError(f"{path} cannot be written: {fault.strerror}.") from fault
        with os.fdopen(line, "w") as into:
            into.write(f"# public key: {public}\n{private}\n")
        self.stdout.write(f"QA_BACKUP_RECIPIENTS={public}")
        self.stderr.write(
            f"The private key is in {path}. Without it no backup can be read. Keep it, and a copy, away from the server."
        )
