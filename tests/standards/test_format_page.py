"""The page that explains the framework file says all of it, and its example works at every step."""

import json
import re

import pytest
from django.conf import settings

from standards import schema
from standards.crosscheck.warnings import NAMES
from standards.schema import check, unacknowledged
from standards.selectors import edition
from tests.factories.standards import published

PAGE = (settings.BASE_DIR / "docs" / "framework-format.md").read_text("utf-8")
SCHEMA = json.loads(schema.FILE.read_text("utf-8"))
WORKED = PAGE.partition("## A worked example")[2].partition("\n## ")[0]
# The pieces of the example and what the check says of them, in the page's order.
BLOCKS = re.findall(r"```(yaml|text)\n(.*?)```", WORKED, re.DOTALL)
PIECES = [text for kind, text in BLOCKS if kind == "yaml"]
EXAMPLE = "".join(PIECES)
# The step after which the file is complete.
COMPLETE = 6


def words_of(value: object) -> set[str]:
    """Every key, and every word that may be chosen, in the schema."""
    if isinstance(value, list):
        return set().union(*map(words_of, value))
    if not isinstance(value, dict):
        return set()
    own = set(value.get("properties", {})) | set(value.get("enum", ()))
    return own.union(*(words_of(inner) for key, inner in value.items() if key != "enum"))


def marked(text: str) -> set[str]:
    """The words that stand as code in a text."""
    spans = " ".join(re.findall(r"`([^`\n]+)`", text))
    return set(re.findall(r"[a-z][a-z_.-]*", spans))


def section_of(key: str) -> str:
    """What the page says under the heading of a key, or of several keys with this one among them."""
    found = re.findall(r"^### (.*?)$\n(.*?)(?=^### |^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return " ".join(f"{head}\n{text}" for head, text in found if f"`{key}`" in head)


def own_keys(about: dict) -> set[str]:
    """The keys of a group as the schema lists them, with those of entries that have no definition of their own."""
    keys = set(about.get("properties", {}))
    inner = [*about.get("properties", {}).values(), about.get("items"), about.get("additionalProperties")]  # fmt: skip
    return keys.union(*(own_keys(one) for one in inner if isinstance(one, dict)))


def told(text: str) -> list[str]:
    document, faults = check(text)
    if document is None or faults:
        return [str(fault) for fault in faults]
    return [str(warning) for warning in unacknowledged(document, text)]


def test_the_page_names_every_key_and_every_choice():
    assert words_of(SCHEMA) - marked(PAGE) == set()


@pytest.mark.parametrize("key", SCHEMA["properties"])
def test_every_group_has_its_place_and_its_keys_are_explained_there(key):
    if key == "format":
        return
    missing = own_keys(SCHEMA["properties"][key]) - marked(section_of(key))

    assert section_of(key)
    assert missing == set()


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("grade", "grades"),
        ("scale", "scales"),
        ("band", "scales"),
        ("surpassed", "overall_grade"),
        ("deadline", "allocation"),
        ("activity", "activities"),
        ("tool", "tools"),
        ("section", "tools"),
        ("question", "tools"),
        ("scaling", "tools"),
        ("part", "tools"),
        ("option", "tools"),
        ("standards_section", "standards"),
        ("standard", "standards"),
        ("area", "descriptor_areas"),
        ("selection", "moderation"),
        ("task", "grade_triggers"),
        ("parameter", "parameters"),
    ],
)
def test_every_key_of_an_entry_is_explained_under_its_group(name, heading):
    assert own_keys(SCHEMA["$defs"][name]) - marked(section_of(heading)) == set()


def test_every_link_within_the_page_leads_to_a_heading():
    heads = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) - anchors == set()


def test_every_warning_is_explained():
    assert all(f"| `{name}` | {means} |" in PAGE for name, means in NAMES.items())


def test_what_the_page_says_that_the_check_says_is_what_it_says():
    text = ""
    for kind, block in BLOCKS:
        if kind == "yaml":
            text += block
        elif block == "1 checked, no faults.\n":
            assert told(text) == []
        else:
            assert set(block.splitlines()) <= set(told(text))
    assert told(text) == []


@pytest.mark.parametrize("steps", range(COMPLETE, len(PIECES) + 1))
def test_from_the_form_on_the_example_has_no_faults_at_any_step(steps):
    assert check("".join(PIECES[:steps]))[1] == []


def test_until_the_form_the_example_lacks_keys_and_nothing_else_is_wrong():
    for steps in range(1, COMPLETE):
        assert {row.partition(": This key")[1] for row in told("".join(PIECES[:steps]))} == {
            ": This key"
        }


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
