"""The API’s own description as a page reads it: its addresses with their parameters and answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address."""

    name: str
    where: str
    kind: str
    about: str
    needed: bool


@dataclass(frozen=True)
class Field:
    """One field of an answer."""

    name: str
    kind: str


@dataclass(frozen=True)
class Operation:
    """One address: what it gives, its parameters, and the fields of its answer."""

    path: str
    about: str
    group: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    """Every address of an OpenAPI document, in its order."""
    return [
        Operation(
            path=path,
            about=found.get("description") or found.get("summary", ""),
            group=next(iter(found.get("tags", ())), ""),
            parameters=tuple(parameter_of(one) for one in found.get("parameters", ())),
            fields=tuple(fields_of(found, document)),
        )
        for path, methods in document["paths"].items()
        for found in methods.values()
    ]


def parameter_of(found: Mapping[str, Any]) -> Parameter:
    """One parameter."""
    schema = found.get("schema", {})
    about = schema.get("description") or found.get("description", "")
    where = "in the address" if found["in"] == "path" else "after the question mark"
    return Parameter(found["name"], where, kind_of(schema), about, bool(found.get("required")))


def fields_of(found: Mapping[str, Any], document: Mapping[str, Any]) -> list[Field]:
    """The fields of what an address answers; of a page, those of its rows."""
    content = found["responses"].get(200) or found["responses"].get("200") or {}
    schema = content.get("content", {}).get("application/json", {}).get("schema", {})
    schema = resolved(schema.get("items", schema), document)
    inner = schema.get("properties", {})
    if set(inner) == {"items", "next"}:
        inner = resolved(inner["items"]["items"], document).get("properties", {})
    return [Field(name, kind_of(one)) for name, one in inner.items()]


def resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema itself, where only its name stands."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def kind_of(schema: Mapping[str, Any]) -> str:
    """What a value is, in a word or two."""
    if "anyOf" in schema:
        kinds = [kind_of(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return f"{' or '.join(kinds)}, or empty"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    words = {"integer": "whole number", "string": "text", "boolean": "true or false"}
    kind = str(schema.get("format") or schema.get("type", "any"))
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    return words.get(kind, kind)
