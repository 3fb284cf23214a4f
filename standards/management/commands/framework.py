"""Check, load and publish framework files from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core import clock
from core.moves import Refused
from standards.models import FrameworkVersion
from standards.schema import Fault, Warning, check, unacknowledged
from standards.services import load, loaded, publish

CAUSE = "framework command"


class Command(BaseCommand):
    help = (
        "Check framework files, load them as drafts, or publish them. "
        "Nothing is loaded when any of the files has a fault; what is there already is left alone. "
        "A file with warnings can be loaded, and is published once they are acknowledged in it."
    )

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        """Options may stand before, between or after the files."""
        parser = super().create_parser(*args, **options)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["check", "load", "publish"])
        parser.add_argument(
            "files", nargs="*", type=Path, metavar="FILE", help="framework files (YAML)"
        )
        parser.add_argument("--all", action="store_true", help="every file in fixtures/frameworks")
        parser.add_argument(
            "--publish", action="store_true", help="with load: publish what is loaded"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verb = options["verb"]
        files = shipped() if options["all"] else options["files"]
        if not files:
            raise CommandError("There is no file to read. Name one, or use --all.")
        texts = {path: text_of(path) for path in files}
        if verb == "check":
            checked_through(texts)
            self.stdout.write(f"{len(texts)} checked, no faults.")
            return
        good = faultless(texts)
        with transaction.atomic():
            done = [
                words
                for path, text in good.items()
                for words in bring_in(path, text, verb=verb, published=options["publish"])
            ]
        for words in done:
            self.stdout.write(words)


def shipped() -> list[Path]:
    """The framework files that come with the service."""
    return sorted((settings.BASE_DIR / "fixtures" / "frameworks").glob("*/*.yaml"))


def bring_in(path: Path, text: str, *, verb: str, published: bool) -> list[str]:
    """Load one file, and publish it where asked; says only what changed."""
    at, done = clock.now(), []
    try:
        version = load(text, at=at)
        if version.loaded_at == at:
            done.append(f"{path}: loaded edition {version.edition} as a draft.")
        if verb == "publish" or (published and version.state == FrameworkVersion.State.DRAFT):
            version = publish(version, cause=CAUSE, at=at)
        if version.published_at == at:
            done.append(f"{path}: published edition {version.edition}.")
    except Refused as fault:
        words = [f"{path}: {fault}", *fault.problems, "Nothing was loaded."]
        raise CommandError("\n".join(words)) from None
    return done


def text_of(path: Path) -> str | Fault:
    """The file's text, or why it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except OSError as fault:
        return Fault("", f"The file cannot be opened ({fault.strerror}). Check its name and place.")
    except UnicodeDecodeError:
        return Fault("", "The file is not UTF-8. Save it as UTF-8 and try again.")


def checked_through(texts: dict[Path, str | Fault]) -> None:
    """Stop with every fault and, apart from them, every warning that nobody has acknowledged, one to a row."""
    faults, warned = [], []
    for path, text in texts.items():
        document, found = (None, [text]) if isinstance(text, Fault) else check(text)
        faults += [f"{path}: {fault}" for fault in found]
        if document is not None and not found:
            warned += [(path, warning) for warning in unacknowledged(document, str(text))]
    rows = [*faults, *warning_rows(warned)]
    if rows:
        counts = [counted(faults, "fault")] * bool(faults) + [counted(warned, "warning")] * bool(
            warned
        )
        raise CommandError("\n".join([*rows, f"{', '.join(counts)}. Nothing was loaded."]))


def warning_rows(warned: list[tuple[Path, Warning]]) -> list[str]:
    """The warnings, and how the first of them would be acknowledged."""
    if not warned:
        return []
    _, first = warned[0]
    return [
        "Warnings that nobody has acknowledged:",
        *(f"{path}: {warning}" for path, warning in warned),
        "Mend what a warning tells. Or, if it is meant so, say so in the file, each with its reason:",
        "acknowledged:",
        f'  - {{warning: {first.name}, path: "{first.path}", reason: Why it is meant so.}}',
    ]


def counted(rows: list[Any], word: str) -> str:
    return f"1 {word}" if len(rows) == 1 else f"{len(rows)} {word}s"


def faultless(texts: dict[Path, str | Fault]) -> dict[Path, str]:
    """The texts, when all are without fault; otherwise stop with every fault, one to a row.

    A text that has been loaded before is not checked again.
    """
    rows, good = [], {}
    for path, text in texts.items():
        if isinstance(text, Fault):
            rows.append(f"{path}: {text}")
            continue
        good[path] = text
        if not loaded(text):
            rows += [f"{path}: {fault}" for fault in check(text)[1]]
    if rows:
        raise CommandError("\n".join([*rows, f"{counted(rows, 'fault')}. Nothing was loaded."]))
    return good
