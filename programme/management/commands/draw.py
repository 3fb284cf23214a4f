"""Draw the files of a certificate again and say whether everything matches."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.certificate import read, verify
from programme.models import Draw
from programme.selectors.draws import pool_of

LARGEST = 50_000_000


class Command(BaseCommand):
    help = "draw verify CERTIFICATE [POOL]: draws the files again; without POOL from the pool that is stored here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("certificate", type=Path)
        parser.add_argument("pool", type=Path, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            about = read(text_of(options["certificate"]))
            pool = text_of(options["pool"]) if options["pool"] else stored_pool(about)
        except ValueError as fault:
            raise CommandError(str(fault)) from None
        if problems := verify(about, pool):
            raise CommandError("NOT VERIFIED\n" + "\n".join(problems))
        self.stdout.write("VERIFIED")


def text_of(path: Path) -> str:
    """A file as it is, line ends included."""
    if not path.is_file():
        raise ValueError(f"There is no file {path.name}.")
    if path.stat().st_size > LARGEST:
        raise ValueError("The file is too large.")
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not text in UTF-8.") from None


def stored_pool(about: dict[str, Any]) -> str:
    """The pool of the certificate's draw as it is stored here."""
    draw = Draw.objects.filter(council__code=about["council"], number=about["draw"]).first()
    if draw is None:
        raise ValueError("This draw is not stored here. Give the pool’s file as well.")
    return pool_of(draw).text
