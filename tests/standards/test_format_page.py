"""The page that explains the framework file says all of it, and its example works."""

import json
import re

import pytest
from django.conf import settings

from standards import schema
from standards.selectors import edition
from tests.factories.standards import published

PAGE = (settings.BASE_DIR / "docs" / "framework-format.md").read_text("utf-8")
[EXAMPLE] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SPANS = " ".join(re.findall(r"`([^`\n]+)`", PAGE))


def words_of(value: object) -> set[str]:
    """Every key, and every word that may be chosen, in the schema."""
    if isinstance(value, list):
        return set().union(*map(words_of, value))
    if not isinstance(value, dict):
        return set()
    own = set(value.get("properties", {})) | set(value.get("enum", ()))
    return own.union(*(words_of(inner) for key, inner in value.items() if key != "enum"))


def test_the_page_names_every_key_and_every_choice():
    said = set(re.findall(r"[a-z][a-z_.-]*", SPANS))

    assert words_of(json.loads(schema.FILE.read_text("utf-8"))) - said == set()


def test_the_example_has_no_faults():
    assert schema.check(EXAMPLE)[1] == []


@pytest.mark.django_db
def test_the_example_can_be_published_and_read():
    tool = edition(published(EXAMPLE)).tools["audit"]

    assert [part.code for part in tool.parts] == [
        "difference.scale",
        "voice.seen",
        "voice.why",
        "voice.file",
        "outcome.grade",
        "outcome.rationale",
        "outcome.actions",
    ]
