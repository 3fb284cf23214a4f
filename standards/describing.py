"""What the published JSON Schema says of a place in a framework's file. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from standards.crosscheck.described import schema

Place = tuple[str | int, ...]
# A list of these is a list of the other.
SINGLE = {"recipients": "recipient", "roles": "role", "posts": "post_code"}


@dataclass(frozen=True)
class About:
    """What a place may hold: `kind` is the schema's own name for it (a role, a recipient, a post's code)."""

    kind: str = ""
    hint: str = ""
    minimum: int | None = None
    maximum: int | None = None
    words: tuple[str, ...] = ()
    longest: int | None = None


def about(place: Place) -> About:
    """What the schema says of a place; of a list, what it says of its entries. Empty where it says nothing."""
    return _about(tuple(0 if isinstance(step, int) else step for step in place))


@cache
def _about(shape: Place) -> About:
    node: Mapping[str, Any] = schema()
    for step in shape:
        node = _inner(_resolved(node)[1], step)
    kind, whole = _resolved(node)
    entry = whole
    if whole.get("items"):
        inner, entry = _resolved(whole["items"])
        kind = inner or SINGLE.get(kind, kind)
    return About(
        kind,
        whole.get("description", ""),
        entry.get("minimum"),
        entry.get("maximum"),
        tuple(str(one) for one in entry.get("enum", ())),
        entry.get("maxLength"),
    )


def _inner(node: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    if isinstance(step, int):
        return node.get("items") or {}
    others: Mapping[str, Any] = node.get("additionalProperties") or next(
        iter(node.get("patternProperties", {}).values()), {}
    )
    return node.get("properties", {}).get(step) or others


def _resolved(node: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """A node with what it refers to, and the name of that."""
    kind = ""
    while "$ref" in node:
        kind = kind or node["$ref"].removeprefix("#/$defs/")
        there = schema()["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = {**there, **{key: value for key, value in node.items() if key != "$ref"}}
    return kind, node
