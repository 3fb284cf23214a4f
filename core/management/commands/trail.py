"""The trail at the command line: prove it, seal what is new, write it to a file, accept a loss that has a reason."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core import clock, sealing
from core.models import TrailEntry
from core.sealing_check import Proof, prove
from core.trail import record

# So many faults are told one by one.
TOLD = 30


class Command(BaseCommand):
    help = (
        "trail verify | seal | export FILE | accept --because 'restored from the backup of 4 May': "
        "the trail's proof (docs/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal", "export", "accept"])
        parser.add_argument("file", nargs="?", default="")
        parser.add_argument("--because", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "verify":
            self.verify(prove())
        elif options["what"] == "seal":
            self.stdout.write(f"{sealing.seal_trail()} lines sealed.")
        elif options["what"] == "export":
            self.export(options["file"])
        else:
            self.accept(options["because"].strip())

    def verify(self, proof: Proof) -> None:
        """Say what was proved, and everything that is wrong; one wrong thing fails the command."""
        self.stdout.write(
            f"{proof.seals} seals over {proof.lines} lines were worked out again; "
            f"{proof.unsealed} newer lines wait for their seal."
        )
        for fault in proof.faults[:TOLD]:
            self.stdout.write(f"  {fault}")
        if len(proof.faults) > TOLD:
            self.stdout.write(f"  and {len(proof.faults) - TOLD} faults more")
        if proof.faults:
            raise CommandError("The trail is not whole.")
        self.stdout.write("The trail is whole.")

    def export(self, name: str) -> None:
        """Write every line as JSON to a new file that its owner alone may read."""
        if not name:
            raise CommandError("Name the file: trail export FILE")
        path = Path(name)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as fault:
            raise CommandError(f"{path}: {fault.strerror}.") from None
        record("trail.exported", "trail", cause="command", at=clock.now())
        rows = TrailEntry.objects.order_by("id").values_list(*sealing.COLUMNS)
        with os.fdopen(handle, "w", encoding="utf-8") as out, transaction.atomic():
            lines = sealing.export(rows.iterator(chunk_size=sealing.CHUNK))
            number = sum(1 for line in lines if out.write(line + "\n"))
        self.stdout.write(f"{number} lines written to {path}.")

    def accept(self, reason: str) -> None:
        """Begin the anchor anew, with a line that says why."""
        if not reason:
            raise CommandError(
                "Say why: trail accept --because 'restored from the backup of 4 May'"
            )
        lost = sealing.accept_anchor()
        record(
            "trail.accepted",
            "trail",
            cause=reason[:120],
            at=clock.now(),
            detail={"lost": len(lost)},
        )
        for one in lost:
            self.stdout.write(f"  {one}")
        self.stdout.write("Accepted; the anchor begins anew at the newest seal.")
