"""Check, load and publish framework files from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core import clock
from core.moves import Refused
from standards.models import FrameworkVersion
from standards.schema import Fault, check
from standards.services import load, publish

CAUSE = "framework command"


class Command(BaseCommand):
    help = (
        "Check framework files, load them as drafts, or publish them. "
        "Nothing is loaded when any of the files has a fault; what is there already is left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["check", "load", "publish"])
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="framework files (YAML)")
        parser.add_argument("--all", action="store_true", help="every file in fixtures/frameworks")
        parser.add_argument("--publish", action="store_true", help="with load: publish what is loaded")

    def handle(self, *args: Any, **options: Any) -> None:
        verb, files = options["verb"], options["files"]
        if options["all"]:
            files = sorted((settings.BASE_DIR / "fixtures" / "frameworks").glob("*/*.yaml"))
        if not files:
            raise CommandError("Name a file, or use --all.")
        texts = faultless({path: text_of(path) for path in files})
        if verb == "check":
            self.stdout.write(f"{len(texts)} checked, no faults.")
            return
        with transaction.atomic():
            for path, text in texts.items():
                self.bring_in(path, text, published=verb == "publish" or options["publish"])

    def bring_in(self, path: Path, text: str, *, published: bool) -> None:
        """Load one file, and publish it where asked; say only what changed."""
        at = clock.now()
        try:
            version = load(text, at=at)
            if version.loaded_at == at:
                self.stdout.write(f"{path}: loaded as a draft of edition {version.edition}.")
            if published and version.state == FrameworkVersion.State.DRAFT:
                publish(version, cause=CAUSE, at=at)
                self.stdout.write(f"{path}: published edition {version.edition}.")
        except Refused as fault:
            raise CommandError("\n".join([f"{path}: {fault}", *fault.problems, "Nothing was loaded."])) from None


def text_of(path: Path) -> str | Fault:
    """The file's text, or why it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as fault:
        return Fault("", f"The file cannot be opened ({fault.strerror}). Check its name and place.")
    except UnicodeDecodeError:
        return Fault("", "The file is not UTF-8. Save it as UTF-8 and try again.")


def faultless(texts: dict[Path, str | Fault]) -> dict[Path, str]:
    """The texts, when all are without fault; otherwise stop with every fault of every file, one to a row."""
    rows, good = [], {}
    for path, text in texts.items():
        found = [text] if isinstance(text, Fault) else check(text)[1]
        rows += [f"{path}: {fault}" for fault in found]
        if isinstance(text, str):
            good[path] = text
    if rows:
        count = "1 fault" if len(rows) == 1 else f"{len(rows)} faults"
        raise CommandError("\n".join([*rows, f"{count}. Nothing was loaded."]))
    return good
