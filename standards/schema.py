"""A framework's file checked: each fault names the place in the file and says what to do about it."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from standards import crosscheck, safe_yaml
from standards.crosscheck.described import FILE as FILE
from standards.crosscheck.described import schema as _schema
from standards.crosscheck.paths import place_of, written
from standards.safe_yaml import Unreadable

# Characters that are neither text nor a line's end; the database refuses some of them.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

# Nobody reads more, and a hostile file could hold a hundred thousand.
MOST_FAULTS = 200

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: its path in the file, what to do, and the line where it is known."""

    path: str
    says: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.says}" if self.path else f"{where}{self.says}"


@dataclass(frozen=True)
class Warning:
    """Something allowed that looks like an oversight: its name, its path, what to do, its line where known.

    `reason` is why the council accepts it; empty, it stands in the way of publication.
    """

    name: str
    path: str
    says: str
    line: int | None = None
    reason: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.name} at {self.path}: {self.says}"


def read(text: str) -> dict[str, Any]:
    """The file's values. Raises Unreadable, naming the line, for anything but plain bounded YAML."""
    document = safe_yaml.load(text)
    if not isinstance(document, dict):
        raise Unreadable(
            "The file must be a list of keys and values, starting with “format: 1”.", 1
        )
    return document


def check(text: str) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The document and its faults with their lines; no document when the file cannot be read at all."""
    try:
        document = read(text)
    except Unreadable as fault:
        return None, [Fault("", str(fault), fault.line)]
    found = _placed(document)
    lines = safe_yaml.lines(text) if found else {}
    rows = [Fault(path_of(place), says, line_of(place, lines)) for place, says in found]
    return document, sorted(rows, key=lambda row: row.line or 0)


def faults(document: Mapping[str, Any]) -> list[Fault]:
    """Everything wrong with a document that was read."""
    return [Fault(path_of(place), says) for place, says in _placed(document)]


def warnings(document: Mapping[str, Any], text: str = "") -> list[Warning]:
    """Every warning about a document without faults, acknowledged or not; with its text, their lines too."""
    reasons = {
        (one["warning"], place_of(one["path"], document)): one["reason"]
        for one in document.get("acknowledged", [])
    }
    found = crosscheck.warned(document)
    lines = safe_yaml.lines(text) if text and found else {}
    rows = [
        Warning(
            name,
            written(place, document),
            says,
            line_of(place, lines),
            reasons.get((name, place), ""),
        )
        for name, place, says in found
    ]
    return sorted(rows, key=lambda row: row.line or 0)


def unacknowledged(document: Mapping[str, Any], text: str = "") -> list[Warning]:
    """The warnings that stand in the way of publication."""
    return [row for row in warnings(document, text) if not row.reason]


def _placed(document: Mapping[str, Any]) -> list[tuple[Place, str]]:
    """Faults of shape first; what refers to what is tried only when every value has its shape."""
    shape = list(islice(_once(_shape(document)), MOST_FAULTS + 1))
    found = shape or crosscheck.faults(document)
    if len(found) <= MOST_FAULTS:
        return found
    more = f"There are more faults than can be listed. These are the first {MOST_FAULTS}; mend them and check again."
    return [((), more), *found[:MOST_FAULTS]]


def _once(found: Iterator[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    """Each fault once: a mapping that lacks two keys is told by both."""
    seen = set()
    for fault in found:
        if fault not in seen:
            seen.add(fault)
            yield fault


def path_of(place: Place) -> str:
    """A place as it is written: tools[0].sections[3].title."""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return words.removeprefix(".")


def line_of(place: Place, lines: Mapping[Place, int]) -> int | None:
    """The line of a place, or of the nearest thing around it that is in the file."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


# Shape: the JSON Schema, with its errors in plain words.


def _whole_pattern(
    validator: Any, pattern: str, value: Any, schema: Any
) -> Iterator[ValidationError]:
    """`$` is the end of the text here, as JSON Schema means it, not the last line's end."""
    if isinstance(value, str) and not re.search(pattern.replace("$", r"\Z"), value):
        yield ValidationError(f"{value!r} does not match")


def _definition(validator: Any, ref: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    """What `#/$defs/<name>` says, looked up directly: thousands of parts refer to the same few."""
    name = ref.removeprefix("#/$defs/")
    yield from validator.descend(value, _schema()["$defs"][name], schema_path=name)


def _condition(
    validator: Any, condition: Any, value: Any, schema: Any
) -> Iterator[ValidationError]:
    """`if` as this schema writes it, keys that must be there and what they may hold: thousands of parts ask it."""
    wanted = condition.get("properties", {})
    holds = isinstance(value, dict) and all(key in value for key in condition["required"])
    if holds and all(value[key] in _choices(about) for key, about in wanted.items()):
        yield from validator.descend(value, schema["then"], schema_path="then")


def _choices(about: Mapping[str, Any]) -> list[Any]:
    return about["enum"] if "enum" in about else [about["const"]]


@cache
def _validator() -> Any:
    """The schema's validator; whole numbers are whole numbers, never 1.0."""
    kinds = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    own = {"pattern": _whole_pattern, "$ref": _definition, "if": _condition}
    strict = extend(Draft202012Validator, own, type_checker=kinds)
    return strict(_schema(), format_checker=FormatChecker(["date"]))


def _shape(document: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for error in _validator().iter_errors(_with_text_date(document)):
        yield from _in_words(error)
    for place, text in _texts(document, ()):
        if CONTROLS.search(text):
            yield place, "This text holds a control character. Take it out."
        if text and not text.strip():
            yield place, "This text is blank. Fill it in, or take the key out if it is optional."


def _with_text_date(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with its one date as a text, as JSON knows no dates."""
    about = document.get("framework")
    if not isinstance(about, dict) or type(day := about.get("effective_from")) is not date:
        return document
    return {**document, "framework": {**about, "effective_from": day.isoformat()}}


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*place, key))
    elif isinstance(value, list):
        for step, inner in enumerate(value):
            yield from _texts(inner, (*place, step))


def _in_words(error: ValidationError) -> Iterator[tuple[Place, str]]:
    """One schema error as places and sentences."""
    place = tuple(error.absolute_path)
    match error.validator:
        case "required":
            for key in error.validator_value:
                if key not in error.instance:
                    yield (*place, key), f"This key is missing. Add it{_meant(error, key)}"
        case "additionalProperties":
            for key in error.instance:
                if key not in error.schema["properties"]:
                    yield (*place, key), _unknown(key, list(error.schema["properties"]))
        case _:
            yield place, _sentence(error)


def _meant(error: ValidationError, key: str) -> str:
    """What a missing key is for, from the schema's own description."""
    about = error.schema.get("properties", {}).get(key, {}).get("description", "")
    return f": {about[0].lower()}{about[1:]}" if about else "."


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean “{near[0]}”?" if near else f" Known here: {', '.join(known)}."
    return f"This key is not known. Correct it or take it out.{hint}"


def _sentence(error: ValidationError) -> str:
    wanted, value, about = (
        error.validator_value,
        error.instance,
        error.schema.get("description", ""),
    )
    match error.validator:
        case "type":
            return _type_sentence(wanted if isinstance(wanted, list) else [wanted], value)
        case "enum":
            return f"“{_shown(value)}” is not one of: {', '.join(map(str, wanted))}. Choose one of them."
        case "const":
            return f"Write {json.dumps(wanted)} here."
        case "minLength" | "minItems" | "minProperties":
            return "This is empty or too short. Fill it in, or take the key out if it is optional."
        case "maxLength":
            return f"This text has {len(value)} characters. Use {wanted} or fewer."
        case "minimum":
            return f"{_shown(value)} is too low. Write {wanted} or more."
        case "maximum":
            return f"{_shown(value)} is too high. Write {wanted} or less."
        case "uniqueItems":
            return "The same value stands twice. Keep one of them."
        case "format":
            return "Write a real date as year-month-day, such as 2026-04-01."
        case "anyOf":
            return "A band needs a grade, or a label where it carries no grade. Add one of them."
        case _:
            return f"“{_shown(value)}” cannot stand here. Write this instead: {about}"


TYPE_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "keys and values",
}


def _type_sentence(wanted: list[str], value: Any) -> str:
    """What kind of value belongs here; a text that YAML took for something else belongs in quotes."""
    if "string" in wanted and isinstance(value, bool):
        words = "“yes” or “no” (or “on”, “off”, “true”, “false”)"
        return f"YAML reads {words} without quotes as {_shown(value)}, and this must be a text. Put it in quotes."
    if "string" in wanted and isinstance(value, int | float | date):
        return f'YAML reads this as {_kind(value)}, and it must be a text. Put it in quotes: "{value}".'
    if value is None:
        return "This key has no value. Fill it in or take the key out."
    return f"“{_shown(value)}” is not {' or '.join(TYPE_WORDS[kind] for kind in wanted)}. Write that here."


def _kind(value: object) -> str:
    return "a date" if isinstance(value, date) else "a number"


def _shown(value: object) -> str:
    """A value short enough for a message."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
