"""Frameworks loaded and published inside a test."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from standards.models import FrameworkVersion
from tests.factories.kept import published_once

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FOLDERS = ("fixtures/frameworks/{council}/1.yaml", "tests/frameworks/{council}.yaml")


def framework_text(council: str) -> str:
    """The council's framework file: a real one, or one made up for tests."""
    paths = [settings.BASE_DIR / folder.format(council=council) for folder in FOLDERS]
    return next(path for path in paths if path.exists()).read_text("utf-8")


def moderated(text: str) -> str:
    """A made-up council's file with a moderation: a percentage, drawn by whoever heads its QA team."""
    rule = "moderation: {selection: [{rule: percentage, percent: 15}], roles: [moderator]}\n"
    return text.replace("roles: [qa_head]}", "roles: [qa_head, moderator]}") + rule


def published(source: Path | str) -> FrameworkVersion:
    """A framework from a file's path, or from its text, loaded and published."""
    text = source.read_text("utf-8") if isinstance(source, Path) else source
    version = published_once(text, AT)
    return FrameworkVersion.objects.select_related("council", "framework").get(pk=version)


def edition_of(council: str) -> FrameworkVersion:
    """A council's framework, loaded and published."""
    return published(framework_text(council))
