"""Finding values by what the schema says they are, so that a new key is checked without a line here."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from standards.crosscheck.references import Document, Place

FILE = Path(__file__).parents[1] / "framework.schema.json"


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema of a framework's file."""
    document: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return document


def values(kind: str, document: Document) -> Iterator[tuple[Place, Any]]:
    """Every value that the schema describes as `kind` (a role, a recipient, a post's code), forms apart."""
    rules = {key: value for key, value in document.items() if key != "tools"}
    yield from within(kind, schema(), rules, ())


def within(
    kind: str, about: dict[str, Any], value: Any, place: Place
) -> Iterator[tuple[Place, Any]]:
    if "$ref" in about:
        name = about["$ref"].removeprefix("#/$defs/")
        if name == kind:
            yield place, value
            return
        about = schema()["$defs"][name]
    if isinstance(value, dict):
        known = about.get("properties", {})
        for key, inner in value.items():
            yield from within(kind, known.get(key) or rest(about), inner, (*place, key))
    elif isinstance(value, list):
        for step, inner in enumerate(value):
            yield from within(kind, about.get("items", {}), inner, (*place, step))


def rest(about: dict[str, Any]) -> dict[str, Any]:
    """What the schema says of keys it does not name."""
    return about.get("additionalProperties") or {}
